"""Something to scan, and how reports name it."""

import os
from typing import NamedTuple

from ..finding import Kind
from .paths import display


class Source(NamedTuple):
    """A manifest, a chart or an overlay. `path` is how reports name it.

    `file` is what to open: a manifest's file (or `-`), a chart's or an overlay's directory, a packaged chart's file.
    `in_chart` is a manifest's that lies in a chart which is a source as well, `is_part` one's that overlays in scope
    read: it is judged by itself only if none of them is really built with it. `is_asked_for` is one that is a path
    given itself. `is_context` is what is read for what it says of others, and not judged: of what is deployed, and if
    `tells`, by what the pods of others are judged. `is_released` is what is in the scan for the sake of releases alone.
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

    @property
    def stands_alone(self) -> bool:
        """Whether it is judged without any engine."""
        return self.kind == "manifest" and not self.is_part


def named_source(kind: Kind, file: str) -> Source:
    """A source as it is named on the command line."""
    return Source(kind, display(file), os.path.normpath(file))
