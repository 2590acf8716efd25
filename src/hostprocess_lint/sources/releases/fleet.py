"""Fleet: the `fleet.yaml` of a bundle, what each target is given, and the paths of a GitRepo without one.

What is read, and in which order values win, is that of fleet's internal/bundlereader (`generateValues` merges files
over `values`), a target's over those of all, and of https://fleet.rancher.io/ref-fleet-yaml.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ...documents.document import Document
from ...documents.nodes import MappingNode, ScalarNode, SequenceNode
from ...finding import Resource
from ...limits import GIVEN_ENTRIES
from ...location import Location, Part, Route
from ...pods.objects import Object
from ...pods.view import View
from ...sourcefile import SourceFile
from ..landmarks import CHART, KUSTOMIZATIONS, MANIFEST_SUFFIXES
from .elsewhere import chart_elsewhere
from .firstlook import FLEET
from .objects import ObjectInFile, text
from .patterns import TOO_MUCH, Matches, is_pattern, matching, of_each
from .places import AtEntry, InDocument
from .release import Customized, Elsewhere, Given, KustomizedField, Release, Unknowable
from .repository import Repository

_OVERLAYS = "overlays"
_PATCH = "_patch"


@dataclass(frozen=True, slots=True)
class Bundle:
    """One document of a `fleet.yaml`, and the directory that the file lies in."""

    file: SourceFile
    document: Document
    directory: Path
    repository: Repository
    unknown: list[Unknowable] = field(default_factory=list)

    def values(self, helm: View) -> Iterator[Given]:
        """What a `helm` block gives: its own values, then those of its files."""
        for reference in helm.items("valuesFrom"):
            self.not_known("values from an object of the cluster", reference.route)
        values = helm.data.get("values")
        if isinstance(values, dict):
            yield Given("`values`", InDocument(self.file, self.document, (*helm.route, "values")), values=values)
        names = helm.data.get("valuesFiles")
        for index, name in enumerate(names if isinstance(names, list) else ()):
            route = (*helm.route, "valuesFiles", index)
            if index == GIVEN_ENTRIES:
                self.unknown.append(Unknowable(TOO_MUCH, self.at(route), "HPC005"))
                return
            found = self.repository.path(text(name), self.directory)
            if found is None or not found.is_file():
                self.not_known(f"the values file `{name}` is not in this repository", route)
            else:
                yield Given(f"`{name}`", AtEntry(self.file, self.document, route), file=found)

    def not_known(self, reason: str, route: Route) -> None:
        self.unknown.append(Unknowable(reason, self.at(route)))

    def at(self, route: Route) -> Location:
        return Location(self.file, self.document.span(route, Part.PAIR))

    def first(self, views: tuple[View, ...], *path: str) -> tuple[str, Route] | None:
        """A field of the target, or else of all."""
        for view in reversed(views):
            found = view.written(*path)
            if found is not None and text(found.value):
                return text(found.value), found.route
        return None


def releases(bundle: Bundle) -> Iterator[Release]:
    """What all clusters get or, where there are targets, what each of them gets on top."""
    view = View(bundle.document.data, ())
    targets = list(view.items("targetCustomizations"))
    if not targets:
        yield _release(bundle, (view,))
    for number, target in enumerate(targets):
        if target.data.get("doNotDeploy") is not True:
            yield _release(bundle, (view, target), text(target.data.get("name")) or f"target{number:03}")


def _release(bundle: Bundle, views: tuple[View, ...], cluster: str | None = None) -> Release:
    """What one target gets, or all."""
    bundle.unknown.clear()
    chart = bundle.first(views, "helm", "chart")
    kustomize = bundle.first(views, "kustomize", "dir")
    name = bundle.first(views, "helm", "releaseName")
    namespace = bundle.first(views, "namespace") or bundle.first(views, "defaultNamespace")
    given = [each for view in views for each in bundle.values(View(view.data.get("helm"), (*view.route, "helm")))]
    deploys = _deploys(bundle, views, chart[0] if chart else "")
    route: Route = chart[1] if chart else ("helm", "chart")
    is_chart = isinstance(deploys, Elsewhere) or deploys.is_file() or (deploys / CHART).is_file()
    if kustomize and is_chart:
        bundle.not_known("`kustomize` changes what the chart renders", kustomize[1])
    elif kustomize:
        route = kustomize[1]
        deploys = bundle.repository.path(kustomize[0], bundle.directory) or Elsewhere(f"`{kustomize[0]}`", "")
    title = f"Fleet bundle {name[0] if name else bundle.directory.name}"
    return Release(
        title=f"{title} ({cluster})" if cluster else title,
        location=bundle.at(route),
        deploys=deploys,
        name=name[0] if name else bundle.directory.name,
        namespace=namespace[0] if namespace else None,
        given=tuple(given),
        customized=None if is_chart or kustomize else _overlaid(bundle, views),
        unknown=tuple(bundle.unknown),
        cluster=cluster,
    )


def _deploys(bundle: Bundle, views: tuple[View, ...], chart: str) -> Path | Elsewhere:
    here = bundle.repository.path(chart or ".", bundle.directory)
    repo, version = bundle.first(views, "helm", "repo"), bundle.first(views, "helm", "version")
    if here and not (chart and repo):
        return here
    return chart_elsewhere(chart, repo[0] if repo else "", version[0] if version else "")


def _overlaid(bundle: Bundle, views: tuple[View, ...]) -> Customized | None:
    """The bundle's manifests with those of its overlays: a file takes the place of one of its name, or patches it."""
    names = [
        (text(name), (*view.route, "yaml", "overlays", index))
        for view in views
        for index, name in enumerate(_list(View(view.data.get("yaml"), ()).data.get("overlays")))
    ]
    if not names:
        return None
    files = {str(path.relative_to(bundle.directory)): path for path in _manifests(bundle.directory, bundle)}
    fields: list[KustomizedField] = []
    inside: dict[Path, list[Path]] = {}
    for number, (name, route) in enumerate(names):
        if number == GIVEN_ENTRIES or len(fields) > GIVEN_ENTRIES:
            bundle.unknown.append(Unknowable(TOO_MUCH, bundle.at(route), "HPC005"))
            break
        folder = bundle.repository.path(f"{_OVERLAYS}/{name}", bundle.directory)
        if folder is None or not folder.is_dir():
            bundle.not_known(f"the overlay `{name}` is not in this repository", route)
            continue
        if folder not in inside:
            inside[folder] = list(_manifests(folder, bundle))
        for path in inside[folder]:
            inner = path.relative_to(folder)
            if inner.stem.endswith(_PATCH):
                fields.append(_patch(bundle, route, path))
            else:
                files[str(inner)] = path
    return Customized(tuple(fields), resources=tuple(files[name] for name in sorted(files)))


