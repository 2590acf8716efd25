"""A chart becomes rendered text: each template under each profile, and a reason for everything that cannot be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import or_
from pathlib import Path

from ...documents.firstlook import may_concern
from ...location import Precision
from ...outcome import Outcome, Passed, Skipped
from ...rendered import Rendered
from ...sources.charts.archive import ChartError
from ...sources.charts.chart import Chart, ChartInput, read_chart
from ...sources.charts.chart_files import ChartFiles
from ...sources.charts.dependencies import is_used
from .attempts import Attempts, Variant
from .engine.contract import Engine, EngineError, Installation, NoEngineError
from .hosting import Hosting
from .profiles.building import Building, buildings
from .profiles.profiles import HelmOptions, Profile, profiles
from .profiles.relevant import may_concern_profiles, profile_values
from .profiles.unrendered import unrendered
from .profiles.values import Layer, chart_layers, merged_layers
from .switching import Switching, hosting
from .templates.templates import Templates, read_templates
from .texts import Looks, Texts
from .ungated import hosting_ungated
from .unjudged import Unjudged
from .vain import made_of

_NEVER = "no profile of the chart renders what says `hostProcess` here"
_NAME_VALUES = "name values that do under `charts` in the configuration, or judge given ones with `--values`"
_NOT_UTF_8 = "it is not UTF-8: its findings name no line"
_A_CHART = "make it a chart that `helm lint` can read, or leave it out with `exclude` in the configuration"
_AS_UTF_8 = "save the file as UTF-8"


def render_chart(
    source: ChartInput,
    asked: Sequence[HelmOptions],
    engine: Engine,
    display: Callable[[Path], str],
    looks: Looks | None = None,
) -> Iterator[Rendered | Skipped | Passed]:
    """Render a chart under its profiles, as each of the options asks; of the rendered templates those that are wanted.

    Unless it is asked for a release alone, what never renders HostProcess is switched on where that can be done. A
    template that renders to the same text under several profiles comes once, and its origin names them all. A chart in
    which nothing can say HostProcess is not rendered at all.
    """
    try:
        chart = read_chart(source)
    except ChartError as error:
        yield Skipped(source.display, str(error), hint=_A_CHART)
        return
    for path, reason in chart.left_out:
        yield Skipped(display(path), reason)
    run = _ChartRun(chart, asked, engine, display, looks or Looks())
    if not (run.looks.anyway or may_concern_profiles(chart, run.planned)):
        yield Passed("chart", source.display, Outcome.IRRELEVANT, "nothing of it can be a HostProcess pod")
        yield from run.unjudged.outside(profile_values(chart, run.planned))
        return
    for member in chart.templates.values():
        if member.text is None and may_concern(member.data):
            yield Skipped(display(member.file), _NOT_UTF_8, "HPC001", hint=_AS_UTF_8)
    try:
        yield from run.results()
    except NoEngineError as error:
        yield Skipped(source.display, str(error), hint=error.hint)


@dataclass
class _ChartRun:
    """The rendering of one chart."""

    chart: Chart
    asked: Sequence[HelmOptions]
    engine: Engine
    display: Callable[[Path], str]
    looks: Looks
    errors: list[tuple[str, Profile, str]] = field(default_factory=list)

    @cached_property
    def files(self) -> ChartFiles:
        return ChartFiles(self.chart, self.display)

    @cached_property
    def own(self) -> list[Layer]:
        """The chart's own values; read only when something is asked about them, as most charts render no finding."""
        return chart_layers(self.chart)

    @cached_property
    def templates(self) -> Templates:
        """The chart's templates, taken apart; only when something is asked about them too."""
        return read_templates(self.chart)

    @cached_property
    def planned(self) -> list[tuple[Profile, Installation]]:
        return [
            (profile, options.installation(version))
            for options in self.asked
            for profile in profiles(self.chart, options)
            for version in options.kubernetes_versions or (None,)
        ]

    @cached_property
    def attempts(self) -> Attempts:
        return Attempts(self.chart, self.engine)

    @cached_property
    def texts(self) -> Texts:
        return Texts(self.chart, self.files, self.attempts, lambda: self.templates, lambda: self.own, self.looks)

    @cached_property
    def unjudged(self) -> Unjudged:
        return Unjudged(self.chart, self.files, Hosting(self.chart, lambda: self.templates), self.display)

    def results(self) -> Iterator[Rendered | Skipped]:
        """What the chart comes to; nothing is asked of one that is known to come to nothing."""
        vain, rendered = self.looks.vain, list[Variant]()
        key = made_of(self.chart, self.planned) if vain and not any(each.release for each in self.asked) else b""
        if vain is None or not key:
            yield from self._results(rendered)
        elif not vain.has(key, self.looks.wanted):
            are_told = []
            for each in self._results(rendered):
                are_told.append(isinstance(each, Skipped))
                yield each
            if not are_told:
                vain.add(key, self.looks.wanted)
            for look in self.looks.later if not any(are_told) else ():
                if not any(look(each) for variant in rendered for each in variant.texts()):
                    vain.add(key, look)

    def _results(self, rendered: list[Variant]) -> Iterator[Rendered | Skipped]:
        """`rendered` takes the variants."""
        rendered += [variant for each in self.planned if (variant := self._variant(*each)) is not None]
        done = reduce(or_, (hosting(variant.rendering) for variant in rendered), Counter[str]())
        if rendered and self.asked[0].release is None:
            effective = merged_layers([*rendered[0].layers, *self.own])
            made = buildings(self.chart, self.templates, effective)
            rendered.extend(Switching(self.attempts, rendered[0], done).found(made))
            failing = {failure.member for variant in rendered for failure in variant.failures}
            yield from self._never_rendered(rendered[0], made, set(done), failing)
        yield from self.texts.told(rendered)
        values = (
            [merged_layers([*variant.layers, *self.own]) for variant in rendered]
            if self._asks_for_values(rendered)
            else []
        )
        yield from self.unjudged.failed(rendered, values, set(done))
        yield from self.unjudged.errors(self.errors, bool(rendered))
        yield from self.unjudged.outside(values or [merged_layers(self.own)])

    def _asks_for_values(self, rendered: list[Variant]) -> bool:
        return bool(self.chart.missing) or any(variant.failures for variant in rendered)

    def _variant(self, profile: Profile, installation: Installation) -> Variant | None:
        """A profile rendered, or None, with the error kept."""
        version = installation.kubernetes_version
        name = f"{profile.name} on Kubernetes {version}" if version else profile.name
        try:
            return self.attempts.variant(name, profile, installation)
        except EngineError as error:
            self.errors.append((name, profile, str(error)))
            return None

    def _never_rendered(
        self, base: Variant, made: Iterable[Building], done: set[str], failing: set[str]
    ) -> Iterator[Skipped]:
        """The templates that say HostProcess, or put the word together, and that no profile, and nothing that was
        switched on, has rendered.

        Those of a library are looked at through what uses it.
        """
        if self.chart.is_library and is_used(self.chart.source.path, self.chart.source.root):
            return
        found = list(unrendered(made, done, failing))
        said = [(member, place) for member, place, is_said in found if is_said]
        told = {*failing, *(member for member, _ in said)}
        built = {member: place for member, place, is_said in found if not is_said and member not in told}
        more = hosting_ungated(self.attempts, base, built) if built else ()
        for member, line in (*said, *more):
            if member not in failing:
                location = self.files.at(member, line, Precision.LINE)
                yield Skipped(location.path, _NEVER, location=location, hint=_NAME_VALUES)
