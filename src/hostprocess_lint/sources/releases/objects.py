"""The objects of some manifests that say what is deployed, and those that they refer to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...documents.document import Document, documents
from ...finding import Location, Part, Route
from ...pods.pod import Object, View, objects
from ...sourcefile import SourceFile


@dataclass(frozen=True, slots=True)
class ObjectInFile:
    """An object, and the file and document that it is written in."""

    file: SourceFile
    document: Document
    object: Object

    @property
    def group(self) -> str:
        return self.object.resource.api_version.rpartition("/")[0]

    @property
    def kind(self) -> str:
        return self.object.resource.kind

    @property
    def name(self) -> str:
        return self.object.resource.name

    @property
    def namespace(self) -> str | None:
        return self.object.resource.namespace

    @property
    def title(self) -> str:
        return str(self.object.resource)

    @property
    def view(self) -> View:
        return View(self.object.data, self.object.route)

    def at(self, route: Route, part: Part = Part.PAIR) -> Location:
        """The place of an entry, by its way in the document."""
        return Location(self.file, self.document.span(route, part))


def written(file: SourceFile) -> Iterator[ObjectInFile]:
    """The objects of a text; what cannot be read is told where the file is judged."""
    for document in documents(file):
        if isinstance(document, Document):
            for each in objects(document.data, document.duplicates):
                yield ObjectInFile(file, document, each)


class Objects:
    """Objects by group, kind, namespace and name."""

    def __init__(self, found: Iterable[ObjectInFile]) -> None:
        self._all = tuple(found)

    def of(self, group: str, *kinds: str) -> Iterator[ObjectInFile]:
        """Those of a group, in whatever version, and of some kinds."""
        for each in self._all:
            if each.group == group and each.kind in kinds:
                yield each

    def named(self, kind: str, namespace: str | None, name: str) -> ObjectInFile | None:
        """The object of a kind that a reference means; an object without a namespace may be in any."""
        return self._by_name.get((kind, namespace, name)) or self._by_name.get((kind, None, name))

    @cached_property
    def _by_name(self) -> dict[tuple[str, str | None, str], ObjectInFile]:
        return {(each.kind, each.namespace, each.name): each for each in reversed(self._all)}


def text(value: Any) -> str:
    """A scalar as a string; nothing where it is none."""
    return value if isinstance(value, str) else "" if value is None or isinstance(value, (dict, list)) else str(value)
