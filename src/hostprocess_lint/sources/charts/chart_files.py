"""A chart's places become locations in the repository: members in files, packaged ones at their dependency's line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ...location import Location, Part, Precision, Span
from ...sourcefile import BOM, SourceFile
from .archive import Member
from .chart import Chart
from .yamlfile import Entries, load_mapping, yaml_entries


class ChartFiles:
    """The files of one chart as reports name them, each decoded and read once."""

    def __init__(self, chart: Chart, display: Callable[[Path], str]) -> None:
        self._chart = chart
        self._display = display
        self._sources: dict[Path, SourceFile] = {}

    def source(self, file: Path) -> SourceFile:
        if file not in self._sources:
            try:
                text = file.read_bytes().decode("utf-8", "replace")
            except OSError:
                text = ""
            self._sources[file] = SourceFile(self._display(file), text)
        return self._sources[file]

    def entries(self, file: Path) -> Entries:
        """The entries of a YAML file; their spans count without a byte order mark."""
        return yaml_entries(self.source(file).text.removeprefix(BOM))

    def at(self, member: str, span: Span, precision: Precision) -> Location:
        """A span of a member's text. What was packaged is out of reach: its dependency's line instead."""
        found = self._chart.members[member]
        return self.package_line(member, found) if found.packaged else self.in_file(found.file, span, precision)

    def in_file(self, file: Path, span: Span, precision: Precision) -> Location:
        source = self.source(file)
        shift = len(BOM) if source.text.startswith(BOM) else 0
        return Location(source, Span(span.start + shift, span.end + shift), precision)

    def first_line(self, member: str) -> Location:
        """A member of which nothing finer is known."""
        found = self._chart.members[member]
        if found.packaged:
            return self.package_line(member, found)
        source = self.source(found.file)
        return Location(source, Span(*source.line_span(1)), Precision.FILE)

    def package_line(self, member: str, found: Member) -> Location:
        """The line that holds a packed chart, or that of `Chart.yaml` that brings a packaged dependency in, else its
        archive.
        """
        if self._chart.source.packed is not None:
            return self._chart.source.packed.location
        parent, node = self._chart.node, self._chart.node
        while not self._is_packaged(node.folder):
            below = [child for child in node.children.values() if member.startswith(child.folder)]
            if not below:
                break
            parent, node = node, below[0]
        for name in (f"{parent.folder}Chart.yaml", f"{parent.folder}requirements.yaml"):
            declaring = self._chart.members.get(name)
            if declaring is None or declaring.packaged:
                continue
            declared = load_mapping(self.source(declaring.file).text.removeprefix(BOM)).get("dependencies")
            for index, dependency in enumerate(declared if isinstance(declared, list) else ()):
                entry = self.entries(declaring.file).get(("dependencies", index, "name"))
                if entry is not None and dependency["name"] == node.name:
                    return self.in_file(declaring.file, entry.span(Part.PAIR), Precision.LINE)
        return Location(SourceFile(self._display(found.file), ""), Span(0, 0), Precision.FILE)

    def _is_packaged(self, folder: str) -> bool:
        member = self._chart.members.get(f"{folder}Chart.yaml")
        return member is not None and member.packaged
