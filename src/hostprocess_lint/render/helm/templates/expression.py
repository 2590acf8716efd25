"""The expression of an action as a tree: the one reader of what is between a template's braces.

The grammar is that of Go's text/template (parse/lex.go, parse/parse.go): pipelines of commands, whose operands are
fields, variables, constants, and pipelines in parentheses.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from ....location import Route

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|\'(?:[^\'\\\n]|\\.)*\'|[()|,]|[^\s()|,"`\']+')
_BEHIND = re.compile(r"\s*(?:(?:else\s+)?(?:if|with|range)\b\s*)?(?:\$\w*\s*(?:,\s*\$\w*\s*)?:?=(?!=))?")
"""What stands before an action's expression: a keyword, and what that is assigned to."""
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?\Z")
_FIELD = re.compile(r"(\$\w*)?((?:\.\w+)*)\.?\Z")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.DOTALL)
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"'}
_TOKENS = 400
_DEPTH = 20

_LAST = frozenset(
    (
        *("default", "required", "toString", "toYaml", "toJson", "toRawJson", "toPrettyJson", "fromYaml", "fromJson"),
        *("quote", "squote", "lower", "upper", "title", "trim", "indent", "nindent", "deepCopy", "mustDeepCopy"),
        *("int", "int64", "float64", "trunc", "replace", "trimSuffix", "trimPrefix", "print", "printf"),
    )
)
"""Functions that hand on their last argument, as it is or in other words."""

_MAPS_FIRST = frozenset(("index", "get"))
_MERGED = frozenset(("merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite"))
_MAKERS = frozenset(("dict", "list", "tuple"))


class Constant(NamedTuple):
    """A string, a number, `true`, `false` or `nil`."""

    value: Any


class ValueAccess(NamedTuple):
    """Fields of the dot, of a variable (`$` is the root), or of what an expression in parentheses gives."""

    base: Expression | str | None
    names: tuple[str, ...]


class Call(NamedTuple):
    """A function, or a method by its dotted name, and its arguments; what a pipeline passes on is the last one."""

    name: str
    arguments: tuple[Expression, ...] = ()


Expression = Constant | ValueAccess | Call

NOTHING = Call("")
"""What is no expression."""

ANYTHING = ValueAccess("$", ("Values",))
"""What is too long or too deep to be taken apart: it may read all values there are."""


INCLUDES = ("include", "template", "block")
"""What includes a named template."""

EACH = "range"
"""The call that stands for what `range` takes out of its argument; templates have no function of that name."""

Places = Mapping[Route, Route]
"""What the dot or `$` gives: places among the values, by the keys below it that lead there; of a value just one."""

NOWHERE: Places = MappingProxyType({})


class TemplateScope(NamedTuple):
    """What words stand for: the dot, `$`, what variables are assigned, and the item of some values that is meant."""

    dot: Places = NOWHERE
    root: Places = NOWHERE
    variable: Callable[[str], tuple[Expression, ...]] = lambda _: ()
    item: Callable[[Route], str | int] = lambda _: 0


NO_SCOPE = TemplateScope()


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Expression:
    """The expression of an action's text, behind its keyword and what it is assigned to; `NOTHING` where it is none."""
    behind = _BEHIND.match(text)
    tokens = list(_TOKEN.finditer(text, behind.end() if behind else 0))
    if len(tokens) > _TOKENS:
        return ANYTHING
    try:
        return _Parser(tokens).pipeline()
    except RecursionError:
        return ANYTHING


