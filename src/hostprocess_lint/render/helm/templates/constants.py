"""What an expression is whatever the values are: constants, and what functions make of them.

The functions are those of Go's text/template and of sprig that charts write between constants. One that is not here, or
is given what it would refuse, leaves its expression unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .expression import Call, Constant, Expression, ValueAccess

_DEPTH = 20
_LONGEST = 10_000
"""How long a text may become, so that none of a chart's making takes memory."""
_MOST_TIMES = 1_000
_VERB = re.compile(r"%(.)", re.DOTALL)
_PLAIN = re.compile(r'[^"\\\x00-\x1f\x7f]*')


class Meant(NamedTuple):
    """What fields of the root, variables and named templates are, where that is known before anything is rendered."""

    field: Callable[[tuple[str, ...]], Constant | None] = lambda _: None
    variable: Callable[[str], Constant | None] = lambda _: None
    named: Callable[[str], Constant | None] = lambda _: None


NOTHING_MEANT = Meant()


def constant(expression: Expression, meant: Meant = NOTHING_MEANT, depth: int = 0) -> Constant | None:
    """What an expression always is, or None."""
    if isinstance(expression, Constant) or depth > _DEPTH:
        return expression if isinstance(expression, Constant) else None
    if isinstance(expression, ValueAccess):
        if isinstance(expression.base, str) and expression.base != "$":
            return None if expression.names else meant.variable(expression.base)
        return meant.field(expression.names) if expression.base in (None, "$") else None
    if expression.name in ("and", "or"):
        return _deciding(expression, meant, depth)
    given = [constant(each, meant, depth + 1) for each in expression.arguments]
    if expression.name in ("include", "template"):
        named = given[0].value if given and given[0] else None
        return meant.named(named) if isinstance(named, str) else None
    known = [each.value for each in given if each is not None]
    return _called(expression.name, known) if len(known) == len(given) else None


def truth(expression: Expression, meant: Meant = NOTHING_MEANT, depth: int = 0) -> bool | None:
    """Whether an expression always holds, or never does: `and .Values.x false` never does, whatever it is."""
    if isinstance(expression, Call) and expression.name in ("and", "or") and depth <= _DEPTH:
        said = [truth(each, meant, depth + 1) for each in expression.arguments]
        deciding = expression.name == "or"
        return deciding if deciding in said else None if None in said or not said else not deciding
    if isinstance(expression, Call) and expression.name == "not" and len(expression.arguments) == 1:
        said_not = truth(expression.arguments[0], meant, depth + 1)
        return None if said_not is None else not said_not
    known = constant(expression, meant)
    return bool(known.value) if known else None


def as_printed(known: Constant) -> str | None:
    """The text that an action of a constant prints, or None for one that no action prints plainly."""
    try:
        return _text(known.value)
    except TypeError:
        return None


def _deciding(call: Call, meant: Meant, depth: int) -> Constant | None:
    """`and` is its first argument that is empty, `or` the first that is not; else either is its last."""
    found: Constant | None = None
    for each in call.arguments:
        found = constant(each, meant, depth + 1)
        if found is None or bool(found.value) is (call.name == "or"):
            return found
    return found


def _called(name: str, arguments: Sequence[Any]) -> Constant | None:
    function = _FUNCTIONS.get(name)
    try:
        made = function(*arguments) if function else None
    except (TypeError, ValueError, IndexError):
        return None
    if made is None or (isinstance(made, str) and len(made) > _LONGEST):
        return None
    return Constant(made)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int)):
        return str(value)
    raise TypeError


def _words(*values: Any) -> tuple[str, ...]:
    if not all(isinstance(value, str) for value in values):
        raise TypeError
    return values


