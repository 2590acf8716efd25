"""helmfile: the releases of a `helmfile.yaml`, as far as no template of its own decides.

What is read, and in which order values win, is that of helmfile's documentation: `values` in their order, then `set`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...documents.document import Document
from ...finding import Location, Part, Route
from ...pods.pod import View
from ...sourcefile import SourceFile
from .argo import chart_elsewhere
from .objects import text
from .places import AtEntry, InDocument
from .release import Elsewhere, Given, Release, Unknowable
from .repository import Repository

_TEMPLATE = "{{"
_NOT_READ = (
    *("inherit", "secrets", "jsonPatches", "strategicMergePatches", "transformers", "valuesTemplate", "setTemplate"),
    *("dependencies", "installedTemplate"),
)


@dataclass(frozen=True, slots=True)
class Helmfile:
    """One document of a helmfile, and the directory that the file lies in."""

    file: SourceFile
    document: Document
    directory: Path
    repository: Repository

    def at(self, route: Route) -> Location:
        return Location(self.file, self.document.span(route, Part.PAIR))


def releases(helmfile: Helmfile) -> Iterator[Release | Unknowable]:
    """The releases of a helmfile's document that are to be installed."""
    view = View(helmfile.document.data, ())
    repositories = {text(each.data.get("name")): text(each.data.get("url")) for each in view.items("repositories")}
    for key in ("bases", "helmfiles", "environments", "helmDefaults"):
        if view.data.get(key):
            yield Unknowable(f"`{key}` of a helmfile may change what is deployed", helmfile.at((key,)))
    for each in view.items("releases"):
        if each.data.get("installed") is not False and each.data.get("chart") is not None:
            yield _Release(helmfile, each, repositories).release()


class _Release:
    """One entry of `releases`. `repositories` are the URLs of chart repositories, by their names."""

    def __init__(self, helmfile: Helmfile, entry: View, repositories: dict[str, str]) -> None:
        self.helmfile = helmfile
        self.entry = entry
        self.repositories = repositories
        self.unknown: list[Unknowable] = []

    def release(self) -> Release:
        for key in _NOT_READ:
            if self.entry.data.get(key):
                self._not_known(f"`{key}`, which changes what is deployed", (*self.entry.route, key))
        name, namespace = text(self.entry.data.get("name")), self.entry.text("namespace")
        given = (*self._values(), *self._settings())
        return Release(
            title=f"helmfile release {namespace + '/' if namespace else ''}{name}",
            location=self.helmfile.at((*self.entry.route, "chart")),
            deploys=self._deploys(),
            name=name,
            namespace=namespace,
            given=given,
            kubernetes_version=text(self.entry.data.get("kubeVersion")) or None,
            unknown=tuple(self.unknown),
            cluster=self.entry.text("kubeContext"),
        )

    def _deploys(self) -> Path | Elsewhere:
        chart, version = text(self.entry.data.get("chart")), text(self.entry.data.get("version"))
        if _TEMPLATE in chart:
            self._not_known("a chart that a template of helmfile's decides", (*self.entry.route, "chart"))
        here = self.helmfile.repository.path(chart, self.helmfile.directory)
        if here is not None and not chart.startswith("oci://"):
            return here
        first, _, rest = chart.partition("/")
        if chart.startswith("oci://"):
            return chart_elsewhere(chart.rpartition("/")[2], chart, version)
        if first in self.repositories:
            return chart_elsewhere(rest, self.repositories[first], version)
        return Elsewhere(f"chart `{chart}`", f"helm pull {chart}", rest or chart, version)

    def _values(self) -> Iterator[Given]:
        values = self.entry.data.get("values")
        for index, each in enumerate(values if isinstance(values, list) else ()):
            route = (*self.entry.route, "values", index)
            if isinstance(each, dict):
                yield Given("`values`", InDocument(self.helmfile.file, self.helmfile.document, route), values=each)
                continue
            name = text(each)
            file = self.helmfile.repository.path(name, self.helmfile.directory)
            if _TEMPLATE in name or name.endswith(".gotmpl"):
                self._not_known(f"the values `{name}`, which a template of helmfile's makes", route)
            elif file is None or not file.is_file():
                self._not_known(f"the values file `{name}` is not in this repository", route)
            else:
                yield Given(f"`{name}`", AtEntry(self.helmfile.file, self.helmfile.document, route), file=file)

    def _settings(self) -> Iterator[Given]:
        for each in self.entry.items("set"):
            name, value = text(each.data.get("name")), each.data.get("value")
            if value is None or isinstance(value, (dict, list)) or _TEMPLATE in text(value):
                self._not_known(f"the value of `{name}`", each.route)
                continue
            written = text(value).lower() if isinstance(value, bool) else text(value)
            place = AtEntry(self.helmfile.file, self.helmfile.document, (*each.route, "value"))
            yield Given("`set`", place, setting=f"{name}={written.replace(',', chr(92) + ',')}")

    def _not_known(self, reason: str, route: Route) -> None:
        self.unknown.append(Unknowable(reason, self.helmfile.at(route)))
