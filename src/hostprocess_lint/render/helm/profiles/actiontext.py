"""The text of an action: its strings, what it reads, and the line that it is on."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from ....documents.actions import outside
from ..templates.expression import includes, parse_expression, variables_read
from ..templates.gotemplate import Branch, Segment, Template

_STRING = re.compile(r"""(\"(?:[^"\\\n]|\\.)*"|`[^`]*`)|["`]""")
_HIDDEN = "hostprocess"
_SHORT = 60
"""Of more letters some always make the word."""
_BESIDE = 500
"""How far a line is looked at on both sides."""


class Asks(NamedTuple):
    """What an action reads besides values."""

    variables: tuple[str, ...]
    includes: tuple[str | None, ...]


@lru_cache(maxsize=4096)
def asked_by(body: str) -> Asks:
    expression = parse_expression(body)
    return Asks(tuple(variables_read(expression)), tuple(includes(expression)))


def line_of(template: Template, segment: Segment) -> Branch:
    """The region of the line that an action is on, with the one that it is joined to by trimming."""
    text = template.text
    first, last = max(0, segment.start - _BESIDE), min(len(text), segment.end + _BESIDE)
    start = max(first, text.rfind("\n", first, segment.start) + 1)
    end = _end_of_line(text, segment.end, last)
    if text[start:end].lstrip().startswith("{{-"):
        start = max(first, text.rfind("\n", first, max(first, start - 1)) + 1)
    if text[start:end].rstrip().endswith("-}}"):
        end = _end_of_line(text, min(end + 1, last), last)
    return Branch("", "", (), start, end)


def _end_of_line(text: str, at: int, last: int) -> int:
    found = text.find("\n", at, last)
    return last if found < 0 else found


def printed_as_it_is(text: str) -> str:
    return "".join(outside(text))


def strings_in(body: str) -> list[str]:
    found: list[str] = []
    for match in _STRING.finditer(body):
        if not match[1]:  # one without an end: all that is left
            return [*found, body[match.start() :]]
        found.append(match[1][1:-1])
    return found


def hides_the_word(text: str) -> bool:
    """Whether the letters of the word stand in a short text, forwards or backwards, with others between them."""
    letters = text.lower() if len(text) <= _SHORT else ""
    return any(_has_in_order(each, _HIDDEN) for each in (letters, letters[::-1]))


def _has_in_order(text: str, letters: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)
