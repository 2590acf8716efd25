"""Variables in braces are replaced as Flux does it: the expressions of fluxcd/pkg/envsubst.

`${name}`, with a default (`:=`, `:-`, `=` and their like), in other letters (`,` `,,` `^` `^^`), in part (`:1:3`,
`#prefix`, `##prefix`, `%suffix`, `%%suffix`), with something replaced (`/a/b`, `//a/b`, `/#a/b`, `/%a/b`), and its
length (`${#name}`). `$$` is a `$`. What comes of a variable is not looked through again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fnmatch import translate
from typing import NamedTuple

_DEEPEST = 20
_LONGEST = 2**20
_MOST_EXPRESSIONS = 100_000

_NAME = re.compile(r"[^\W]+")
_OPERATOR = re.compile(r":[=?+-]|=|,,?|\^\^?|//|/#|/%|/|##?|%%?|:")
_DEFAULTS = (":=", ":-", ":?", ":+", "=")
_PLAIN_END = re.compile(r"\$\$|\$\{")


class Expression(NamedTuple):
    """One expression. `parts` are its arguments, each of texts and of expressions in turn; `source` is how it reads."""

    name: str
    operator: str
    parts: tuple[tuple[str | Expression, ...], ...]
    source: str

    @property
    def has_default(self) -> bool:
        return self.operator in _DEFAULTS


Lookup = Callable[[str], "str | None"]
"""The value of a variable; None for one that nobody knows."""


def expanded_parts(text: str) -> Iterator[str | Expression]:
    """The texts and expressions that a text is made of. Raises ValueError where Flux would refuse it."""
    at = 0
    while found := _PLAIN_END.search(text, at):
        yield text[at : found.start()]
        if found[0] == "$$":
            yield "$"
            at = found.end()
        else:
            expression, at = _expression(text, found.start(), 0)
            yield expression
    yield text[at:]


def variables_in(text: str) -> list[str]:
    """The variables in a text, those in defaults too; none where it cannot be read."""
    try:
        return [name for part in expanded_parts(text) if isinstance(part, Expression) for name in _names(part)]
    except ValueError:
        return []


def _names(expression: Expression) -> Iterator[str]:
    yield expression.name
    for argument in expression.parts:
        for part in argument:
            if isinstance(part, Expression):
                yield from _names(part)


def substituted_text(text: str, lookup: Lookup, most: int) -> str:
    """A text with its variables replaced; an expression that nobody knows the value of stays.

    Raises ValueError where Flux would refuse it, or where it grows beyond measure.
    """
    done, size = [], 0
    for number, part in enumerate(expanded_parts(text)):
        made = part if isinstance(part, str) else evaluated(part, lookup)
        size += len(made)
        if size > most or number > _MOST_EXPRESSIONS:
            raise ValueError("its substitutions grow beyond measure")
        done.append(made)
    return "".join(done)


def evaluated(expression: Expression, lookup: Lookup) -> str:
    """What an expression becomes."""
    value = lookup(expression.name)
    if value is None and not expression.has_default:
        return expression.source
    arguments = [
        "".join(part if isinstance(part, str) else evaluated(part, lookup) for part in argument)
        for argument in expression.parts
    ]
    if any(len(each) > _LONGEST for each in (*arguments, value or "")):
        raise ValueError("its substitutions grow beyond measure")
    return _applied(expression.operator, value or "", arguments)


def _applied(operator: str, value: str, arguments: list[str]) -> str:
    first = arguments[0] if arguments else ""
    if operator in _DEFAULTS:
        return value or first
    if operator in (",,", "^^"):
        return value.lower() if operator == ",," else value.upper()
    if operator in (",", "^"):
        return (value[:1].lower() if operator == "," else value[:1].upper()) + value[1:]
    if operator == "length":
        return str(len(value.encode()))
    if operator == ":":
        return _part(value, arguments)
    if operator.startswith("/"):
        return _replaced(operator, value, first, arguments[1] if len(arguments) > 1 else None)
    if operator.startswith(("#", "%")):
        return _trimmed(operator, value, first)
    return value


def _part(value: str, arguments: list[str]) -> str:
    """A part of a value, counted in bytes as Go does; all of it where the numbers are none."""
    raw = value.encode()
    try:
        start, *lengths = (int(each) for each in arguments)
    except ValueError:
        return value
    start = max(len(raw) + start, 0) if start < 0 else start
    end = len(raw) if not lengths else start + lengths[0] if lengths[0] >= 0 else len(raw) + lengths[0]
    return raw[start : max(end, start)].decode("utf-8", "replace")


def _replaced(operator: str, value: str, old: str, new: str | None) -> str:
    if operator in ("/#", "/%"):
        if new is None:  # which Flux leaves as it is
            return value
        if operator == "/#":
            return new + value.removeprefix(old) if value.startswith(old) else value
        return value.removesuffix(old) + new if value.endswith(old) else value
    count = -1 if operator == "//" else 1
    many = len(value) + 1 if not old else value.count(old)
    if many * len(new or "") > _LONGEST:
        raise ValueError("its substitutions grow beyond measure")
    return value.replace(old, new or "", count)


def _trimmed(operator: str, value: str, pattern: str) -> str:
    """Without the shortest or longest beginning, or end, that a pattern of the shell means; never an empty one."""
    if operator.startswith("%"):
        return _trimmed(operator.replace("%", "#"), value[::-1], pattern[::-1])[::-1]
    # Of the stars of `translate` all but the last take as little as they can, and are not tried again.
    expression = translate(re.sub(r"\*+", "*", pattern)).removesuffix(r"\Z").removesuffix(r"\z")
    if len(operator) == 1:
        expression = ".*?".join(expression.rsplit(".*", 1))
    found = re.compile(expression + r"(?!\A)").match(value)
    return value[found.end() :] if found else value


def _expression(text: str, start: int, depth: int) -> tuple[Expression, int]:
    """The expression that begins at `${`, and where it ends."""
    if depth > _DEEPEST:
        raise ValueError(f"expressions in expressions, more than {_DEEPEST} deep")
    at = start + 2
    if text.startswith("#", at):
        name = _name(text, at + 1)
        return _closed(text, start, name.end(), name[0], "length", ())
    name = _name(text, at)
    at = name.end()
    if text.startswith("}", at):
        return _closed(text, start, at, name[0], "", ())
    operator = _OPERATOR.match(text, at)
    if operator is None:
        raise _bad(text, start)
    kind, at = operator[0], operator.end()
    if kind[0] in ",^":
        return _closed(text, start, at, name[0], kind, ())
    arguments: list[tuple[str | Expression, ...]] = []
    ends = {":": ":", "/": "/"}.get(kind[0] if kind not in _DEFAULTS else "", "")
    if ends:
        first, at = _argument(text, at, ends, kind[0] == "/", depth)
        arguments.append(first)
        if text.startswith(ends, at):
            if not (ends == "/" and text.startswith("}", at + 1)):
                second, at = _argument(text, at + 1, "", kind[0] == "/", depth)
                arguments.append(second)
            else:
                at += 1
        elif ends == "/":
            raise _bad(text, start)
    else:
        only, at = _argument(text, at, "", False, depth)
        arguments.append(only)
    return _closed(text, start, at, name[0], kind, tuple(arguments))


def _argument(text: str, at: int, ends: str, escapes: bool, depth: int) -> tuple[tuple[str | Expression, ...], int]:
    """An argument up to the brace, or to what `ends` it before; with `escapes` a backslash takes the meaning of `/`."""
    parts: list[str | Expression] = []
    begin = at
    while at < len(text) and text[at] != "}" and not (ends and text[at] == ends):
        if text.startswith("${", at):
            parts.append(text[begin:at])
            inner, at = _expression(text, at, depth + 1)
            parts.append(inner)
            begin = at
        elif escapes and text[at : at + 2] in ("\\/", "\\\\", "$$"):
            parts += [text[begin:at], text[at + 1]]
            at += 2
            begin = at
        else:
            at += 1
    parts.append(text[begin:at])
    return tuple(part for part in parts if part), at


def _closed(
    text: str, start: int, at: int, name: str, operator: str, parts: tuple[tuple[str | Expression, ...], ...]
) -> tuple[Expression, int]:
    if not text.startswith("}", at):
        raise _bad(text, start)
    return Expression(name, operator, parts, text[start : at + 1]), at + 1


def _name(text: str, at: int) -> re.Match[str]:
    found = _NAME.match(text, at)
    if found is None:
        raise _bad(text, at)
    return found


def _bad(text: str, start: int) -> ValueError:
    return ValueError(f"a bad substitution: {text[start : start + 40].splitlines()[0] if text[start:] else ''}")
