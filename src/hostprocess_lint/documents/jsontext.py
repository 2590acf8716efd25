"""JSON becomes documents in a fraction of YAML's time: what `kubectl get -o json` prints of a whole cluster.

Python's own decoder finds out where each object ends and what is in it. The regions are looked for when somebody asks
for them, which is so for the few objects that have findings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ..limits import MAX_CHARACTERS, MAX_DEPTH, MAX_VALUES
from ..location import Span
from ..sourcefile import BOM, SourceFile
from .document import Document
from .jsonblanks import behind_blanks
from .jsonnodes import json_entry, nodes
from .lists import ITEMS, as_item, is_more_than_list
from .nodes import Unreadable
from .size import TOO_DEEP
from .stream import MAX_DOCUMENTS, Broken

_MAX_CHARACTERS = 4 * MAX_CHARACTERS
"""A pod takes up to 15,000 as kubectl prints it, and of a list no more is kept than what somebody asks for."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class _NotJson(ValueError):  # noqa: N818 (it is no error)
    """A text that is not JSON from its first character to its last: it is read as YAML then."""


class _Value(NamedTuple):
    """An object and its region. `twice` says that a key stands twice somewhere in it, `outer` is the list around it."""

    data: Any
    span: Span
    twice: bool
    outer: Mapping[str, Any] = MappingProxyType({})


def json_documents(text: SourceFile, wanted: Callable[[str, Any], bool]) -> list[Document | Broken] | None:
    """The objects of a text that is wholly JSON, those in a list one by one; None for any other text.

    `wanted` says of an item, by its text and its data, whether it is needed: most of a cluster's pods are not.
    """
    start = behind_blanks(text.text, 1 if text.text.startswith(BOM) else 0)
    if not text.text.startswith("{", start) or len(text.text) > _MAX_CHARACTERS:
        return None
    try:
        return [_document(text, value) for value in _values(text.text, start, wanted)]
    except (ValueError, RecursionError):
        return None


def _values(text: str, at: int, wanted: Callable[[str, Any], bool]) -> Iterator[_Value]:
    """The objects that stand one behind the other, and instead of a list its items."""
    reader = _JsonReader(text, wanted)
    count = 0
    while at < len(text):
        found, at = reader.read(at)
        count += len(found)
        if count > MAX_DOCUMENTS:
            raise _NotJson  # the reader of YAML says what is too much
        yield from found
        at = behind_blanks(text, at)


class _JsonReader:
    """Reads one object after the other, each from an offset to the offset behind it."""

    def __init__(self, text: str, wanted: Callable[[str, Any], bool]) -> None:
        import json  # here, because most scans have no JSON

        self._text = text
        self._wanted = wanted
        self._twice = False
        self._raw = json.JSONDecoder(object_pairs_hook=self._mapping, parse_constant=_refused).raw_decode

    def read(self, at: int) -> tuple[list[_Value], int]:
        """An object, or the items of a list."""
        start, text = at, self._text
        outer: dict[str, Any] = {}
        items: list[_Value] | None = None
        twice = False
        at = self._first(at, "{")
        while not text.startswith("}", at):
            key, at = self._value(at)
            at = behind_blanks(text, at)
            if not isinstance(key.data, str) or not text.startswith(":", at):
                raise _NotJson
            at = behind_blanks(text, at + 1)
            twice = twice or key.data in outer
            if key.data == ITEMS and text.startswith("[", at):
                items, at = self._items(at)
                outer[ITEMS] = None
            else:
                value, at = self._value(at)
                twice = twice or value.twice
                outer[key.data] = value.data
            at = self._next(at, "}")
        if items is None:
            return [_Value(outer, Span(start, at + 1), twice)], at + 1
        if twice or is_more_than_list(outer):
            raise _NotJson  # which of two lists counts, and what is beside one, are questions for the reader of YAML
        return [item._replace(outer=outer) for item in items], at + 1

    def _items(self, at: int) -> tuple[list[_Value], int]:
        found = []
        at = self._first(at, "[")
        while not self._text.startswith("]", at):
            value, at = self._value(at)
            if self._wanted(self._text[slice(*value.span)], value.data):
                found.append(value)
            at = self._next(at, "]")
        return found, at + 1

    def _value(self, at: int) -> tuple[_Value, int]:
        self._twice = False
        data, stop = self._raw(self._text, at)
        return _Value(data, Span(at, stop), self._twice), stop

    def _mapping(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        data = dict(pairs)
        self._twice = self._twice or len(data) < len(pairs)
        return data

    def _first(self, at: int, opening: str) -> int:
        """The offset of the first thing in brackets, or of what closes them."""
        if not self._text.startswith(opening, at):
            raise _NotJson
        return behind_blanks(self._text, at + 1)

    def _next(self, at: int, closing: str) -> int:
        """The same for what follows a comma."""
        at = behind_blanks(self._text, at)
        if self._text.startswith(closing, at):
            return at
        if not self._text.startswith(",", at):
            raise _NotJson
        at = behind_blanks(self._text, at + 1)
        if self._text.startswith(closing, at):
            raise _NotJson
        return at


def _document(text: SourceFile, value: _Value) -> Document | Broken:
    start, stop = value.span
    try:
        # What is short holds no more values than allowed, and no longer scalars.
        if value.twice or stop - start > MAX_VALUES or _SURROGATE.search(text.text, start, stop):
            found = Document(text, 0, nodes(text.text, start))
            found.data = as_item(found.data, value.outer)
            return found
        if _levels(value.data) > MAX_DEPTH:
            raise Unreadable(TOO_DEEP, start, "HPC005")
    except Unreadable as error:
        _, last = text.line_span(text.position(error.start)[0])
        return Broken(text, 0, Span(min(error.start, last), last), error.reason, error.rule)
    data = as_item(value.data, value.outer)
    return Document.lazily(text, data, lambda route: json_entry(text.text, start, route))


def _levels(data: Any) -> int:
    """How deep data is nested: counted level by level, because a text could make too much of a recursion."""
    level, found = [data], 0
    while level := [
        inner
        for outer in level
        for inner in (outer.values() if isinstance(outer, dict) else outer)
        if isinstance(inner, (dict, list))
    ]:
        found += 1
    return found


def _refused(_: str) -> None:
    raise _NotJson  # NaN and the like, which Go does not read
