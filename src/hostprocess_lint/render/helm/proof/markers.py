"""Markers: comments put into a template so that every rendered line can say which template line made it.

A marker is a YAML comment of private-use characters. As a comment it survives `fromYaml (include …)`; private-use
characters cannot collide with a chart's own text and are left alone by `lower`, `replace` and `trim`; after `quote`
they appear as `\\ue000` escapes, which are known here as well (measured on 242 charts: `docs/decisions.md`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from ....documents.actions import outside
from ..templates.gotemplate import Branch, Segment, Template, parse_template

_OPEN, _CLOSE, _DIGIT_ZERO = "\ue000", "\ue001", 0xE100
_DIGITS = r"((?:[\ue100-\ue1ff]|\\ue1[0-9a-f]{2})+)"
_MARKER = re.compile(rf" #(?:\ue000|\\ue000){_DIGITS}(?:\ue001|\\ue001)")
_ESCAPE = re.compile(r"\\u(e1[0-9a-f]{2})")
_END = Segment("control", 0, 0)
_PART = re.compile(r"\n|[^\n]+")
_ENTRY_LINE = re.compile(r"""^[ \t]*(?:(?:- )*["']?[\w./-]+["']?:(?:\s|$)|- \S)""", re.MULTILINE)


class Piece(NamedTuple):
    """A stretch of a template line: literal text, or an action that prints."""

    start: int
    end: int
    output: Segment | None


class Mark(NamedTuple):
    """What one marker stands for: the pieces of one template line between two control actions."""

    file: str
    define: str | None
    pieces: tuple[Piece, ...]

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end

    @property
    def outputs(self) -> tuple[Segment, ...]:
        return tuple(piece.output for piece in self.pieces if piece.output)


class Marked(NamedTuple):
    """A marker of a rendered line: its number, and the column of the stripped line at which it stood."""

    number: int
    column: int


Keep = Callable[[str, int, "str | None"], bool]
"""Whether a template line may be marked: its file, its number, the named template that it is in."""


def keep_all(file: str, line: int, define: str | None) -> bool:
    return True


def keep_outside_defines(file: str, line: int, define: str | None) -> bool:
    return define is None


class _Line(NamedTuple):
    """A line of a template that prints: the named template that it is in, and its pieces, cut behind each place for a
    marker.
    """

    define: str | None
    number: int
    cuts: tuple[tuple[Piece, ...], ...]


def mark_template(text: str, file: str, marks: list[Mark], keep: Keep) -> str:
    """A template's text with markers; what they stand for is appended to `marks`, whose index is their number."""
    parts: list[str] = []
    done = 0
    for line in _lines(text):
        for pieces in line.cuts if keep(file, line.number, line.define) else ():
            marks.append(Mark(file, line.define, pieces))
            marker = f" #{_OPEN}{digits(len(marks) - 1)}{_CLOSE}"
            stop, output = pieces[-1].end, pieces[-1].output
            if output is not None and output.trims_right:
                # Behind `{{ x -}}` the trim would no longer reach the line's end: print the marker, then trim.
                parts.append(text[done : stop - len("-}}")] + " }}" + '{{ "' + marker + '" -}}')
            else:
                parts.append(text[done:stop] + marker)
            done = stop
    parts.append(text[done:])
    return "".join(parts)


@lru_cache(maxsize=512)  # as many as there are templates kept: each is marked for every rendered file that includes it
def _lines(text: str) -> tuple[_Line, ...]:
    """The lines that may be marked; none of a text that is no template."""
    try:
        template = parse_template(text)
    except ValueError:
        return ()
    newlines = [match.end() for match in re.finditer("\n", text)]
    one_liners = {name for name, branch in template.defines.items() if not _has_entries(template, branch)}
    return tuple(
        _Line(define, bisect_right(newlines, pieces[0].start) + 1, tuple(_cut(pieces, text)))
        for define, pieces in _runs(template)
        if define not in one_liners
    )


def _has_entries(template: Template, define: Branch) -> bool:
    """Whether a named template prints YAML lines. Names and images, which get cut and quoted, must stay untouched."""
    return bool(_ENTRY_LINE.search("X".join(outside(template.body(define)))))


def _cut(pieces: tuple[Piece, ...], text: str) -> Iterator[tuple[Piece, ...]]:
    """The pieces of a line, cut behind those that a marker is placed behind.

    The last one, and a key in front of an action that starts a new line (`labels: {{ … | nindent 4 }}`): without it
    the key's line would be taken for a line of what is included.
    """
    first = 0
    for index, (piece, following) in enumerate(pairwise(pieces), start=1):
        if piece.output is None and following.output is not None:
            opens = text.startswith("{{-", following.start) and text[piece.start : piece.end].endswith(":")
            if opens or "nindent" in following.output.body:
                yield pieces[first:index]
                first = index
    yield pieces[first:]


def _runs(template: Template) -> Iterator[tuple[str | None, tuple[Piece, ...]]]:
    """What prints, line by line, cut at control actions, and the named template that it is in.

    Separators are left out: they must stay at a line's start.
    """
    run: list[Piece] = []
    for segment, define in zip((*template.segments, _END), (*template.owners, None), strict=True):
        for piece in _pieces(segment, template.text):
            if piece is not None:
                run.append(piece)
                continue
            if run and template.text[run[0].start : run[-1].end] not in ("---", "..."):
                yield define, tuple(run)  # a control action is still in the named template that it ends
            run = []


def _pieces(segment: Segment, text: str) -> Iterator[Piece | None]:
    """The visible pieces of a segment in order; None where a run ends."""
    if segment.role == "text":
        for part in _PART.finditer(text, segment.start, segment.end):
            visible = part[0].strip()
            if part[0] == "\n":
                yield None
            elif visible:
                start = part.start() + part[0].index(visible)
                yield Piece(start, start + len(visible), None)
    elif segment.role == "output":
        yield Piece(segment.start, segment.end, segment)
    elif segment.role == "control":
        yield None


class Stripped(NamedTuple):
    """Rendered text without its markers; these by the index of the line, of each line that has any."""

    text: str
    markers: dict[int, list[Marked]]


def strip(text: str) -> Stripped:
    """Take the markers out of rendered text."""
    parts: list[str] = []
    markers: dict[int, list[Marked]] = {}
    done = begin = line = removed = 0
    for match in _MARKER.finditer(text):
        newlines = text.count("\n", done, match.start())
        if newlines:
            line, removed = line + newlines, 0
            begin = text.rfind("\n", done, match.start()) + 1
        column = match.start() - begin - removed
        markers.setdefault(line, []).append(Marked(_decode(match[1]), column))
        parts.append(text[done : match.start()])
        removed += match.end() - match.start()
        done = match.end()
    parts.append(text[done:])
    return Stripped("".join(parts), markers)


def digits(number: int) -> str:
    """A number in characters that templates leave alone."""
    found = ""
    while True:
        number, digit = divmod(number, 256)
        found = chr(_DIGIT_ZERO + digit) + found
        if not number:
            return found


def _decode(text: str) -> int:
    if text[0] == "\\":
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    number = 0
    for character in text:
        number = number * 256 + ord(character) - _DIGIT_ZERO
    return number
