"""Argo CD: `Application`, and the shape of one that an ApplicationSet's template has.

What is read, and in which order values win, is that of argo-cd's reposerver (`helmTemplate` in
reposerver/repository/repository.go, `ApplicationSource` in pkg/apis/application/v1alpha1/types.go).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...finding import Route
from ...pods.pod import View
from .objects import ObjectInFile, text
from .patterns import is_pattern, matching
from .places import AtEntry, InDocument, InYamlString, ValueLocator
from .release import Customized, Elsewhere, Given, Release, Substitution, Unknowable
from .repository import Repository

GROUP = "argoproj.io"
Fill = Callable[[ValueLocator, Route], ValueLocator]
"""The place of what stands at a way into a template, knowing what has been filled in there."""

_UNESCAPED_COMMA = re.compile(r"(?<!\\),")
_CUSTOMIZED = ("namePrefix", "nameSuffix", "images", "replicas", "patches", "components")


def applications(found: ObjectInFile, repository: Repository) -> Iterator[Release]:
    """The releases of an Application: one for each of its sources that names a chart or a directory."""
    view = found.view
    spec = View(view.data.get("spec"), (*view.route, "spec"))
    yield from of_spec(Application(found, spec, found.name, found.title, repository))


@dataclass(frozen=True, slots=True)
class Application:
    """An Application's `spec`, and the object that it is written in: an Application, or an ApplicationSet.

    `filled` knows what has been filled in to it, where it is an ApplicationSet's template.
    """

    found: ObjectInFile
    spec: View
    name: str
    title: str
    repository: Repository
    filled: Fill | None = None


def of_spec(application: Application) -> Iterator[Release]:
    """The releases of an Application's `spec`."""
    spec = application.spec
    sources = list(spec.items("sources")) or [View(spec.data.get("source"), (*spec.route, "source"))]
    references = {f"${text(each.data.get('ref'))}": each for each in sources if each.data.get("ref")}
    for source in sources:
        if source.data.get("chart") or source.data.get("path") is not None:
            yield _Source(application, source, references).release()


