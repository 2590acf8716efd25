"""Values that are tried where what a condition asks is not understood: of many kinds, and the words that it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ....location import Route
from ..templates.conditions import API_VERSIONS, Settings, Wanted
from ..templates.expression import Call, Constant, Expression, parse_expression, value_routes, walk
from ..templates.gotemplate import parse_template
from .building import Building
from .switches import Switch, belongs, enabling, mentions, rendered_name, solved, wanted_at, with_whole_lists
from .words import Spot, Words, scoped

_ROUTES = 3
_WORDS = 6
_KINDS: tuple[Any, ...] = (True, "true", {"windows": {}}, [{}], 1, 1.5, "windows", None, False, [], "", 0)
"""A value of each kind, of those that are full and of those that are empty."""


def guesses(chart_and_below: Iterable[Building], done: Mapping[str, int]) -> Iterator[Switch]:
    """For each place that mentions HostProcess in templates that are not done: single values to set."""
    for made in chart_and_below:
        first = enabling(made.chart, made.charts, made.values)
        for name in (each for each in made.known.by_name if belongs(each, made.node)):
            rendered = rendered_name(name, made.node, made.charts)
            for spots, is_built in mentions(made.known, name, made) if rendered not in done else ():
                if not is_built and rendered not in done:
                    found = (_set(each, made) for each in _guessed(made, spots))
                    yield from (Switch(rendered, {**first, **settings}) for settings in found)


def _set(needed: Settings, made: Building) -> Settings:
    return with_whole_lists(needed, made.values)


def _guessed(made: Building, spots: tuple[Spot, ...]) -> Iterator[Settings]:
    """What is understood of the conditions around a place, with another value for one that they read."""
    needed: Settings = {}
    wants = wanted_at(spots, Words(made.known, made.charts, made.values, needed))
    for want, is_range in wants or ():
        needed.update(solved(want, is_range, made.charts) or {})
    for want, _ in wants or ():
        for route in list(_read(want))[:_ROUTES]:
            place = scoped(route, made.charts)
            for value in _tried(want.expression):
                yield {**{each: old for each, old in needed.items() if each[: len(place)] != place}, place: value}


def _read(want: Wanted) -> Iterator[Route]:
    """The values that a condition reads, in templates in its strings too; not those above others."""
    scope = want.meanings.scope
    routes = [route for each in _walked(want.expression) for route in value_routes(each, scope)]
    every = [route for route in dict.fromkeys(routes) if route and route[0] != API_VERSIONS]
    return (route for route in every if not any(other != route and other[: len(route)] == route for other in every))


def _walked(expression: Expression) -> Iterator[Expression]:
    for each in walk(expression):
        yield each
        if isinstance(each, Call) and each.name == "hasKey":
            yield Call("get", each.arguments)
        if isinstance(each, Call) and each.name == "tpl" and each.arguments and isinstance(each.arguments[0], Constant):
            yield from _of_text(str(each.arguments[0].value))


def _of_text(text: str) -> Iterator[Expression]:
    try:
        bodies = parse_template(text).bodies if "{{" in text else ()
    except ValueError:
        return
    for body in bodies:
        yield from walk(parse_expression(body))


def _tried(expression: Expression) -> Iterator[Any]:
    """The words and numbers that a condition says, and pieces of the words, before a value of each kind."""
    said = [each.value for each in walk(expression) if isinstance(each, Constant) and each.value not in (None, "")]
    words = [word for value in said if isinstance(value, str) for word in (value, *re.findall(r"\w+", value))]
    numbers = [near for value in said if type(value) in (int, float) for near in (value, value + 1, value - 1)]
    yield from list(dict.fromkeys((*words, *numbers)))[:_WORDS]
    yield from _KINDS
    yield from ([word] for word in words[:1])
    yield from ({word: {}} for word in words[:1])
