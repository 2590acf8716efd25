"""Fleet: the `fleet.yaml` of a bundle, what each target is given, and the paths of a GitRepo without one.

What is read is that of https://fleet.rancher.io/ref-fleet-yaml; a target's options come over those of all as in fleet's
`options.Merge`, and what a chart is rendered to goes into a kustomization of the bundle (`kustomize.Process`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ....location import Route
from ....pods.view import View
from ...landmarks import CHART, KUSTOMIZATIONS
from ..elsewhere import chart_elsewhere
from ..firstlook import FLEETS
from ..objects import ObjectInFile, text
from ..patterns import TOO_MUCH, Matches, is_pattern, matching, of_each
from ..release import Customized, Elsewhere, Given, Release, Unknowable
from ..repository import Repository
from .bundle import Bundle
from .overlays import overlaid


def bundle_releases(bundle: Bundle) -> Iterator[Release]:
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
    chart = bundle.first(views, "helm", "chart")
    kustomize = bundle.first(views, "kustomize", "dir")
    name = bundle.first(views, "helm", "releaseName")
    namespace = bundle.first(views, "namespace") or bundle.first(views, "defaultNamespace")
    helms = [View(view.data.get("helm"), (*view.route, "helm")) for view in views]
    said = [*_values(bundle, helms, namespace[0] if namespace else None)]
    deploys = _deploys(bundle, views, chart[0] if chart else "")
    route: Route = chart[1] if chart else ("helm", "chart")
    customized: Customized | None = None
    unknown: tuple[Unknowable, ...] = ()
    if isinstance(deploys, Elsewhere) or deploys.is_file() or (deploys / CHART).is_file():
        customized, unknown = _kustomized(bundle, kustomize)
    elif kustomize:
        route = kustomize[1]
        deploys = bundle.repository.path(kustomize[0], bundle.directory) or Elsewhere(f"`{kustomize[0]}`", "")
    else:
        customized, unknown = overlaid(bundle, views)
    said += unknown
    title = f"Fleet bundle {name[0] if name else bundle.directory.name}"
    return Release(
        title=f"{title} ({cluster})" if cluster else title,
        location=bundle.at(route),
        deploys=deploys,
        name=name[0] if name else bundle.directory.name,
        namespace=namespace[0] if namespace else None,
        given=tuple(each for each in said if isinstance(each, Given)),
        customized=customized,
        unknown=tuple(each for each in said if isinstance(each, Unknowable)),
        cluster=cluster,
    )


def _values(bundle: Bundle, helms: Sequence[View], namespace: str | None) -> Iterator[Given | Unknowable]:
    """What the `helm` blocks give: of all their own values, then those of objects."""
    for helm in helms:
        yield from bundle.values(helm)
    for helm in helms:
        yield from bundle.referred(helm, namespace)
    for helm in helms:
        if helm.data.get("templateValues"):
            route = (*helm.route, "templateValues")
            yield bundle.not_known("`templateValues`, which a cluster's labels fill in", route)


def _kustomized(
    bundle: Bundle, kustomize: tuple[str, Route] | None
) -> tuple[Customized | None, tuple[Unknowable, ...]]:
    """The kustomization that changes what a chart is rendered to, if there is one: the bundle's own, or in `dir`."""
    directory = bundle.repository.path(kustomize[0] if kustomize else ".", bundle.directory)
    if directory is not None and (directory / "kustomization.yaml").is_file():  # Fleet looks for no other name
        return Customized(around=directory), ()
    if kustomize:
        reason = f"`{kustomize[0]}` holds no kustomization.yaml in this repository"
        return None, (bundle.not_known(reason, kustomize[1]),)
    return None, ()


def _deploys(bundle: Bundle, views: tuple[View, ...], chart: str) -> Path | Elsewhere:
    here = bundle.repository.path(chart or ".", bundle.directory)
    repo, version = bundle.first(views, "helm", "repo"), bundle.first(views, "helm", "version")
    if here and not (chart and repo):
        return here
    return chart_elsewhere(chart, repo[0] if repo else "", version[0] if version else "")


def _is_bundle(path: Path) -> bool:
    return any((path / name).is_file() for name in FLEETS)


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
            if path.is_dir() and deployed and not _is_bundle(path):
                namespace = found.spec.text("targetNamespace")
                yield Release(found.title, location, path, path.name, namespace)
