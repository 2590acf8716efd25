"""One document of a `fleet.yaml`: where its entries are, and which values a `helm` block of it gives.

Values count as in fleet's internal/bundlereader (`generateValues` merges files over `values`) and in its
internal/helmdeployer (`getValues` merges the objects of `valuesFrom` over both).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ....documents.document import Document
from ....limits import GIVEN_ENTRIES
from ....location import Location, Part, Route
from ....pods.view import View
from ....sourcefile import SourceFile
from ..helddata import entry_of
from ..objects import Objects, text
from ..patterns import TOO_MUCH
from ..places import AtEntry, InDocument
from ..release import Given, Unknowable
from ..repository import Repository

_KINDS = (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret"))


@dataclass(frozen=True, slots=True)
class Bundle:
    """One document of a `fleet.yaml`, and the directory that the file lies in."""

    file: SourceFile
    document: Document
    directory: Path
    repository: Repository
    objects: Objects

    def values(self, helm: View) -> Iterator[Given | Unknowable]:
        """What a `helm` block gives: its own values, then those of its files."""
        values = helm.data.get("values")
        if isinstance(values, dict):
            yield Given("`values`", InDocument(self.file, self.document, (*helm.route, "values")), values=values)
        names = helm.data.get("valuesFiles")
        for index, name in enumerate(names if isinstance(names, list) else ()):
            route = (*helm.route, "valuesFiles", index)
            if index == GIVEN_ENTRIES:
                yield Unknowable(TOO_MUCH, self.at(route), "HPC005")
                return
            found = self.repository.path(text(name), self.directory)
            if found is None or not found.is_file():
                yield self.not_known(f"the values file `{name}` is not in this repository", route)
            else:
                yield Given(f"`{name}`", AtEntry(self.file, self.document, route), file=found)

    def referred(self, helm: View, namespace: str | None) -> Iterator[Given | Unknowable]:
        """What objects that a `helm` block refers to give, which are in the repository or made by what is in it."""
        for reference in helm.items("valuesFrom"):
            for key, kind in _KINDS:
                inner = View(reference.data.get(key), (*reference.route, key))
                if not inner.data:
                    continue
                name = inner.text("name") or ""
                wanted = inner.text("key") or "values.yaml"
                found = entry_of(self.objects, kind, inner.text("namespace") or namespace, name, wanted)
                if isinstance(found, str):
                    yield self.not_known(f"values from {kind} `{name}`, which {found}", inner.route)
                else:
                    yield Given(found.title, found.place, text=found.text)

    def not_known(self, reason: str, route: Route) -> Unknowable:
        return Unknowable(reason, self.at(route))

    def at(self, route: Route) -> Location:
        return Location(self.file, self.document.span(route, Part.PAIR))

    def first(self, views: tuple[View, ...], *path: str) -> tuple[str, Route] | None:
        """A field of the target, or else of all."""
        for view in reversed(views):
            found = view.written(*path)
            if found is not None and text(found.value):
                return text(found.value), found.route
        return None
