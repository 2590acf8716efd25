"""Where a place of a rendered chart comes from: the template's line, the value that made it, the gates before it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from ....limits import FLIPS_PER_FINDING
from ....location import Location, Part, Precision, Related, Route, Span, Trace
from ....sources.charts.chart import Chart
from ....sources.charts.chart_files import ChartFiles
from ..profiles.values import Layer, get
from ..templates.expression import includes, parse_expression
from . import literal
from .alignment import Aligner, Alignment
from .candidates import Guesser
from .flips import Effect, Flipper, RenderedLine
from .inlines import holds_line, narrowed
from .literal import Section
from .markers import Mark
from .target import Target, target_of

_GATES = 3


@dataclass(slots=True)
class ChartProvenance:
    """One chart under one profile. Nothing is rendered before the first question is asked."""

    chart: Chart
    files: ChartFiles
    aligner: Aligner
    guesser: Guesser
    flipper: Flipper
    layers: list[Layer]
    effective: dict[str, Any]
    _traces: dict[tuple[str, Part, Span], Trace] = field(default_factory=dict)

    def of(self, name: str, text: str) -> FileProvenance:
        """The provenance of one rendered file."""
        return FileProvenance(self, name, text)

    def trace(self, name: str, text: str, route: Route, part: Part, span: Span) -> Trace:
        key = (name, part, span)
        if key not in self._traces:
            self.flipper.left = FLIPS_PER_FINDING
            self._traces[key] = self._trace(name, text, route, part, span)
        return self._traces[key]

    def _trace(self, name: str, text: str, route: Route, part: Part, span: Span) -> Trace:
        aligned = self.aligner.align(name, text)
        target = target_of(text, route, part, span)
        end = aligned.layout.block_end(target.line) if aligned else None
        if aligned is None or end is None:
            return Trace(self.files.first_line(self.chart.place(name).member))
        section = literal.section(aligned.layout, target.line, target.meant.start)
        number = section.number if section else aligned.layout.markers[end][0].number
        return _Tracer(
            self, name, aligned, target, section, RenderedLine(target.line, number, end, target.meant)
        ).trace()


@dataclass(frozen=True, slots=True)
class FileProvenance:
    """One rendered file's part of its chart's provenance."""

    charts: ChartProvenance
    name: str
    text: str

    def locate(self, document: int, route: Route, part: Part, span: Span) -> Trace:
        return self.charts.trace(self.name, self.text, route, part, span)


@dataclass(frozen=True, slots=True)
class _Tracer:
    """One question: what it is about, and the block of rendered lines that the answer is found through."""

    charts: ChartProvenance
    name: str
    aligned: Alignment
    target: Target
    section: Section | None
    spot: RenderedLine

    def trace(self) -> Trace:
        mark = self.aligned.marks[self.spot.number]
        written = self._written(self.section, mark) if self.section else None
        callers = self._callers(mark)
        calls = tuple(Related("used here", self._line(call)) for call in callers)
        if written is not None:
            return Trace(written, (*calls, *self._gates(mark, callers)))
        return self._made(mark, callers, calls)

    def _written(self, section: Section, mark: Mark) -> Location | None:
        """The template's own text, when it is literally what the rendered text is."""
        template = self._template(mark)
        found = literal.written_span(section, mark, template, self.target.whole)
        found = found or literal.written_span(section, mark, template, self.target.meant)
        return self.charts.files.at(mark.file, found, Precision.EXACT) if found else None

    def _made(self, mark: Mark, callers: list[Mark], calls: tuple[Related, ...]) -> Trace:
        """What an action printed: the value that it printed where that can be proved, else the action's line."""
        here = self._line(mark)
        route = self._maker([mark, *callers])
        gates = self._gates(mark, callers, route or ())
        if route is None:
            return Trace(here, (*calls, *gates))
        layer = self._layer(route)
        is_inline = holds_line(get(self.charts.effective, route)[1], self.target.said.whole)
        location = self._entry(layer, route, Part.PAIR if is_inline else self.target.part) if layer else None
        if location is not None and is_inline:
            location = narrowed(location, self.target.said.whole)
        if location is None:
            return Trace(here, (*([Related(layer.label, here)] if layer else []), *calls, *gates))
        helper = self._helper(mark, route)
        # Whoever changes it there changes pods that are in order. Not so an image, which is the same fault for all.
        if self.target.said.key != "image" and self.charts.flipper.is_shared(route):
            return Trace(here, (Related("set here, for other pods too", location), *helper, *calls, *gates))
        return Trace(location, (*helper, Related("used here", here), *calls, *gates))

    def _maker(self, marks: list[Mark]) -> Route | None:
        """The first guess that rendering confirms.

        Of the guesses one whose changed value shows up is better than one that acts.
        """
        guesses = self.charts.guesser.makers(marks, self._subcharts, self.target.said)
        acting: Route | None = None
        removed = not self.target.has_value
        for route in guesses[:FLIPS_PER_FINDING]:
            value = get(self.charts.effective, route)[1]
            is_inline = holds_line(value, self.target.said.whole)
            if removed and not is_inline and route[-1] != self.target.said.key:
                continue  # without it the line may go as well, but then as one behind a gate
            is_scalar = not isinstance(value, (dict, list))
            effect = self._effect(route, remove=removed)
            if effect is Effect.SAID or (removed and effect is Effect.GONE) or (is_inline and effect is Effect.CHANGED):
                return route
            if effect is Effect.CHANGED and acting is None and is_scalar:
                acting = route
        return acting

    def _gates(self, mark: Mark, callers: list[Mark], maker: Route = ()) -> tuple[Related, ...]:
        """The values without which the line would not be there (besides what it is made of), each at its entry."""
        found: list[Related] = []
        routes = self.charts.guesser.gates([mark, *callers], self._subcharts)
        for route in self._conditions():
            routes.setdefault(route, False)
        for route, is_proof in routes.items():
            if len(found) == _GATES:
                break
            layer = self._layer(route, declared=True)
            location = self._entry(layer, route, Part.PAIR) if layer and route != maker[: len(route)] else None
            value = get(self.charts.effective, route)[1]
            proved = is_proof and isinstance(value, bool)
            if location is not None and (proved or self._effect(route) is Effect.GONE):
                found.append(Related(_gate_label(route, value), location))
        return tuple(found)

    def _conditions(self) -> list[Route]:
        """What `Chart.yaml` makes the subcharts on the way here depend on."""
        found: list[Route] = []
        for depth, alias in enumerate(self._subcharts):
            above = self._subcharts[:depth]
            for dependency in self.charts.chart.subchart(above).dependencies:
                if alias == dependency.called:
                    found.extend(dependency.decided_by(self.charts.effective, above))
        return found

    def _effect(self, route: Route, *, remove: bool = False) -> Effect | None:
        return self.charts.flipper.effect(route, self.name, self.spot, self.aligned, remove=remove)

    @property
    def _subcharts(self) -> tuple[str, ...]:
        return self.charts.chart.place(self.name).charts

    def _callers(self, mark: Mark) -> list[Mark]:
        """The lines that include the named template that a mark is in, innermost first, read off the markers behind."""
        found: list[Mark] = []
        layout = self.aligned.layout
        for line in layout.marked[bisect_right(layout.marked, self.spot.end - 1) :]:
            for marked in layout.markers[line]:
                if mark.define is None:
                    return found
                behind = self.aligned.marks[marked.number]
                if any(mark.define in includes(parse_expression(output.body)) for output in behind.outputs):
                    found.append(behind)
                    mark = behind
        return found

    def _helper(self, mark: Mark, route: Route) -> tuple[Related, ...]:
        use = self.charts.guesser.helper_use(mark, route)
        if use is None:
            return ()
        name, file, start, end = use
        return (Related(f"in helper `{name}`", self.charts.files.at(file, Span(start, end), Precision.LINE)),)

    def _line(self, mark: Mark) -> Location:
        return self.charts.files.at(mark.file, Span(mark.start, mark.end), Precision.LINE)

    def _layer(self, route: Route, *, declared: bool = False) -> Layer | None:
        """The layer that sets a place among the values; with `declared` the first that is a file's."""
        for layer in self.charts.layers:
            below = route[len(layer.prefix) :]
            inside = below and route[: len(layer.prefix)] == layer.prefix and layer.sets(below)
            if inside and (layer.file or layer.member or layer.place or not declared):
                return layer
        return None

    def _entry(self, layer: Layer, route: Route, part: Part) -> Location | None:
        """Where in its file a layer sets a place."""
        if layer.place is not None:
            return layer.place.locate(route[len(layer.prefix) :], part)
        if layer.file is None:
            return self.charts.files.first_line(layer.member) if layer.member else None
        entry = self.charts.files.entries(layer.file).get(layer.written(route))
        if entry is None:
            return None
        part = part if self.target.has_value or part is Part.PAIR else Part.KEY
        return self.charts.files.in_file(layer.file, entry.span(part), Precision.EXACT)

    def _template(self, mark: Mark) -> str:
        return self.charts.chart.members[mark.file].text or ""


def _gate_label(route: Route, value: object) -> str:
    path = ".Values." + ".".join(str(key) for key in route)
    if not value:
        return f"only unless `{path}`"
    return f"only when `{path}`"
