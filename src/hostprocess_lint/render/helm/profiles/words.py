"""What the words of a chart's templates stand for, where one includes another, and hands on what its dot is to be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from ....location import Route
from ..templates.conditions import API_VERSIONS, Meanings, Settings, Wanted
from ..templates.expression import (
    EACH,
    INCLUDES,
    NOTHING,
    Call,
    Constant,
    Expression,
    Places,
    parse_expression,
    walk,
)
from ..templates.gotemplate import Branch, Segment, Template
from ..templates.templates import Templates
from .values import get

_INCLUDES = 10
_MOST = 100
_WAYS = 10
_LOOKUPS = 100


class Spot(NamedTuple):
    """A place in a template; where a named one is included from it, `handed_on` is what its dot is to be there."""

    template: Template
    file: str
    offset: int
    handed_on: Expression = NOTHING


def included(known: Templates, here: Spot, body: str) -> Iterator[tuple[tuple[Spot, ...], Branch]]:
    """The named templates that an action includes, and those that these include; each with the way there.

    The way ends in the named template, whose `handed_on` is what it is given.
    """
    seen: set[str] = set()
    pending: list[tuple[tuple[Spot, ...], str]] = [((here,), body)]
    while pending and len(seen) < _MOST:
        way, action = pending.pop(0)
        for name, handed_on in _calls(action):
            if name not in known.defines or name in seen:
                continue
            seen.add(name)
            file, branch = known.defines[name]
            home = known.by_name[file]
            yield (*way, Spot(home, file, branch.start, handed_on)), branch
            if len(way) < _INCLUDES:
                inside = (each for each in home.within(branch) if each.body)
                pending.extend(((*way, Spot(home, file, each.start, handed_on)), each.body) for each in inside)


def _calls(action: str) -> Iterator[tuple[str, Expression]]:
    for each in walk(parse_expression(action)):
        if isinstance(each, Call) and each.name in INCLUDES and each.arguments:
            name, *handed_on = each.arguments
            if isinstance(name, Constant):
                yield str(name.value), handed_on[0] if handed_on else NOTHING


@dataclass(frozen=True, slots=True)
class Words:
    """What is known of a chart's values: those that are `needed` already, else those that it has."""

    known: Templates
    charts: tuple[str, ...]
    values: dict[str, Any]
    needed: Settings

    def meanings(self, template: Template, dot: Places, root: Places) -> Meanings:
        """What the words in a template stand for. Variables and helpers may go round in circles, and are many."""
        left = iter(range(_LOOKUPS))

        def variable(name: str) -> Expression | None:
            assigned = template.assignments.get(name)
            return _assigned(name, assigned[0]) if assigned and next(left, None) is not None else None

        def helper(name: str, given_to_it: Places, word: str) -> list[list[Wanted]]:
            if name not in self.known.defines or next(left, None) is None:
                return []
            file, branch = self.known.defines[name]
            home = self.known.by_name[file]
            inside = self.meanings(home, given_to_it, given_to_it)._replace(helper=helper)
            ways = [_conditions(home, branch, offset, inside) for offset in _printing(home, branch, word)]
            return ways or [
                [*_conditions(home, branch, each.start, inside), *_said(each, word, inside)]
                for each in islice(_outputs(home, branch), _WAYS)
            ]

        return Meanings(self._value, variable, helper, dot, root)

    def _value(self, route: Route) -> Any:
        route = scoped(route, self.charts)
        return self.needed[route] if route in self.needed else get(self.values, route)[1]


def scoped(route: Route, charts: tuple[str, ...]) -> Route:
    """Where a subchart's value is among the whole chart's."""
    return route if route[:1] in (("global",), (API_VERSIONS,)) else (*charts, *route)


def _assigned(name: str, action: str) -> Expression | None:
    """What a variable is assigned: of `range`, one of the items, or None for its key."""
    expression = parse_expression(action)
    if not action.startswith("range"):
        return expression
    names = re.findall(r"\$\w+", action.partition("=")[0])
    return Call(EACH, (expression,)) if name == names[-1] else None


def _printing(home: Template, branch: Branch, word: str) -> Iterator[int]:
    """Where in a named template a word is printed, as text or as a string of an action; any word, without one."""
    if not word:
        texts = (
            each for each in home.within(branch) if each.role == "text" and home.text[each.start : each.end].strip()
        )
        return (each.start for each in islice(texts, _WAYS))
    found = re.finditer(rf"\b{re.escape(word)}\b(?!\s*[)}}])", home.text[branch.start : branch.end], re.IGNORECASE)
    return (branch.start + match.start() for match in islice(found, _WAYS))


def _outputs(home: Template, branch: Branch) -> Iterator[Segment]:
    return (each for each in home.within(branch) if each.role == "output")


def _said(output: Segment, word: str, meanings: Meanings) -> list[Wanted]:
    """What has to hold for an action to print a word: any, without one."""
    printed = parse_expression(output.body)
    return [Wanted(Call("eq", (Call("toString", (printed,)), Constant(word))), True, meanings)] if word else []


def _conditions(home: Template, branch: Branch, offset: int, meanings: Meanings) -> list[Wanted]:
    """What has to hold in a named template for a place in it to be printed."""
    inside = [each for each in home.around(offset) if each.start > branch.start]
    refused = [Wanted(parse_expression(text), False, meanings) for each in inside for text in each.refused]
    asked = [each.expression for each in inside if each.keyword in ("if", "with")]
    return [*(Wanted(parse_expression(text), True, meanings) for text in asked), *refused]
