"""Where a finding is, as code hosts count it."""

import posixpath
import re
from typing import NamedTuple

from ..location import Location, Precision, Span
from ..sourcefile import SourceFile

_OUTSIDE = r"/|\.\.(/|$)|[A-Za-z]:/"


class Region(NamedTuple):
    """1-based lines, and columns in UTF-16 units; the end is just behind the last character."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int


def shown_span(location: Location) -> Span:
    """What to show: of a location that only knows its file, the first line."""
    return Span(*location.file.line_span(1)) if location.precision is Precision.FILE else location.span


def region(location: Location) -> Region:
    start, end = shown_span(location)
    return Region(*_position(location.file, start), *_position(location.file, end))


def _position(file: SourceFile, offset: int) -> tuple[int, int]:
    line, column = file.position(offset)
    before = file.text[offset - column + 1 : offset]
    return line, column + (0 if before.isascii() else sum(c > "\uffff" for c in before))


def repository_path(path: str) -> str:
    """The path under which a code host may know the file.

    A host knows no absolute path and no `..`. What is left without them is right where the scan was started in a
    directory at the top of the checkout, and else names a file that the host does not have, which it says; leaving the
    finding out would hide it. Empty for the working directory itself.
    """
    return "/".join(part for part in posixpath.normpath(path).split("/") if part not in ("", ".", ".."))


def leads_outside(path: str) -> bool:
    """Whether a path leads out of the working directory."""
    return re.match(_OUTSIDE, path) is not None