class _Parser:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[re.Match[str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def pipeline(self) -> Expression:
        """Commands joined by `|`, up to a closing parenthesis; each gets the one before it as its last argument."""
        result: Expression | None = None
        while self._at < len(self._tokens) and self._next != ")":
            words = self._words()
            if result is not None:
                words.append(result)
            if words:
                result = _command(words)
            if self._at < len(self._tokens) and self._next == "|":
                self._at += 1
        return result or NOTHING

    @property
    def _next(self) -> str:
        return self._tokens[self._at][0]

    def _words(self) -> list[Expression]:
        words: list[Expression] = []
        while self._at < len(self._tokens) and self._next not in ("|", ")"):
            token = self._tokens[self._at]
            self._at += 1
            if token[0] == "(":
                words.append(self._parenthesised())
            elif token[0] != ",":
                words.append(_operand(token[0]))
        return words

    def _parenthesised(self) -> Expression:
        inner = self.pipeline()
        if self._at == len(self._tokens):
            return inner
        closing = self._tokens[self._at]
        self._at += 1
        follows = self._at < len(self._tokens) and self._tokens[self._at].start() == closing.end()
        if not follows or not self._next.startswith("."):
            return inner
        names = tuple(name for name in self._next.split(".") if name)
        self._at += 1
        if isinstance(inner, ValueAccess):
            return ValueAccess(inner.base, inner.names + names)
        return ValueAccess(inner, names)


def unquoted(text: str) -> str:
    """The inside of a string in double quotes with Go's escapes decoded (strconv.Unquote)."""
    return _ESCAPE.sub(_escaped, text) if "\\" in text else text


def _escaped(found: re.Match[str]) -> str:
    digits = found[1] or found[2] or found[3]
    if digits:
        code = int(digits, 16)
        return chr(code) if code <= sys.maxunicode else found[0]
    if found[4]:
        return chr(int(found[4], 8))
    return _ESCAPED.get(found[5], found[0])


def _operand(token: str) -> Expression:
    if token[0] in '"`':
        return Constant(token[1:-1] if token[0] == "`" else unquoted(token[1:-1]))
    if token[0] == "'":  # a character, which is a number
        return Constant(ord(token[1])) if len(token) == 3 else NOTHING
    if token in ("true", "false", "nil"):
        return Constant({"true": True, "false": False, "nil": None}[token])
    if _NUMBER.match(token):
        return Constant(float(token) if "." in token else int(token))
    field = _FIELD.match(token)
    if field and token[0] in "$.":
        return ValueAccess(field[1], tuple(name for name in field[2].split(".") if name))
    return Call(token)


def _command(words: list[Expression]) -> Expression:
    head, *rest = words
    if not rest:
        return head
    if isinstance(head, Call):
        return Call(head.name, (*head.arguments, *rest))
    if isinstance(head, ValueAccess):  # a method: `.Capabilities.APIVersions.Has "x"`
        return Call(".".join(head.names), tuple(rest))
    return NOTHING


def value_routes(expression: Expression, scope: TemplateScope = NO_SCOPE, depth: int = 0) -> tuple[Route, ...]:
    """The places among a chart's values that an expression can stand for, the one that it stands for first."""
    if depth > _DEPTH:
        return ()
    if isinstance(expression, ValueAccess):
        return _accessed(expression, scope, depth)
    if not isinstance(expression, Call) or not expression.arguments:
        return ()
    arguments = expression.arguments
    if expression.name == EACH:
        return tuple((*base, scope.item(base)) for base in value_routes(arguments[0], scope, depth + 1))
    if expression.name in _MAPS_FIRST:
        keys = tuple(each.value for each in arguments[1:] if isinstance(each, Constant))
        whole = len(keys) == len(arguments) - 1 and all(isinstance(key, (str, int)) for key in keys)
        return _inside(arguments[0], keys, scope, depth + 1) if whole else ()
    if expression.name == "dig":  # dig "a" "b" default dict
        keys = tuple(each.value for each in arguments[:-2] if isinstance(each, Constant))
        return _inside(arguments[-1], keys, scope, depth + 1)
    chosen = _handed_on(expression)
    return tuple(dict.fromkeys(place for each in chosen for place in value_routes(each, scope, depth + 1)))


def _handed_on(call: Call) -> tuple[Expression, ...]:
    """The arguments that a call may give, as they are or in other words, those first that win."""
    name = call.name
    arguments: tuple[Expression, ...] = call.arguments
    if name in ("default", *_MERGED):
        return arguments[::-1]
    if name in _LAST:
        return arguments[-1:]
    if name == "pluck" and isinstance(arguments[0], Constant):  # pluck "a" dict dict
        return tuple(Call("get", (each, arguments[0])) for each in arguments[1:])
    if name in ("coalesce", "or", "and", "list"):
        return arguments
    return arguments[:1] if name in ("tpl", "pick", "omit") else ()


def _accessed(access: ValueAccess, scope: TemplateScope, depth: int) -> tuple[Route, ...]:
    if "Values" in access.names:
        route = access.names[access.names.index("Values") + 1 :]
        return (route[1:] if route[:1] == ("AsMap",) else route,)  # a method of Helm's, which `dig` needs
    if access.base is None or access.base == "$":
        return _below(scope.dot if access.base is None else scope.root, access.names)
    expressions = scope.variable(access.base) if isinstance(access.base, str) else (access.base,)
    return tuple(place for each in expressions for place in _inside(each, access.names, scope, depth + 1))


def _inside(expression: Expression, keys: Route, scope: TemplateScope, depth: int) -> tuple[Route, ...]:
    """The places of what lies below some keys of what an expression gives."""
    if isinstance(expression, ValueAccess) and expression.base in (None, "$") and "Values" not in expression.names:
        return _below(scope.dot if expression.base is None else scope.root, (*expression.names, *keys))
    return tuple((*base, *keys) for base in value_routes(expression, scope, depth + 1))


def _below(places: Places, keys: Route) -> tuple[Route, ...]:
    """The place below some keys of a dot."""
    found = (places[keys[:end]] + keys[end:] for end in range(len(keys) + 1) if keys[:end] in places)
    return tuple(found)[:1]


def places_given(expression: Expression, scope: TemplateScope, depth: int = 0) -> dict[Route, Route]:
    """What the dot gives where an expression is handed on, to `with` or to a named template: each entry of a `dict`."""
    if isinstance(expression, Call) and expression.name in _MAKERS and depth < _DEPTH:
        below = ((key, places_given(value, scope, depth + 1)) for key, value in _entries(expression))
        return {(key, *keys): place for key, places in below for keys, place in places.items()}
    if isinstance(expression, ValueAccess) and expression.base in (None, "$") and not expression.names:
        return dict(scope.dot if expression.base is None else scope.root)
    places = value_routes(expression, scope)
    return {(): places[0]} if places else {}


def _entries(call: Call) -> Iterator[tuple[str | int, Expression]]:
    """What a `dict` or a `list` is made of, by key or number."""
    if call.name != "dict":
        yield from enumerate(call.arguments)
        return
    for key, value in zip(call.arguments[::2], call.arguments[1::2], strict=False):  # Helm refuses one key too many
        if isinstance(key, Constant):
            yield str(key.value), value


def walk(expression: Expression) -> Iterator[Expression]:
    """An expression and all that is in it."""
    pending: list[Expression] = [expression]
    while pending:
        current = pending.pop()
        yield current
        if isinstance(current, Call):
            pending.extend(reversed(current.arguments))
        elif isinstance(current, ValueAccess) and isinstance(current.base, (ValueAccess, Call, Constant)):
            pending.append(current.base)


def values_read(expression: Expression) -> Iterator[Route]:
    """Every place among the values that an expression reads, whatever it does with it."""
    yield from dict.fromkeys(place for each in walk(expression) for place in value_routes(each))


def names_included(expression: Expression) -> Iterator[Expression]:
    """What an expression calls the templates that it includes."""
    for each in walk(expression):
        if isinstance(each, Call) and each.name in INCLUDES and each.arguments:
            yield each.arguments[0]


def includes(expression: Expression) -> Iterator[str | None]:
    """The named templates that an expression includes; None for one whose name is computed."""
    for name in names_included(expression):
        yield name.value if isinstance(name, Constant) and isinstance(name.value, str) else None


def variables_read(expression: Expression) -> Iterator[str]:
    """The variables that an expression reads, but the root."""
    for each in walk(expression):
        if isinstance(each, ValueAccess) and isinstance(each.base, str) and each.base != "$":
            yield each.base
