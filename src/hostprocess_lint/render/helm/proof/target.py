"""The rendered line that is asked about."""

from __future__ import annotations

from dataclasses import dataclass

from ....location import Part, Route, Span
from . import literal
from .candidates import ScoredLine


@dataclass(frozen=True, slots=True)
class Target:
    """A line: the columns of what is meant, and what a guess is compared with.

    What is meant is the value where one begins on the line, else the key; `whole` are the columns of both.
    """

    line: int
    meant: Span
    whole: Span
    has_value: bool
    part: Part
    said: ScoredLine


def target_of(text: str, route: Route, part: Part, span: Span) -> Target:
    """Split a span's first line into key and value; of an entry whose value is below it, the key alone."""
    number = text.count("\n", 0, span.start)
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.start)
    line = text[start : end if end >= 0 else len(text)].rstrip()
    first, last = span.start - start, min(span.end - start, len(line))
    key = str(route[-1]) if route and isinstance(route[-1], str) else None
    whole = Span(first, last)
    said = line[first:last]
    if part is Part.VALUE or key is None:
        return Target(number, whole, whole, True, part, ScoredLine(key, _unquoted(said), line.strip()))
    value = literal.value_start(said) if part is Part.PAIR else None
    if value is None:
        return Target(number, whole, whole, False, part, ScoredLine(key, "", line.strip()))
    scored = ScoredLine(key, _unquoted(said[value:]), line.strip())
    return Target(number, Span(first + value, last), whole, True, part, scored)


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
