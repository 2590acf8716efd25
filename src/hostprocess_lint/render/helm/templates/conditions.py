"""What a template's condition needs to hold: the values to set, read off the expression."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from ....finding import Route
from .gotemplate import Branch

Settings = dict[Route, Any]
"""Values to set, by their places."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|[()|]|[^\s()|"`]+')
_PATH = re.compile(r"(?:\$\w*)?\.Values((?:\.[A-Za-z_]\w*)+)$")
_NUMBER = re.compile(r"-?\d+$")
_DEPTH = 40
_Want = Callable[[bool], "Settings | None"]


class Call(NamedTuple):
    """A function and its arguments; a bare word is a call without any."""

    name: str
    arguments: tuple[Call, ...] = ()


class Facts(NamedTuple):
    """What an expression's words stand for: the value at a path of `.Values`, a variable's or helper's expression."""

    value: Callable[[Route], Any]
    variable: Callable[[str], str | None]
    helper: Callable[[str], list[str]]


def parse(expression: str) -> Call:
    """An expression as calls; what is no expression becomes a word that means nothing."""
    tokens = _TOKEN.findall(expression)
    return _pipeline(tokens, 0)[0] if len(tokens) < 200 else Call("")


def settings(call: Call, truth: bool, facts: Facts, depth: int = 0) -> Settings | None:
    """The values to set so that an expression is true (or not); None when no values can make it so.

    What is not understood (versions, capabilities, own functions) is taken to hold: rendering will tell.
    """
    if depth > _DEPTH:
        return {}
    wants = [partial(settings, each, facts=facts, depth=depth + 1) for each in call.arguments]
    name = call.name
    if name in ("and", "or") and wants:
        return _all(wants, truth) if (name == "and") is truth else _any(wants, truth)
    if name == "not" and wants:
        return wants[0](not truth)
    if name in ("eq", "ne") and len(call.arguments) > 1:
        helpers = [each for each in call.arguments if each.name == "include"]
        if helpers:  # `eq (include "on" .) "true"`: nearly always whether it says anything
            return settings(helpers[0], (name == "eq") is truth, facts, depth + 1)
        return _compared(call.arguments, (name == "eq") is truth, facts)
    if name in ("default", "ternary", "toString", "quote", "tpl", "empty", "required") and wants:
        return wants[-1](truth is not (name == "empty"))
    if name == "include" and call.arguments:
        conditions = [parse(text) for text in facts.helper(call.arguments[0].name)]
        held = [partial(settings, each, facts=facts, depth=depth + 1) for each in conditions]
        return _all(held, True) if truth else {}
    if name.startswith("$") and "." not in name:
        assigned = facts.variable(name[1:])
        return settings(parse(assigned), truth, facts, depth + 1) if assigned else {}
    route = _route(call)
    return _switched(route, truth, facts) if route else {}


def required(branch: Branch) -> Iterator[tuple[str, Route]]:
    """The values that a branch is only taken with, each with the word that names it: `and`, `or`, `not` of them."""
    if branch.keyword in ("if", "with"):
        yield from _required(parse(branch.expression), truth=True)
    for expression in branch.refused:
        yield from _required(parse(expression), truth=False)


def _required(call: Call, *, truth: bool) -> Iterator[tuple[str, Route]]:
    if call.name == ("and" if truth else "or"):
        for each in call.arguments:
            yield from _required(each, truth=truth)
    elif call.name == "not" and len(call.arguments) == 1:
        yield from _required(call.arguments[0], truth=not truth)
    elif not call.arguments and (found := _PATH.match(call.name)):
        yield call.name, tuple(found[1].split(".")[1:])


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


def _switched(route: Route, truth: bool, facts: Facts) -> Settings | None:
    value = facts.value(route)
    if bool(value) is truth:
        return {}
    if isinstance(value, (dict, list)):
        return None
    return {route: truth}


def _compared(arguments: tuple[Call, ...], equal: bool, facts: Facts) -> Settings | None:
    routes = [route for each in arguments if (route := _route(each))]
    constants = [constant for each in arguments if (constant := _constant(each)) is not None]
    if not routes or not constants:
        return {}
    value = facts.value(routes[0])
    if constants[0] in ("true", "false") and any(each.name == "toString" for each in arguments):
        constants = [constants[0] == "true"]
    if (value == constants[0] and type(value) is type(constants[0])) is equal:
        return {}
    if equal:
        return {routes[0]: constants[0]}
    return {routes[0]: not constants[0]} if isinstance(constants[0], bool) else {routes[0]: "other"}


def _route(call: Call) -> Route | None:
    """The values that a word, a `default …`, a pipe or an `index .Values "a"` reads."""
    found = _PATH.match(call.name)
    if found and not call.arguments:
        return tuple(found[1].split(".")[1:])
    if call.name == "index" and call.arguments:
        keys = [_constant(each) for each in call.arguments[1:]]
        base = () if call.arguments[0].name.endswith(".Values") else _route(call.arguments[0])
        return None if base is None or not all(isinstance(key, str) for key in keys) else (*base, *map(str, keys))
    if call.name in ("default", "toString", "lower", "quote") and call.arguments:
        return _route(call.arguments[-1])
    return None


def _constant(call: Call) -> Any:
    if call.arguments:
        return None
    if call.name[:1] in ('"', "`"):
        return call.name[1:-1]
    if call.name in ("true", "false"):
        return call.name == "true"
    return int(call.name) if _NUMBER.match(call.name) else None


def _pipeline(tokens: list[str], position: int) -> tuple[Call, int]:
    """Calls joined by `|`, up to a closing parenthesis; each gets the one before it as its last argument."""
    result: Call | None = None
    while position < len(tokens) and tokens[position] != ")":
        words, position = _words(tokens, position)
        if result is not None:
            words.append(result)
        if words:
            head, *rest = words
            result = Call(head.name, (*head.arguments, *rest)) if rest else head
        if position < len(tokens) and tokens[position] == "|":
            position += 1
    return result or Call(""), position


def _words(tokens: list[str], position: int) -> tuple[list[Call], int]:
    words: list[Call] = []
    while position < len(tokens) and tokens[position] not in ("|", ")"):
        if tokens[position] == "(":
            inner, position = _pipeline(tokens, position + 1)
            words.append(inner)
            position += 1
            if position < len(tokens) and tokens[position].startswith(".") and inner.name == "index":
                keys = tuple(Call(f'"{key}"') for key in tokens[position].split(".") if key)
                words[-1] = Call("index", (*inner.arguments, *keys))
                position += 1
        else:
            words.append(Call(tokens[position]))
            position += 1
    return words, position
