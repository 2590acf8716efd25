"""The objects of some texts that say what is deployed, and those that they refer to."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from ...documents.document import Document
from ...documents.stream import documents
from ...location import Location, Part, Route
from ...pods.objects import Object, objects
from ...pods.view import View
from ...rendered import Provenance, Rendered
from ...sourcefile import SourceFile
from .places import AtEntry, InDocument, InYamlString, led

_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class ObjectInFile:
    """An object, and the file and document that it is written in, or the rendered text and what that comes from.

    `is_literal` says that nothing fills in a `${…}` in it any more.
    """

    file: SourceFile
    document: Document
    object: Object
    provenance: Provenance | None = None
    is_literal: bool = False

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

    @property
    def spec(self) -> View:
        return View(self.view.data.get("spec"), (*self.view.route, "spec"))

    def at(self, route: Route, part: Part = Part.PAIR) -> Location:
        """The place of an entry, by its way in the document."""
        return led(self.file, self.document, self.provenance, route, part)

    def mapping(self, route: Route) -> InDocument:
        """The values that are a mapping of the document."""
        return InDocument(self.file, self.document, route, self.provenance)

    def string(self, route: Route) -> InYamlString:
        """The values that are YAML in a string of the document."""
        return InYamlString(self.file, self.document, route, self.provenance)

    def entry(self, route: Route) -> AtEntry:
        """The single value that an entry of the document sets."""
        return AtEntry(self.file, self.document, route, self.provenance)


def objects_in(
    file: SourceFile, provenance: Provenance | None = None, *, is_literal: bool = False
) -> Iterator[ObjectInFile]:
    """The objects of a text; what cannot be read is told where the text is judged."""
    for document in documents(file):
        if isinstance(document, Document):
            for each in objects(document.data, document.duplicates, is_literal=is_literal):
                yield ObjectInFile(file, document, each, provenance, is_literal)


def objects_of(rendered: Rendered) -> Iterator[ObjectInFile]:
    """The objects of a rendered text, under the path of a file in the directory that it was rendered from."""
    path = rendered.text.path
    inner = os.path.join(path, "-") if os.path.isdir(path) else path
    made = SourceFile(inner, rendered.text.text)
    yield from objects_in(made, rendered.provenance, is_literal=rendered.is_literal)


_HASHED = re.compile(r"-[a-z0-9]{10}\Z")
"""What Kustomize puts behind the name of a ConfigMap or Secret that it generates."""


class Objects:
    """Objects by group, kind, namespace and name; what these refer to may be among `others`, which hold them as well.

    `missing` collects the names that are referred to in vain.
    """

    def __init__(self, found: Iterable[ObjectInFile], others: Objects | None = None) -> None:
        self._all = tuple(found)
        self._others = others
        self.missing: set[str] = set()
        self._read: dict[Callable[[Objects], Any], Any] = {}

    @property
    def whole(self) -> Objects:
        """All that may be referred to."""
        return self if self._others is None else self._others.whole

    def once(self, read: Callable[[Objects], _Read]) -> _Read:
        """What is read of all that may be referred to, and kept: each release of a repository asks for the same."""
        if self._others is not None:
            return self._others.once(read)
        if read not in self._read:
            self._read[read] = read(self)
        found: _Read = self._read[read]
        return found

    def of(self, group: str, kind: str) -> Iterator[ObjectInFile]:
        """Those of a group, in whatever version, and of a kind."""
        return (each for each in self._all if each.group == group and each.kind == kind)

    def named(self, kind: str, namespace: str | None, name: str) -> ObjectInFile | None:
        """The object of a kind that a reference means; an object without a namespace may be in any."""
        for known in (self._by_name, self._generated):
            found = known.get((kind, namespace, name)) or known.get((kind, None, name))
            if found is not None:
                return found
        if self._others is not None:
            return self._others.named(kind, namespace, name)
        self.missing.add(name)
        return None

    @cached_property
    def _by_name(self) -> dict[tuple[str, str | None, str], ObjectInFile]:
        return {(each.kind, each.namespace, each.name): each for each in reversed(self._all)}

    @cached_property
    def _generated(self) -> dict[tuple[str, str | None, str], ObjectInFile]:
        """Those that were made under a name with a hash, by the name without it; none where several have that."""
        made = [each for each in self._all if each.provenance is not None and each.kind in ("ConfigMap", "Secret")]
        named = [(each, _HASHED.sub("", each.name)) for each in made if _HASHED.search(each.name)]
        number = Counter((each.kind, each.namespace, name) for each, name in named)
        known = ((each.kind, each.namespace, name) for each, name in named)
        return {key: each for key, (each, _) in zip(known, named, strict=True) if number[key] == 1}


def text(value: Any) -> str:
    """A scalar as a string; nothing where it is none."""
    return value if isinstance(value, str) else "" if value is None or isinstance(value, (dict, list)) else str(value)
