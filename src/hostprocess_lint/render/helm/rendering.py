"""A chart becomes rendered text: each template under each profile, and a reason for everything that cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from ...documents.firstlook import may_concern, may_tell_of_others
from ...finding import Origin, Precision, Skipped
from ...limits import CHART_SECONDS
from ...rendered import Rendered
from ...sourcefile import SourceFile
from ...sources.charts.archive import ChartError, Package
from ...sources.charts.chart import Chart, ChartInput, read_chart
from ...sources.charts.chart_files import ChartFiles
from .engine.contract import Engine, EngineError, NoEngineError, Release, Rendering, Values
from .profiles.profiles import HelmOptions, Profile, combined, profiles
from .profiles.switches import mentioned, says_host_process, switches, unrendered
from .profiles.values import Layer, chart_layers, merge, merged, nested, possible_scopes, touches
from .proof.alignment import Aligner
from .proof.candidates import Guesser
from .proof.flips import Budget, Flipper
from .proof.provenance import ChartProvenance
from .templates.conditions import Settings
from .templates.templates import Templates, read_templates

INSTALL = "no Helm engine: pip install 'hostprocess-lint[helm]'"
_REASON = 500
_TRIALS = 8
_NEVER = "no profile of the chart renders what says `hostProcess` here"
_NAME_VALUES = "name values that do under `charts` in the configuration, or judge given ones with `--values`"
_NOT_UTF_8 = "it is not UTF-8: its findings name no line"
_AS_UTF_8 = "save the file as UTF-8"
_SetBy = tuple[tuple["Path | None", str], ...]
_EXPECTED = re.compile(r"error calling (?:fail|required)|execution error at")


def mentions_host_process(text: str) -> bool:
    """The least that a rendered text must say to be of interest."""
    return "hostprocess" in text.lower()


def _tells_of_others(text: str) -> bool:
    return may_tell_of_others(text.encode("utf-8", "surrogatepass"))


def render_chart(
    source: ChartInput,
    asked: Sequence[HelmOptions],
    engine: Engine,
    display: Callable[[Path], str],
    wanted: Callable[[str], bool] = mentions_host_process,
) -> Iterator[Rendered | Skipped]:
    """Render a chart under its profiles, as each of the options asks; of the rendered templates those that are wanted.

    Unless it is asked for a release alone, what never renders HostProcess is switched on where that can be done. A
    template that renders to the same text under several profiles comes once, and its origin names them all.
    """
    try:
        chart = read_chart(source)
    except ChartError as error:
        yield Skipped(source.display, str(error))
        return
    for path, reason in chart.left_out:
        yield Skipped(display(path), reason)
    for member in chart.templates.values():
        if member.text is None and may_concern(member.data):
            yield Skipped(display(member.file), _NOT_UTF_8, "HPC001", hint=_AS_UTF_8)
    try:
        yield from _ChartRun(chart, asked, engine, ChartFiles(chart, display), wanted).results()
    except NoEngineError as error:
        yield Skipped(source.display, f"{INSTALL} ({str(error)[:200]})")


@dataclass(frozen=True, slots=True)
class _Variant:
    """A profile on one Kubernetes version, with its values and what they render to."""

    name: str
    profile: Profile
    release: Release
    layers: list[Layer]
    given: Values
    rendering: Rendering


@dataclass
class _ChartRun:
    """The rendering of one chart."""

    chart: Chart
    asked: Sequence[HelmOptions]
    engine: Engine
    files: ChartFiles
    wanted: Callable[[str], bool]
    budget: Budget = field(default_factory=Budget)
    errors: list[tuple[str, str]] = field(default_factory=list)
    incomplete: bool = False

    @cached_property
    def own(self) -> list[Layer]:
        """The chart's own values; read only when something is asked about them, as most charts render no finding."""
        return chart_layers(self.chart)

    @cached_property
    def templates(self) -> Templates:
        """The chart's templates, taken apart; only when something is asked about them too."""
        return read_templates(self.chart)

    def results(self) -> Iterator[Rendered | Skipped]:
        package = self.chart.package()
        variants = [self._variant(package, *each) for each in self._planned()]
        rendered = [variant for variant in variants if variant]
        if rendered and self.asked[0].release is None:
            done = {name for variant in rendered for name in _hosting(variant.rendering)}
            if mentioned(self.chart, done):
                effective = merged([*rendered[0].layers, *self.own])
                rendered.extend(self._switched(package, rendered[0], effective, done))
                yield from self._never_rendered(effective, done)
        yield from self._texts(rendered)
        for name, message in dict.fromkeys(self.errors):
            if not (rendered and _EXPECTED.search(message)):
                yield Skipped(self.chart.source.display, f"{name}: {self._said(message)}"[:_REASON])

    def _planned(self) -> Iterator[tuple[Profile, Release]]:
        for options in self.asked:
            for profile in profiles(self.chart, options):
                for version in options.kubernetes_versions or (None,):
                    yield profile, Release(options.release_name, options.namespace, version, options.api_versions)

    def _variant(self, package: Package, profile: Profile, release: Release) -> _Variant | None:
        """A profile rendered, or None, with the error kept."""
        version = release.kubernetes_version
        name = f"{profile.name} on Kubernetes {version}" if version else profile.name
        try:
            layers = profile.layers(self.engine)
            given = combined(layers)
            given, rendering = self._rendered(package, given, release)
        except EngineError as error:
            self.errors.append((name, str(error)))
            return None
        return _Variant(name, profile, release, layers, given, rendering)

    def _rendered(self, package: Package, given: Values, release: Release) -> tuple[Values, Rendering]:
        """A rendering and the values that made it: with what misses dependencies off, once that turns out needed."""
        if not self.incomplete:
            try:
                return given, self._render(package, given, release)
            except EngineError:
                if not self.chart.missing:
                    raise
        given = merge(given, self._without_missing())
        rendering = self._render(package, given, release)
        self.incomplete = True
        return given, rendering

    def _render(self, package: Package, values: Values, release: Release) -> Rendering:
        """Render, as long as the chart has time left."""
        if self.budget.seconds <= 0:
            raise EngineError(f"not tried: rendering the chart took more than {CHART_SECONDS:g} seconds")
        with self.budget.timed():
            return self.engine.render(package, values, release)

    def _without_missing(self) -> Values:
        """What turns off the dependencies that are not there: templates ask the condition before they look at one."""
        values: Values = {}
        for route in self.chart.missing:
            values = merge(values, nested(route, False))
        return values

    def _switched(self, package: Package, base: _Variant, effective: Values, done: set[str]) -> Iterator[_Variant]:
        """Variants with HostProcess switched on in the templates that mention it and never rendered it.

        `done` are the templates that have, by Helm's names without the chart's; what is found here is added.
        """
        trials = 0
        for switch in switches(self.chart, self.templates, effective, done):
            if trials == _TRIALS or any(name.startswith(switch.template) for name in done):
                continue
            trials += 1
            found = self._smallest(package, base, switch.settings, done)
            if found is not None:
                done.update(_hosting(found.rendering))
                yield found

    def _never_rendered(self, effective: Values, done: set[str]) -> Iterator[Skipped]:
        """The templates that say HostProcess and that no profile, and nothing that was switched on, has rendered."""
        for member, line in unrendered(self.chart, self.templates, effective, done):
            location = self.files.at(member, line, Precision.LINE)
            yield Skipped(location.path, _NEVER, location=location, hint=_NAME_VALUES)

    def _smallest(self, package: Package, base: _Variant, settings: Settings, done: set[str]) -> _Variant | None:
        """The variant with as few of the settings as still render HostProcess somewhere new."""
        found = self._trial(package, base, settings, done)
        for route in list(settings) if found else []:
            fewer = {each: value for each, value in settings.items() if each != route}
            smaller = self._trial(package, base, fewer, done) if fewer else None
            if smaller is not None:
                settings, found = fewer, smaller
        return found

    def _trial(self, package: Package, base: _Variant, settings: Settings, done: set[str]) -> _Variant | None:
        if not self.budget.spend():
            return None
        profile = base.profile.with_switches(settings)
        release = replace(base.release, api_versions=(*base.release.api_versions, *profile.api_versions))
        layers = profile.layers(self.engine)
        try:
            given, rendering = self._rendered(package, combined(layers), release)
        except EngineError:
            return None
        if not _hosting(rendering) - done:
            return None
        return _Variant(profile.name, profile, release, layers, given, rendering)

    def _texts(self, variants: list[_Variant]) -> Iterator[Rendered]:
        found: dict[tuple[str, str, str, str | None, _SetBy], list[_Variant]] = {}
        for variant in variants:
            for template, text in variant.rendering.items():
                if not template.endswith("/NOTES.txt") and (self.wanted(text) or _tells_of_others(text)):
                    versions = variant.release.kubernetes_version or self.chart.kubernetes
                    key = (template, text, versions, variant.release.namespace, self._set_by(variant, template))
                    found.setdefault(key, []).append(variant)
        if not any(self.wanted(key[1]) for key in found):
            return
        first = {id(alike[0]): alike[0] for alike in found.values()}  # two may have one name, in other namespaces
        provenances = {key: self._provenance(variant) for key, variant in first.items()}
        for (template, text, versions, namespace, _), alike in found.items():
            path = self.files.first_line(self.chart.place(template).member).path
            origin = Origin(
                "chart", self.chart.source.display, ", ".join(dict.fromkeys(variant.name for variant in alike))
            )
            provenance = provenances[id(alike[0])].of(template, text)
            others = not self.wanted(text)
            yield Rendered(origin, SourceFile(path, text), provenance, versions, namespace, about_others=others)

    def _set_by(self, variant: _Variant, template: str) -> _SetBy:
        """What of a profile sets values that a template may read: another file's line is another line to change."""
        place = self.chart.place(template)
        read = self.templates.read_by(place.member)
        reach = {scope for route in read for scope in possible_scopes(route, place.charts)}
        return tuple(
            (layer.file, layer.label)
            for layer in variant.layers
            if any(touches(nested(layer.prefix, layer.values), route) for route in reach)
        )

    def _provenance(self, variant: _Variant) -> ChartProvenance:
        def render(package: Package, values: Values) -> Rendering:
            return self._render(package, values, variant.release)

        layers = [*variant.layers, *self.own]
        effective = merged(layers)
        return ChartProvenance(
            self.chart,
            self.files,
            Aligner(self.chart, self.templates, variant.given, render),
            Guesser(self.templates, effective),
            Flipper(variant.given, effective, render, self.budget),
            layers,
            effective,
        )

    def _said(self, message: str) -> str:
        """Helm's own words on one line, with files as they are called on disk instead of by the chart's name."""

        def on_disk(found: re.Match[str]) -> str:
            member = self.chart.place(found[0]).member
            return self.files.first_line(member).path if member in self.chart.members else found[0]

        name = re.escape(self.chart.node.name)
        return re.sub(rf"(?<![\w./-]){name}/[\w./-]+", on_disk, " ".join(message.split()))


def _hosting(rendering: Rendering) -> set[str]:
    """The templates that rendered HostProcess, by Helm's names for them without the chart's."""
    return {name.partition("/")[2] for name, text in rendering.items() if says_host_process(text)}
