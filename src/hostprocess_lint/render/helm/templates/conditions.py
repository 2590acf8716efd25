"""What a template's condition needs to hold: the values to set, read off the expression."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from ....location import Route
from .expression import (
    NOWHERE,
    Call,
    Constant,
    Expression,
    Places,
    TemplateScope,
    ValueAccess,
    parse_expression,
    places_given,
    value_routes,
)
from .gotemplate import Branch
from .predicates import NAMES, fitting_values

Settings = dict[Route, Any]
"""Values to set, by their places; below `API_VERSIONS` the API versions that the cluster has to know."""

API_VERSIONS = ".Capabilities.APIVersions"
"""The first step of a route that is none of a value's, but an API version's."""

_HAS_API = "Capabilities.APIVersions.Has"
_ENTRY = "windows"
"""The key of an entry that is put into an empty mapping."""
_DEPTH = 40
_TRUTH_OF_LAST = frozenset(("default", "ternary", "toString", "quote", "empty", "required"))
_AS_TEXT = frozenset(("trim", "lower", "upper", "quote", "toString", "trimAll", "nospace"))
_Want = Callable[[bool], "Settings | None"]


class Meanings(NamedTuple):
    """What an expression's words stand for: the value at a place, what a variable is assigned, the dot and `$`.

    `helper` gives, for a named template, what the dot is in it, and a word (or none), the ways to print that: for each
    of them what has to hold.
    """

    value: Callable[[Route], Any]
    variable: Callable[[str], Expression | None]
    helper: Callable[[str, Places, str], list[list[Wanted]]]
    dot: Places
    root: Places

    @property
    def scope(self) -> TemplateScope:
        def variable(name: str) -> tuple[Expression, ...]:
            found = self.variable(name)
            return (found,) if found is not None else ()

        return TemplateScope(self.dot, self.root, variable, lambda route: _item(self.value(route)))


class Wanted(NamedTuple):
    """An expression that has to be true (or not), with what its words stand for."""

    expression: Expression
    truth: bool
    meanings: Meanings


def settings(expression: Expression, truth: bool, meanings: Meanings, depth: int = 0) -> Settings | None:
    """The values to set so that an expression is true (or not); None when no values can make it so.

    What is not understood (versions, own functions) is taken to hold: rendering will tell.
    """
    if depth > _DEPTH:
        return {}
    if isinstance(expression, Constant):
        return {} if bool(expression.value) is truth else None
    if isinstance(expression, Call):
        understood, found = _called(expression, truth, meanings, depth)
        if understood:
            return found
    if isinstance(expression, ValueAccess) and isinstance(expression.base, str) and not expression.names:
        assigned = meanings.variable(expression.base)
        return settings(assigned, truth, meanings, depth + 1) if assigned is not None else {}
    routes = value_routes(expression, meanings.scope)
    return _switched(routes[0], truth, meanings) if routes and routes[0] else {}


def _called(call: Call, truth: bool, meanings: Meanings, depth: int) -> tuple[bool, Settings | None]:
    """What a call wants, where it says more than the value that it hands on."""
    wants = [partial(settings, each, meanings=meanings, depth=depth + 1) for each in call.arguments]
    if call.name.endswith(_HAS_API):
        named = [each.value for each in call.arguments if isinstance(each, Constant)]
        return True, {(API_VERSIONS, str(named[0])): True} if named and truth else {}
    if call.name in ("and", "or", "all", "any") and wants:
        return True, _all(wants, truth) if (call.name in ("and", "all")) is truth else _any(wants, truth)
    if call.name == "not" and wants:
        return True, wants[0](not truth)
    if call.name in ("eq", "ne", "deepEqual") and len(wants) > 1:
        return True, _equals(call, (call.name != "ne") is truth, meanings, depth)
    if call.name in ("has", "mustHas") and len(wants) == 2 and _is_api_versions(call.arguments[1]):
        return _called(Call(_HAS_API, call.arguments[:1]), truth, meanings, depth)
    if call.name in NAMES:
        return True, fitting_values(call, truth, partial(_place, meanings))
    if call.name == "tpl" and wants:
        return True, wants[0](truth)
    if call.name in _TRUTH_OF_LAST and wants:
        return True, wants[-1](truth is not (call.name == "empty"))
    if call.name == "hasKey" and len(wants) == 2:
        return True, settings(Call("get", call.arguments), truth, meanings, depth + 1)
    if call.name == "include" and call.arguments:
        return True, _printed(call, ("true", ""), meanings, depth) if truth else {}
    return False, None


def _printed(call: Call, words: Sequence[str], meanings: Meanings, depth: int) -> Settings | None:
    """What makes a named template print the first word that it can: the way that takes the fewest values."""
    name, *handed_on = call.arguments
    dot = places_given(handed_on[0], meanings.scope) if handed_on else NOWHERE
    known = str(name.value) if isinstance(name, Constant) else ""
    ways = next(filter(None, (meanings.helper(known, dot, word) for word in words)), [])
    wants = [[partial(_wanted, each, depth + 1) for each in way] for way in ways]
    return _any([partial(_all, each) for each in wants], True) if wants else {}


def _wanted(want: Wanted, depth: int, truth: bool) -> Settings | None:
    return settings(want.expression, want.truth is truth, want.meanings, depth)


def _equals(call: Call, equal: bool, meanings: Meanings, depth: int) -> Settings | None:
    """`eq (include "on" .) "true"` is whether a named template prints a word; else a value is compared."""
    included = [inner for each in call.arguments if (inner := _included(each)) is not None]
    if not included:
        return _compared(call.arguments, equal, meanings)
    words = [str(each.value).lower() for each in call.arguments if isinstance(each, Constant)]
    return _printed(included[0], words[:1] or ["true"], meanings, depth) if equal else {}


def _included(expression: Expression, depth: int = 0) -> Call | None:
    """The `include` that an expression hands on, trimmed or in other letters."""
    if not isinstance(expression, Call) or not expression.arguments or depth > _DEPTH:
        return None
    if expression.name == "include":
        return expression
    return _included(expression.arguments[-1], depth + 1) if expression.name in _AS_TEXT else None


def required_values(branch: Branch) -> Iterator[tuple[Route, bool]]:
    """The values that a branch is only taken with (`and`, `or`, `not` of them); whether each is read off the root."""
    if branch.keyword in ("if", "with"):
        yield from _required(parse_expression(branch.expression), truth=True)
    for expression in branch.refused:
        yield from _required(parse_expression(expression), truth=False)


def _required(expression: Expression, *, truth: bool) -> Iterator[tuple[Route, bool]]:
    if isinstance(expression, Call) and expression.name == ("and" if truth else "or"):
        for each in expression.arguments:
            yield from _required(each, truth=truth)
    elif isinstance(expression, Call) and expression.name == "not" and len(expression.arguments) == 1:
        yield from _required(expression.arguments[0], truth=not truth)
    elif isinstance(expression, ValueAccess) and expression.base in (None, "$") and expression.names[:1] == ("Values",):
        yield expression.names[1:], expression.base == "$"


def _all(wants: Sequence[_Want], truth: bool) -> Settings | None:
    found: Settings = {}
    for want in wants:
        more = want(truth)
        if more is None or any(found.get(route, value) != value for route, value in more.items()):
            return None
        found.update(more)
    return found


def _any(wants: Sequence[_Want], truth: bool) -> Settings | None:
    possible = [found for want in wants if (found := want(truth)) is not None]
    return min(possible, key=len) if possible else None


def _place(meanings: Meanings, expression: Expression) -> tuple[Route, Any] | None:
    routes = value_routes(expression, meanings.scope)
    return (routes[0], meanings.value(routes[0])) if routes and routes[0] else None


def _switched(route: Route, truth: bool, meanings: Meanings) -> Settings | None:
    value = meanings.value(route)
    if bool(value) is truth:
        return {}
    if isinstance(value, list):
        return {route: [{}] if truth else []}  # of what is in such a list nothing is known
    if isinstance(value, dict):
        return {(*route, _ENTRY): {}} if truth else None
    return {route: truth}


def iterated(expression: Expression, meanings: Meanings) -> Settings | None:
    """The values to set so that `range` has something to go over."""
    if isinstance(expression, Call) and expression.name in ("until", "untilStep") and expression.arguments:
        first, *more = expression.arguments
        asked = Call("gt", (more[0], first) if more else (first, Constant(0)))
        return settings(asked, True, meanings)
    routes = value_routes(expression, meanings.scope)
    if not routes or not routes[0] or meanings.value(routes[0]) is not None:
        return settings(expression, True, meanings)
    return {routes[0]: [{}]}


def _item(values: Any) -> str | int:
    """Which item of some values is looked at: the first mapping, or one more text, which may be any."""
    if isinstance(values, dict):
        return str(next(iter(values), _ENTRY))
    return len(values) if isinstance(values, list) and not any(isinstance(each, dict) for each in values) else 0


def _is_api_versions(expression: Expression) -> bool:
    return isinstance(expression, ValueAccess) and expression.names[-2:] == ("Capabilities", "APIVersions")


def _compared(arguments: tuple[Expression, ...], equal: bool, meanings: Meanings) -> Settings | None:
    routes = [found[0] for each in arguments if (found := value_routes(each, meanings.scope)) and found[0]]
    constants = [each.value for each in arguments if isinstance(each, Constant) and each.value is not None]
    if not routes or not constants:
        return {}
    value = meanings.value(routes[0])
    if constants[0] in ("true", "false") and any(
        isinstance(each, Call) and each.name == "toString" for each in arguments
    ):
        constants = [constants[0] == "true"]
    if (value == constants[0] and type(value) is type(constants[0])) is equal:
        return {}
    if equal:
        return {routes[0]: constants[0]}
    return {routes[0]: not constants[0]} if isinstance(constants[0], bool) else {routes[0]: "other"}
