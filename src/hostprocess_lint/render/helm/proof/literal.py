"""A column of a rendered line becomes an offset in the template, where the template's own text made it."""

from __future__ import annotations

import re
from typing import NamedTuple

from ....location import Span
from .alignment import Layout
from .markers import Mark

_QUOTED_KEY = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*:[ \t]*(?=[^\s#])"""
_PLAIN_KEY = r"""[^\s#"'\[{](?:[^:\n]|:(?=\S))*:[ \t]+(?=[^\s#])"""
_ENTRY = re.compile(f"{_QUOTED_KEY}|{_PLAIN_KEY}")
_LONGEST = 2000


class Section(NamedTuple):
    """The part of a rendered line that one marker answers for: its number, and where that part begins."""

    number: int
    start: int
    text: str


def section(layout: Layout, line: int, column: int) -> Section | None:
    """The section that a column lies in, on a line that has markers."""
    start = 0
    for marked in layout.markers.get(line, ()):
        if column < marked.column:
            return Section(marked.number, start, layout.lines[line][start : marked.column])
        start = marked.column
    return None


def written_span(section: Section, mark: Mark, template: str, span: Span) -> Span | None:
    """Where in the template a span of columns was written literally; None when an action printed it."""
    start, end = span.start - section.start, span.end - section.start
    outputs = [piece for piece in mark.pieces if piece.output]
    head = template[mark.start : outputs[0].start if outputs else mark.end]
    lead = len(section.text) - len(section.text.lstrip())
    if lead <= start and end <= lead + len(head) and section.text.startswith(head, lead):
        return Span(mark.start + start - lead, mark.start + end - lead)
    tail = template[outputs[-1].end : mark.end] if outputs else ""
    offset = len(section.text) - len(tail)
    if tail and offset <= start and end <= len(section.text) and section.text.endswith(tail):
        return Span(mark.end - len(tail) + start - offset, mark.end - len(tail) + end - offset)
    return None


def value_start(pair: str) -> int | None:
    """Where the value begins on the line of a mapping entry; None when it begins on a later line."""
    found = _ENTRY.match(pair[:_LONGEST])
    return found.end() if found and found.end() < len(pair) else None