def _on_text(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is given texts only."""
    return lambda *values: function(*_words(*values))


def _print(*values: Any) -> str:
    """Go's Sprint: a space between two neighbours of which neither is a text."""
    said = ""
    for number, value in enumerate(values):
        is_apart = number and not isinstance(value, str) and not isinstance(values[number - 1], str)
        said += (" " if is_apart else "") + _text(value)
    return said


def _printf(form: Any, *values: Any) -> str:
    [said] = _words(form)
    left = list(values)

    def verb(found: re.Match[str]) -> str:
        if found[1] == "%":
            return "%"
        value = left.pop(0)
        fits = {"s": isinstance(value, str), "q": isinstance(value, str), "t": isinstance(value, bool)}
        fits |= {"v": True, "d": isinstance(value, int) and not isinstance(value, bool)}
        if not fits.get(found[1]):
            raise TypeError
        return _quoted(value) if found[1] == "q" else _text(value)

    said = _VERB.sub(verb, said)
    if left:
        raise TypeError
    return said


def _quoted(value: Any) -> str:
    text = _text(value)
    if not _PLAIN.fullmatch(text):
        raise TypeError
    return f'"{text}"'


def _replaced(old: str, new: str, text: str) -> str:
    if len(new) * max(1, text.count(old)) > _LONGEST:
        raise ValueError
    return text.replace(old, new)


def _indented(width: Any, text: Any) -> str:
    pad = _repeated(width, " ")
    return pad + _replaced("\n", "\n" + pad, *_words(text))


def _repeated(times: Any, text: Any) -> str:
    [word] = _words(text)
    if type(times) is not int or not 0 <= times <= _MOST_TIMES or times * len(word) > _LONGEST:
        raise ValueError
    return word * times


def _equal(first: Any, *others: Any) -> bool:
    if not others or any(type(each) is not type(first) for each in others):
        raise TypeError
    return first in others


def _compared(decides: Callable[[int, int], bool]) -> Callable[[Any, Any], bool]:
    def compare(first: Any, second: Any) -> bool:
        if type(first) is not int or type(second) is not int:
            raise TypeError
        return decides(first, second)

    return compare


def _chosen(yes: Any, no: Any, decides: Any) -> Any:
    if not isinstance(decides, bool):
        raise TypeError
    return yes if decides else no


def _joined(between: Any, parts: Any) -> str:
    if not isinstance(parts, tuple):
        raise TypeError
    return _words(between)[0].join(map(_text, parts))


def _has(value: Any, among: Any) -> bool:
    if not isinstance(among, tuple):
        raise TypeError
    return any(value == each and type(value) is type(each) for each in among)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "print": _print,
    "printf": _printf,
    "quote": lambda *values: " ".join(map(_quoted, values)),
    "squote": lambda *values: " ".join(f"'{_text(value)}'" for value in values),
    "toString": _text,
    "cat": lambda *values: " ".join(map(_text, values)),
    "lower": _on_text(lambda text: text.lower()),
    "upper": _on_text(lambda text: text.upper()),
    "trim": _on_text(lambda text: text.strip()),
    "nospace": _on_text(lambda text: "".join(text.split())),
    "trimAll": _on_text(lambda cut, text: text.strip(cut)),
    "trimSuffix": _on_text(lambda end, text: text.removesuffix(end)),
    "trimPrefix": _on_text(lambda start, text: text.removeprefix(start)),
    "replace": _on_text(_replaced),
    "repeat": _repeated,
    "indent": _indented,
    "nindent": lambda width, text: "\n" + _indented(width, text),
    "contains": _on_text(lambda part, text: part in text),
    "hasPrefix": _on_text(lambda start, text: text.startswith(start)),
    "hasSuffix": _on_text(lambda end, text: text.endswith(end)),
    "list": lambda *values: values,
    "tuple": lambda *values: values,
    "join": _joined,
    "has": _has,
    "not": lambda value: not value,
    "empty": lambda value: not value,
    "eq": _equal,
    "ne": lambda first, second: not _equal(first, second),
    "lt": _compared(int.__lt__),
    "le": _compared(int.__le__),
    "gt": _compared(int.__gt__),
    "ge": _compared(int.__ge__),
    "default": lambda instead, value="": value or instead,
    "coalesce": lambda *values: next(filter(None, values), None),
    "ternary": _chosen,
}
