"""A chart becomes rendered text: each template under each profile, and a reason for everything that cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from ..finding import Origin, Skipped
from ..sourcefile import SourceFile
from . import Rendered
from .alignment import Aligner
from .archive import ChartRefused
from .candidates import Guesser
from .chart import Chart, ChartInput, read_chart
from .chart_files import ChartFiles
from .flips import Budget, Flipper
from .helm_engine import Engine, EngineError, EngineMissing, Package, Release, Rendering, Values
from .helm_provenance import ChartProvenance
from .profiles import HelmOptions, Profile, profiles
from .values import chart_layers, merge, merged, nested

INSTALL = "no Helm engine: pip install 'hostprocess-lint[helm]'"
_REASON = 500


def mentions_host_process(text: str) -> bool:
    """The least that a rendered text must say to be of interest."""
    return "hostprocess" in text.lower()


def render_chart(
    source: ChartInput,
    options: HelmOptions,
    engine: Engine,
    display: Callable[[Path], str],
    wanted: Callable[[str], bool] = mentions_host_process,
) -> Iterator[Rendered | Skipped]:
    """Render a chart under its profiles; of the rendered templates those that are wanted.

    A template that renders to the same text under several profiles comes once, and its origin names them all.
    """
    try:
        chart = read_chart(source)
    except ChartRefused as error:
        yield Skipped(source.display, str(error))
        return
    for path, reason in chart.left_out:
        yield Skipped(display(path), reason)
    try:
        yield from _Charting(chart, options, engine, display, wanted).render()
    except EngineMissing as error:
        yield Skipped(source.display, f"{INSTALL} ({str(error)[:200]})")


class _Charting:
    """The rendering of one chart."""

    def __init__(
        self,
        chart: Chart,
        options: HelmOptions,
        engine: Engine,
        display: Callable[[Path], str],
        wanted: Callable[[str], bool],
    ) -> None:
        self.chart = chart
        self.options = options
        self.engine = engine
        self.files = ChartFiles(chart, display)
        self.wanted = wanted
        self.package = Package.of(chart.archive())
        self.layers = chart_layers(chart)
        self.budget = Budget()

    def render(self) -> Iterator[Rendered | Skipped]:
        texts: dict[tuple[str, str], tuple[ChartProvenance, list[str]]] = {}
        errors: dict[str, str] = {}
        rendered_any = False
        for profile in profiles(self.chart, self.options, self.engine):
            for version in self.options.kubernetes_versions or (None,):
                name = f"{profile.name} on Kubernetes {version}" if version else profile.name
                release = Release(self.options.release_name, self.options.namespace, version)
                try:
                    rendering = self._rendering(profile.values, release)
                except EngineError as error:
                    errors[name] = str(error)
                    continue
                rendered_any = True
                provenance = self._provenance(profile, release, rendering)
                for template, text in rendering.items():
                    if not template.endswith("NOTES.txt") and self.wanted(text):
                        texts.setdefault((template, text), (provenance, []))[1].append(name)
        for (template, text), (provenance, names) in texts.items():
            place = self.chart.place(template)
            path = self.files.first_line(place.member).path
            origin = Origin("chart", self.chart.source.display, ", ".join(names))
            yield Rendered(origin, SourceFile(path, text), provenance.of(template, text))
        for name, message in errors.items():
            yield Skipped(self.chart.source.display, f"{name}: {self._said(message)}"[:_REASON])

    def _rendering(self, values: Values, release: Release) -> Rendering:
        return self.engine.render(self.package, values, release)

    def _provenance(self, profile: Profile, release: Release, rendering: Rendering) -> ChartProvenance:
        def render(package: Package, values: Values) -> Rendering:
            return self.engine.render(package, values, release)

        layers = [*profile.layers, *self.layers]
        effective = merged(layers)
        return ChartProvenance(
            self.chart,
            self.files,
            Aligner(self.chart, profile.values, rendering, render),
            Guesser(self.chart, effective),
            Flipper(profile.values, effective, render, self.budget),
            layers,
            effective,
        )

    def _said(self, message: str) -> str:
        """Helm's own words, with the chart's directory instead of its name before a template's path."""
        return message
