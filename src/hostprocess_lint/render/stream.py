"""A rendered stream on standard input, whose `# Source:` comments name the templates that made it."""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from functools import cached_property

from ..limits import FILE_BYTES
from ..location import Location, Part, Precision, Route, Span, Trace
from ..sourcefile import SourceFile
from ..sources.inside import text_inside
from ..sources.landmarks import CHART
from ..sources.paths import display

_SOURCE = re.compile(r"(?m)^# Source: (\S+)[ \t]*\r?$")
_NAME = re.compile(r"(?m)^name:[ \t]*[\"']?([^\"'\s#]+)")
_MOST_CHARTS = 1000
_CHART_BYTES = 2**20


class Streamed:
    """Points at the template's file where `helm template` names one that is there, else into the stream itself.

    Helm names a template by its chart's name, not by its directory, and says nothing of lines: `file` precision, and
    only where one chart below the working directory has that name.
    """

    def __init__(self, text: SourceFile) -> None:
        self._text = text
        self._files: dict[str, SourceFile | None] = {}

    def locate(self, document: int, route: Route, part: Part, span: Span) -> Trace:
        above = bisect_right(self._sources, (span.start, ""))
        template = self._template(self._sources[above - 1][1]) if above else None
        if template is None:
            return Trace(Location(self._text, span))
        return Trace(Location(template, Span(*template.line_span(1)), Precision.FILE))

    @cached_property
    def _sources(self) -> list[tuple[int, str]]:
        """Where the comments end, and what they name: looked for once, as every finding asks."""
        return [(match.end(), match[1]) for match in _SOURCE.finditer(self._text.text)]

    def _template(self, named: str) -> SourceFile | None:
        if named not in self._files:
            self._files[named] = self._read(named)
        return self._files[named]

    def _read(self, named: str) -> SourceFile | None:
        chart, _, inner = named.partition("/")
        directory = self._charts.get(chart)
        steps = inner.split("/")
        if directory is None or ".." in steps:
            return None
        path = os.path.join(directory, *steps)
        text = text_inside(path, ".", FILE_BYTES)
        return None if text is None else SourceFile(display(path), text)

    @cached_property
    def _charts(self) -> dict[str, str | None]:
        """The directories of the charts below the working directory, by name; None where two have one name."""
        found: dict[str, str | None] = {}
        for directory, folders, files in os.walk("."):
            folders[:] = sorted(folder for folder in folders if not folder.startswith(".") and folder != "node_modules")
            if CHART in files and len(found) < _MOST_CHARTS:
                folders[:] = [folder for folder in folders if folder not in ("charts", "templates")]
                if name := _NAME.search(text_inside(os.path.join(directory, CHART), ".", _CHART_BYTES) or ""):
                    found[name[1]] = None if name[1] in found else directory
        return found
