"""One file's text, and the line and column at which an offset of it lies."""

from __future__ import annotations

import re
from bisect import bisect_right

BOM = "\ufeff"
_LINE_END = re.compile(r"\r\n?|\n")


class SourceFile:
    """The decoded text of one file, under the path that reports show.

    `path` uses `/` and is relative to the working directory where the file lies below it. `text` keeps a byte order
    mark, because code scanning hashes it. Lines end at LF, CR or CRLF only: YAML 1.1 breaks lines at U+0085, U+2028
    and U+2029 as well, editors and code hosts do not.
    """

    __slots__ = ("_starts", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._starts: list[int] | None = None

    def __repr__(self) -> str:
        return f"SourceFile({self.path!r}, {len(self.text)} characters)"

    @property
    def starts(self) -> list[int]:
        """The offset at which each line begins."""
        if self._starts is None:
            self._starts = [0, *[match.end() for match in _LINE_END.finditer(self.text)]]
        return self._starts

    def position(self, offset: int) -> tuple[int, int]:
        """1-based line and column, in characters; a byte order mark takes no column."""
        line = bisect_right(self.starts, offset)
        column = offset - self.starts[line - 1] + 1
        if line == 1 and column > 1 and self.text.startswith(BOM):
            column -= 1
        return line, column

    def line_span(self, number: int) -> tuple[int, int]:
        """The offsets of a 1-based line, without its line end and without a byte order mark."""
        start = self.starts[number - 1]
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        if number == 1 and self.text.startswith(BOM):
            start = min(start + 1, end)
        return start, end

    def line(self, number: int) -> str:
        """The text of a 1-based line, without its line end."""
        start, end = self.line_span(number)
        return self.text[start:end]
