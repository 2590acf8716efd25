"""Something to scan, how reports name it, and what one scan looks at."""

import os
from collections.abc import Iterable
from typing import NamedTuple

from ..finding import Kind
from ..outcome import Passed, Skipped
from .paths import display


class Source(NamedTuple):
    """A manifest, a chart or an overlay. `path` is how reports name it.

    `file` is what to open: a manifest's file (or `-`), a chart's or an overlay's directory, a packaged chart's file.
    `in_chart` is a manifest's that lies in a chart which is a source as well, `is_part` one's that overlays in scope
    read: it is judged by itself only if none of them is really built with it. `is_asked_for` is one that is a path
    given itself. `is_context` is what is read for what it says of others, and not judged: of what is deployed, and if
    `tells`, by what the pods of others are judged. `is_released` is what is in the scan for the sake of releases alone.
    `held` are the bytes of a manifest that is in no file.
    """

    kind: Kind
    path: str
    file: str
    in_chart: bool = False
    is_part: bool = False
    is_asked_for: bool = False
    is_context: bool = False
    tells: bool = False
    is_released: bool = False
    held: bytes | None = None

    @property
    def stands_alone(self) -> bool:
        """Whether it is judged without any engine."""
        return self.kind == "manifest" and not self.is_part


class Scope(NamedTuple):
    """What one scan looks at. `paths` are those that its sources lie at or below.

    `partly` says that it leaves out what may use the same files: nothing in them can be told to be unused. Where
    `changed` are the real paths of some files, only what these touch is looked at, and `root` is what they are in.
    """

    sources: Iterable[Source | Skipped | Passed]
    paths: tuple[str, ...]
    partly: bool = False
    changed: frozenset[str] | None = None
    root: str | None = None


def named_source(kind: Kind, file: str) -> Source:
    """A source as it is named on the command line."""
    return Source(kind, display(file), os.path.normpath(file))