class _Source:
    """One source of an Application."""

    def __init__(self, application: Application, source: View, references: Mapping[str, View]) -> None:
        self.application = application
        self.found = application.found
        self.source = source
        self.helm = View(source.data.get("helm"), (*source.route, "helm"))
        self.references = references
        self.repository = application.repository.holding(text(source.data.get("path")), self.found.file.path)
        self.unknown: list[Unknowable] = []

    def release(self) -> Release:
        deploys = self._deploys()
        directory = deploys if isinstance(deploys, Path) else None
        destination = View(self.application.spec.data.get("destination"), ())
        given = tuple(self._given(directory))
        if self.source.data.get("plugin"):
            self._not_known("made by a plugin, which is not run", (*self.source.route, "plugin"))
        return Release(
            title=self.application.title,
            location=self.found.at((*self.source.route, "chart" if self.source.data.get("chart") else "path")),
            deploys=deploys,
            name=text(self.helm.data.get("releaseName")) or self.application.name,
            namespace=text(self.helm.data.get("namespace")) or destination.text("namespace"),
            given=given,
            kubernetes_version=text(self.helm.data.get("kubeVersion")) or None,
            api_versions=tuple(text(each) for each in _list(self.helm, "apiVersions")),
            customized=self._customized(),
            unknown=tuple(self.unknown),
            cluster=destination.text("name") or destination.text("server"),
            recurses=View(self.source.data.get("directory"), ()).data.get("recurse") is True,
        )

    def _deploys(self) -> Path | Elsewhere:
        url, chart = text(self.source.data.get("repoURL")), text(self.source.data.get("chart"))
        version = text(self.source.data.get("targetRevision"))
        if chart:
            return chart_elsewhere(chart, url, version)
        path = text(self.source.data.get("path"))
        here = self.repository.path(path.lstrip("/")) if self.application.repository.is_this(url) else None
        return here or Elsewhere(f"`{path}` of {url or 'another repository'}", f"git clone {url}" if url else "")

    def _given(self, directory: Path | None) -> Iterator[Given]:
        for index, each in enumerate(_list(self.helm, "valueFiles")):
            yield from self._files(text(each), directory, (*self.helm.route, "valueFiles", index))
        inline = self.helm.data.get("valuesObject")
        if isinstance(inline, dict) and inline:  # then `values` is not read (ValuesYAML)
            place = InDocument(self.found.file, self.found.document, (*self.helm.route, "valuesObject"))
            yield Given("`valuesObject`", self._place(place, place.base), values=inline)
        elif text(self.helm.data.get("values")):
            written = InYamlString(self.found.file, self.found.document, (*self.helm.route, "values"))
            yield Given("`values`", self._place(written, written.base), text=text(self.helm.data["values"]))
        for parameter in self.helm.items("parameters"):
            entry = AtEntry(self.found.file, self.found.document, (*parameter.route, "value"))
            setting = f"{text(parameter.data.get('name'))}={_escaped(text(parameter.data.get('value')))}"
            forced = parameter.data.get("forceString") is True
            yield Given("`parameters`", self._place(entry, entry.base), setting=setting, as_string=forced)
        for parameter in self.helm.items("fileParameters"):
            self._not_known("a parameter whose value is a file's text", parameter.route)

    def _files(self, name: str, directory: Path | None, route: Route) -> Iterator[Given]:
        """A values file, or those that its pattern means: below the source's path, the root, or another source."""
        first, _, rest = name.partition("/")
        if first in self.references:
            url = text(self.references[first].data.get("repoURL"))
            base, name = (self.repository.root if self.application.repository.is_this(url) else None), rest
        else:
            base = directory
        files = _matching(name, base, self.repository) if base else []
        for file in files:
            yield Given(f"`{name}`", AtEntry(self.found.file, self.found.document, route), file=file)
        if not files and self.helm.data.get("ignoreMissingValueFiles") is not True:
            self._not_known(f"the values file `{name}` is not in this repository", route)

    def _customized(self) -> Customized | None:
        kustomize = View(self.source.data.get("kustomize"), (*self.source.route, "kustomize"))
        return customized(self.found, kustomize, kustomize.text("namespace"))

    def _place(self, place: ValueLocator, route: Route) -> ValueLocator:
        filled = self.application.filled
        return filled(place, route) if filled else place

    def _not_known(self, reason: str, route: Route) -> None:
        self.unknown.append(Unknowable(reason, self.found.at(route)))


def customized(
    found: ObjectInFile, view: View, namespace: str | None, substitute: tuple[Substitution, ...] = ()
) -> Customized | None:
    """What a release adds to a kustomization, or to what a chart rendered; nothing where it adds nothing."""
    fields = [
        (field, node)
        for field in _CUSTOMIZED
        if view.data.get(field) and (node := found.document.node((*view.route, field))) is not None
    ]
    if not fields and not namespace and not substitute:
        return None
    return Customized(found.file, tuple(fields), namespace, substitute)


def chart_elsewhere(chart: str, url: str, version: str) -> Elsewhere:
    """A chart of a chart repository or an OCI registry, and the command that brings it."""
    asked = f" --version {version}" if version else ""
    if url.startswith("oci://") or "://" not in url:
        whole = url.removeprefix("oci://").rstrip("/")
        whole = whole if whole.endswith(f"/{chart}") else f"{whole}/{chart}".lstrip("/")
        command = f"helm pull oci://{whole}{asked}" if url else f"helm pull {chart}{asked}"
    else:
        command = f"helm pull {chart} --repo {url}{asked}"
    return Elsewhere(f"chart `{chart}`" + (f" {version}" if version else ""), command, chart, version)


def _escaped(value: str) -> str:
    """A value as `helm --set` is given it (cleanSetParameters): commas are no separators, but in a list in braces."""
    return value if value.startswith("{") and value.endswith("}") else _UNESCAPED_COMMA.sub(r"\\,", value)


def _matching(name: str, base: Path, repository: Repository) -> list[Path]:
    """The values files of a name: of a pattern all that match, in the order of their names."""
    if is_pattern(name):
        found = matching(name, repository.root if name.startswith("/") else base)
        return [file for each in found if (file := repository.path(str(each.relative_to(repository.root))))]
    file = repository.path(name, base)
    return [file] if file and file.is_file() else []


def _list(view: View, field: str) -> list[object]:
    value = view.data.get(field)
    return value if isinstance(value, list) else []
