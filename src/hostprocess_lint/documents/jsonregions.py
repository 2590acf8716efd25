"""Where the parts of a JSON text stand: for whoever changes a few of them, and leaves every other byte alone."""

from __future__ import annotations

from collections.abc import Iterator
from json import JSONDecoder
from typing import Any, NamedTuple

from ..sourcefile import BOM
from .jsonblanks import behind_blanks, behind_separators

_decoded = JSONDecoder().raw_decode


class ValueRegion(NamedTuple):
    """A value, and the half-open range of offsets at which it is written."""

    value: Any
    start: int
    end: int


def whole(text: str) -> ValueRegion:
    """The one value of a text. Raises ValueError, or RecursionError for one that is nested too deep."""
    start = behind_blanks(text, 1 if text.startswith(BOM) else 0)
    value, end = _decoded(text, start)
    if behind_blanks(text, end) < len(text):
        raise ValueError(f"something follows the value that ends at character {end}")
    return ValueRegion(value, start, end)


def members(text: str, outer: ValueRegion) -> Iterator[tuple[str, ValueRegion]]:
    """The keys of an object with their values, in the order of the text; of equal keys the last counts."""
    at = behind_separators(text, outer.start + 1)
    while at < outer.end - 1:
        name, end = _decoded(text, at)
        at = behind_separators(text, end)
        value, end = _decoded(text, at)
        yield name, ValueRegion(value, at, end)
        at = behind_separators(text, end)


def elements(text: str, outer: ValueRegion) -> Iterator[ValueRegion]:
    """The items of an array."""
    at = behind_separators(text, outer.start + 1)
    while at < outer.end - 1:
        value, end = _decoded(text, at)
        yield ValueRegion(value, at, end)
        at = behind_separators(text, end)
