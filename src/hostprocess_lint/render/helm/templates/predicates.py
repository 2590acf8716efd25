"""Which value fits what a template asks of one: that it is in a list, begins so, is larger than a number."""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import Any

from ....location import Route
from .expression import Call, Constant, Expression

Fitting = dict[Route, Any]
Place = Callable[[Expression], "tuple[Route, Any] | None"]
"""Where an expression's value is among those of the chart, and what it is."""

_HAS = ("has", "mustHas")
_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda part, text: part in text,
    "hasPrefix": lambda part, text: text.startswith(part),
    "hasSuffix": lambda part, text: text.endswith(part),
}
_PATTERNS = ("regexMatch", "mustRegexMatch")
"""Patterns are a chart's own, and none is run here: whether a text fits already is not asked."""

_NUMBERS = {"gt": (gt, 1, 0), "ge": (ge, 0, -1), "lt": (lt, -1, 0), "le": (le, 0, 1)}
"""How two numbers are compared, and what to add to one for another that is so, and for another that is not."""
_MIRRORED = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
_MOST = 50
_OTHER = "other"
NAMES = frozenset((*_HAS, *_TEXTS, *_PATTERNS, *_NUMBERS))
"""The functions that are understood."""


def fitting_values(call: Call, truth: bool, place: Place) -> Fitting:
    """The values to set so that one of `NAMES` says so (or not); nothing where it does, or is not understood."""
    if len(call.arguments) != 2:
        return {}
    first, second = call.arguments
    if call.name in _HAS:
        return _member(first, second, truth, place)
    if call.name in _NUMBERS:
        if isinstance(first, Constant):
            return _number(_MIRRORED[call.name], second, first.value, truth, place)
        return _number(call.name, first, second.value, truth, place) if isinstance(second, Constant) else {}
    return _text(call.name, first, second, truth, place)


def _text(name: str, first: Expression, second: Expression, truth: bool, place: Place) -> Fitting:
    found = place(second)
    if found is None or not isinstance(first, Constant) or not isinstance(first.value, str):
        return {}
    route, value = found
    sample = _sample(first.value) if name in _PATTERNS else first.value
    fits = name in _TEXTS and _TEXTS[name](sample, value if isinstance(value, str) else "")
    if not sample or (truth and fits):
        return {}
    return {route: sample if truth else _OTHER}


def _sample(pattern: str) -> str:
    """A text that a plain pattern matches: the first of its alternatives without anchors."""
    plain = re.sub(r"\A(?:\(\?[a-z]+\))?\^?\(?(?:\?[a-z]*:)?\^?|\)?\$?\Z", "", pattern.partition("|")[0])
    return plain if re.fullmatch(r"[\w./-]+", plain) else ""


def _member(needle: Expression, heap: Expression, truth: bool, place: Place) -> Fitting:
    if isinstance(heap, Call) and heap.name in ("list", "tuple"):
        return _one_of(needle, heap.arguments, truth, place)
    if not isinstance(needle, Constant):
        return {}
    if isinstance(heap, Call) and heap.name in ("splitList", "mustSplit", "split") and heap.arguments:
        found = place(heap.arguments[-1])
        return {found[0]: needle.value if truth else _OTHER} if found else {}
    found = place(heap)
    if found is None:
        return {}
    route, value = found
    items = value if isinstance(value, list) else []
    if (needle.value in items) is truth:
        return {}
    return {route: [*items, needle.value] if truth else [each for each in items if each != needle.value]}


def _one_of(needle: Expression, items: tuple[Expression, ...], truth: bool, place: Place) -> Fitting:
    """Whether a value is one of some words, or a word is one of some values."""
    if isinstance(needle, Constant):
        found = next(filter(None, map(place, items)), None)
        return {found[0]: needle.value if truth else _OTHER} if found else {}
    words = [each.value for each in items if isinstance(each, Constant)]
    found = place(needle)
    if found is None or not words or (found[1] in words) is truth:
        return {}
    return {found[0]: words[0] if truth else _OTHER}


def _number(name: str, asked: Expression, than: Any, truth: bool, place: Place) -> Fitting:
    counts = isinstance(asked, Call) and asked.name == "len" and len(asked.arguments) == 1
    found = place(asked.arguments[0] if isinstance(asked, Call) and counts else asked)
    if found is None or not isinstance(than, int) or isinstance(than, bool):
        return {}
    route, value = found
    holds, more, less = _NUMBERS[name]
    items = value if isinstance(value, list) else []
    number = len(items) if counts else value
    if isinstance(number, (int, float)) and holds(number, than) is truth:
        return {}
    wanted = than + (more if truth else less)
    if not counts:
        return {route: wanted}
    return {route: [*items[:wanted], *({} for _ in range(wanted - len(items)))]} if 0 <= wanted <= _MOST else {}
