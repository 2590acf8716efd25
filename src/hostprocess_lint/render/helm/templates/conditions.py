"""What a template's condition needs to hold: the values to set, read off the expression."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from ....location import Route
from .expression import Call, Constant, Expression, TemplateScope, ValueAccess, parse_expression, value_routes
from .gotemplate import Branch
from .predicates import NAMES, fitting_values

Settings = dict[Route, Any]
"""Values to set, by their places; below `API_VERSIONS` the API versions that the cluster has to know."""

API_VERSIONS = ".Capabilities.APIVersions"
"""The first step of a route that is none of a value's, but an API version's."""

_DEPTH = 40
_TRUTH_OF_LAST = frozenset(("default", "ternary", "toString", "quote", "tpl", "empty", "required"))
_Want = Callable[[bool], "Settings | None"]


class Meanings(NamedTuple):
    """What an expression's words stand for: the value at a place, a variable's or helper's expressions, the dot."""

    value: Callable[[Route], Any]
    variable: Callable[[str], Expression | None]
    helper: Callable[[str], list[Expression]]
    dot: Route | None = None


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
    routes = value_routes(expression, _scope(meanings))
    return _switched(routes[0], truth, meanings) if routes and routes[0] else {}


def _called(call: Call, truth: bool, meanings: Meanings, depth: int) -> tuple[bool, Settings | None]:
    """What a call wants, where it says more than the value that it hands on."""
    wants = [partial(settings, each, meanings=meanings, depth=depth + 1) for each in call.arguments]
    if call.name.endswith("Capabilities.APIVersions.Has"):
        named = [each.value for each in call.arguments if isinstance(each, Constant)]
        return True, {(API_VERSIONS, str(named[0])): True} if named and truth else {}
    if call.name in ("and", "or", "all", "any") and wants:
        return True, _all(wants, truth) if (call.name in ("and", "all")) is truth else _any(wants, truth)
    if call.name == "not" and wants:
        return True, wants[0](not truth)
    if call.name in ("eq", "ne", "deepEqual") and len(wants) > 1:
        return True, _equals(call, (call.name != "ne") is truth, meanings, depth)
    if call.name in NAMES:
        return True, fitting_values(call, truth, partial(_place, meanings))
    if call.name in _TRUTH_OF_LAST and wants:
        return True, wants[-1](truth is not (call.name == "empty"))
    if call.name == "hasKey" and len(wants) == 2:
        return True, settings(Call("get", call.arguments), truth, meanings, depth + 1)
    if call.name == "include" and call.arguments:
        name = call.arguments[0].value if isinstance(call.arguments[0], Constant) else ""
        held = [partial(settings, each, meanings=meanings, depth=depth + 1) for each in meanings.helper(str(name))]
        return True, _all(held, True) if truth else {}
    return False, None


def _equals(call: Call, equal: bool, meanings: Meanings, depth: int) -> Settings | None:
    """`eq (include "on" .) "true"` is nearly always whether it says anything; else a value is compared."""
    included = [each for each in call.arguments if isinstance(each, Call) and each.name == "include"]
    return settings(included[0], equal, meanings, depth + 1) if included else _compared(call.arguments, equal, meanings)


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
    routes = value_routes(expression, _scope(meanings))
    return (routes[0], meanings.value(routes[0])) if routes and routes[0] else None


def _switched(route: Route, truth: bool, meanings: Meanings) -> Settings | None:
    value = meanings.value(route)
    if bool(value) is truth:
        return {}
    if isinstance(value, list):
        return {route: [{}] if truth else []}  # of what is in such a list nothing is known
    return None if isinstance(value, dict) else {route: truth}


def _compared(arguments: tuple[Expression, ...], equal: bool, meanings: Meanings) -> Settings | None:
    routes = [found[0] for each in arguments if (found := value_routes(each, _scope(meanings))) and found[0]]
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


def _scope(meanings: Meanings) -> TemplateScope:
    def variable(name: str) -> tuple[Expression, ...]:
        found = meanings.variable(name)
        return (found,) if found is not None else ()

    return TemplateScope(meanings.dot, variable)