def _patch(bundle: Bundle, route: Route, path: Path) -> KustomizedField:
    """An entry of `patches` that stands where the overlay is named."""
    start, end = bundle.document.span(route)
    name = ScalarNode(os.path.relpath(path, bundle.directory), '"', start, end)
    entry = MappingNode([(ScalarNode("path", '"', start, end), name)], start, end)
    found = Object(View(bundle.document.data, ()).data, (), Resource("", "", None, ""))
    owner = ObjectInFile(bundle.file, bundle.document, found)
    return KustomizedField("patches", owner, SequenceNode([entry], start, end))


def _manifests(folder: Path, bundle: Bundle) -> Iterator[Path]:
    """The manifests below a folder: of a bundle, but for its overlays."""
    for suffix in MANIFEST_SUFFIXES[:2]:
        found = matching(f"**/*{suffix}", folder)
        if not found.is_all:
            bundle.unknown.append(Unknowable(TOO_MUCH, bundle.at(("yaml",)), "HPC005"))
        for path in found.paths:
            inner = path.relative_to(folder)
            if inner.name != FLEET and (folder != bundle.directory or inner.parts[0] != _OVERLAYS):
                yield path


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def git_repo(found: ObjectInFile, repository: Repository) -> Iterator[Release | Unknowable]:
    """The directories that a GitRepo deploys as they are; one with a `fleet.yaml` is a bundle by itself."""
    url = found.spec.text("repo") or ""
    is_this = repository.is_this(url)
    names = _list(found.spec.data.get("paths")) or ["."]

    def meant(entry: tuple[int, object]) -> Matches:
        name = text(entry[1])
        if not is_this:
            return Matches([])
        if is_pattern(name):
            return matching(name, repository.root, directories=True)
        own = repository.path(name.lstrip("/"))
        return Matches([own] if own else [])

    for (index, value), found_here in of_each(enumerate(names), meant):
        name = text(value)
        location = found.at((*found.spec.route, "paths", index) if found.spec.data.get("paths") else found.spec.route)
        if not found_here.is_all:
            yield Unknowable(TOO_MUCH, location, "HPC005")
        elif not is_this:
            elsewhere = Elsewhere(f"`{name}` of {url}", f"git clone {url}")
            yield Release(found.title, location, elsewhere, found.name, found.spec.text("targetNamespace"))
            continue
        if found_here.is_all and not found_here.paths:
            yield Unknowable(f"`{name}` is not in this repository", location)
        for path in found_here.paths:
            deployed = any((path / each).is_file() for each in (CHART, *KUSTOMIZATIONS))
            if path.is_dir() and deployed and not (path / FLEET).is_file():
                namespace = found.spec.text("targetNamespace")
                yield Release(found.title, location, path, path.name, namespace)
