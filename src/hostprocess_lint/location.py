"""Where something is: in a document, said symbolically, and in a file of the repository."""

from enum import Enum
from typing import NamedTuple

from .sourcefile import SourceFile

Route = tuple[str | int, ...]
"""A way into a document: mapping keys and list indices, from the root."""


class Precision(str, Enum):
    """How surely a location is the place to change.

    `exact` is proved to be the scalar or key, `line` is the line that made it, `file` only the file.
    """

    EXACT = "exact"
    LINE = "line"
    FILE = "file"


class Part(str, Enum):
    """Which part of a mapping entry a label underlines; `earlier` is the first of two keys of one name."""

    VALUE = "value"
    KEY = "key"
    PAIR = "pair"
    EARLIER = "earlier"


class Span(NamedTuple):
    """A half-open range of character offsets into one text."""

    start: int
    end: int


class Label(NamedTuple):
    """A place in a document, said symbolically, and two to six words about it: the page's own where there are none.

    `within` is the part of a string's value that is meant, where the string is written on one line.
    """

    route: Route
    text: str = ""
    part: Part = Part.PAIR
    within: Span | None = None


class Location(NamedTuple):
    """A region of a file that is in the repository."""

    file: SourceFile
    span: Span
    precision: Precision = Precision.EXACT

    @property
    def path(self) -> str:
        return self.file.path

    @property
    def start(self) -> tuple[int, int]:
        """1-based line and column of the first character."""
        return self.file.position(self.span.start)

    @property
    def end(self) -> tuple[int, int]:
        """1-based line and column just behind the last character."""
        return self.file.position(self.span.end)

    @property
    def key(self) -> tuple[str, int, int]:
        """What makes two locations the same, and the order of reports."""
        return (self.path, *self.span)


class Related(NamedTuple):
    """A consequence of the finding, or a link of the chain that led to it."""

    label: str
    location: Location


class Trace(NamedTuple):
    """Where a place in a rendered document comes from: the one location to change, and the chain to it."""

    location: Location
    chain: tuple[Related, ...] = ()
