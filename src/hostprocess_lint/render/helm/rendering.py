"""A chart becomes rendered text: each template under each profile, and a reason for everything that cannot be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import or_
from pathlib import Path
from typing import NamedTuple

from ...documents.firstlook import may_concern, may_hold_pods, may_tell_of_others
from ...documents.stream import Broken, documents
from ...finding import Origin
from ...location import Precision
from ...outcome import Outcome, Passed, Skipped
from ...rendered import Rendered
from ...sourcefile import SourceFile
from ...sources.charts.archive import ChartError, Package
from ...sources.charts.chart import Chart, ChartInput, read_chart
from ...sources.charts.chart_files import ChartFiles
from ...sources.charts.dependencies import is_used
from .attempts import Attempts, Variant
from .engine.contract import Engine, EngineError, Installation, NoEngineError, Rendering, Values
from .profiles.profiles import HelmOptions, Profile, profiles
from .profiles.relevant import may_concern_profiles, values_of
from .profiles.switches import unrendered
from .profiles.values import Layer, chart_layers, merged
from .proof.alignment import Aligner
from .proof.candidates import Guesser
from .proof.flips import Flipper
from .proof.provenance import ChartProvenance
from .steady import may_differ, steadied, wait
from .switching import Switching, hosting
from .templates.templates import Templates, read_templates
from .unjudged import Unjudged, set_by, values_in_reach

_NEVER = "no profile of the chart renders what says `hostProcess` here"
_NAME_VALUES = "name values that do under `charts` in the configuration, or judge given ones with `--values`"
_NOT_UTF_8 = "it is not UTF-8: its findings name no line"
_AS_UTF_8 = "save the file as UTF-8"
_SetBy = tuple[tuple[object, ...], ...]
_Key = tuple[str, str, str, "str | None", _SetBy]


class Looks(NamedTuple):
    """Which of the rendered texts are of interest, by their bytes, and which are for what they say about others.

    A chart in which nothing can say HostProcess is rendered `anyway` where its texts are of interest for what else is
    made of them.
    """

    wanted: Callable[[bytes], bool] = may_hold_pods
    others: Callable[[bytes], bool] = may_tell_of_others
    anyway: bool = False


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
        yield Skipped(source.display, str(error))
        return
    for path, reason in chart.left_out:
        yield Skipped(display(path), reason)
    run = _ChartRun(chart, asked, engine, display, looks or Looks())
    if not (run.looks.anyway or may_concern_profiles(chart, run.planned)):
        yield Passed("chart", source.display, Outcome.IRRELEVANT, "nothing of it can be a HostProcess pod")
        yield from run.unjudged.outside(values_of(chart, run.planned))
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
            (profile, Installation(options.release_name, options.namespace, version, options.api_versions))
            for options in self.asked
            for profile in profiles(self.chart, options)
            for version in options.kubernetes_versions or (None,)
        ]

    @cached_property
    def attempts(self) -> Attempts:
        return Attempts(self.chart, self.engine)

    @cached_property
    def unjudged(self) -> Unjudged:
        return Unjudged(self.chart, self.files, lambda: self.templates, self.display)

    def results(self) -> Iterator[Rendered | Skipped]:
        rendered = [variant for each in self.planned if (variant := self._variant(*each)) is not None]
        done = reduce(or_, (hosting(variant.rendering) for variant in rendered), Counter[str]())
        if rendered and self.asked[0].release is None:
            effective = merged([*rendered[0].layers, *self.own])
            rendered.extend(Switching(self.attempts, self.templates, rendered[0], done).found(effective))
            failing = {failure.member for variant in rendered for failure in variant.failures}
            yield from self._never_rendered(effective, set(done), failing)
        yield from self._texts(rendered)
        values = (
            [merged([*variant.layers, *self.own]) for variant in rendered] if self._asks_for_values(rendered) else []
        )
        yield from self.unjudged.failed(rendered, values, set(done))
        yield from self.unjudged.errors(self.errors, bool(rendered))
        yield from self.unjudged.outside(values or [merged(self.own)])

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

    def _never_rendered(self, effective: Values, done: set[str], failing: set[str]) -> Iterator[Skipped]:
        """The templates that say HostProcess and that no profile, and nothing that was switched on, has rendered.

        Those of a library are looked at through what uses it.
        """
        if self.chart.is_library and is_used(self.chart.source.path, self.chart.source.root):
            return
        for member, line in unrendered(self.chart, self.templates, effective, done):
            if member not in failing:
                location = self.files.at(member, line, Precision.LINE)
                yield Skipped(location.path, _NEVER, location=location, hint=_NAME_VALUES)

    def _texts(self, variants: list[Variant]) -> Iterator[Rendered]:
        found: dict[_Key, list[Variant]] = {}
        for variant in variants:
            for template, text in self._steady(variant).items():
                if not template.endswith("/NOTES.txt") and (self._wanted(text) or self._of_others(text)):
                    versions = variant.installation.kubernetes_version or self.chart.kubernetes
                    key = (template, text, versions, variant.installation.namespace, self._set_by(variant, template))
                    found.setdefault(key, []).append(variant)
        for key in _parts(found):
            del found[key]
        if not any(self._wanted(key[1]) for key in found):
            return
        first = {id(alike[0]): alike[0] for alike in found.values()}  # two may have one name, in other namespaces
        provenances = {key: self._provenance(variant) for key, variant in first.items()}
        for (template, text, versions, namespace, _), alike in found.items():
            path = self.files.first_line(self.chart.place(template).member).path
            names = ", ".join(dict.fromkeys(variant.name for variant in alike))
            releases = tuple(dict.fromkeys(each for variant in alike for each in variant.profile.releases))
            origin = Origin("chart", self.chart.source.display, names, releases)
            provenance = provenances[id(alike[0])].of(template, text)
            others = not self._wanted(text)
            yield Rendered(origin, SourceFile(path, text), provenance, versions, namespace, about_others=others)

    def _steady(self, variant: Variant) -> Rendering:
        """What a profile renders to, with one word for all that another rendering would have otherwise."""
        sources = (
            [self.chart.members[name].text or "" for name in self.templates.by_name] if self._is_wanted(variant) else []
        )
        if not may_differ(sources):
            return variant.rendering
        wait(sources)
        try:
            again = self.attempts.render(variant.package, variant.given, variant.installation)
        except EngineError:
            return variant.rendering
        return steadied(variant.rendering, again)

    def _wanted(self, text: str) -> bool:
        return self.looks.wanted(_bytes(text))

    def _of_others(self, text: str) -> bool:
        return self.looks.others(_bytes(text))

    def _is_wanted(self, variant: Variant) -> bool:
        return any(map(self._wanted, variant.rendering.values()))

    def _set_by(self, variant: Variant, template: str) -> _SetBy:
        """What of a profile sets values that a template may read: another file's line is another line to change."""
        if not variant.layers:
            return ()
        place = self.chart.place(template)
        layers = set_by(variant.layers, values_in_reach(self.templates, place.member, place.charts))
        return tuple((layer.file, layer.label, id(layer.place)) for layer in layers)

    def _provenance(self, variant: Variant) -> ChartProvenance:
        def render(package: Package, values: Values) -> Rendering:
            return self.attempts.render(package, values, variant.installation)

        layers = [*variant.layers, *self.own]
        effective = merged(layers)
        return ChartProvenance(
            variant.chart,
            self.files,
            Aligner(variant.chart, self.templates, variant.given, render),
            Guesser(self.templates, effective),
            Flipper(variant.given, effective, render, self.attempts.budget, variant.package, variant.rendering),
            layers,
            effective,
        )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _parts(found: dict[_Key, list[Variant]]) -> set[_Key]:
    """The texts that are no YAML as the values that made them are only a part of those that are meant.

    Another profile, which sets all that these set, renders the same template to what can be read.
    """
    by_template: dict[str, list[_Key]] = {}
    for key in found:
        by_template.setdefault(key[0], []).append(key)
    parts: set[_Key] = set()
    for keys in by_template.values():
        broken = {key for key in keys if len(keys) > 1 and _is_broken(key[1])}
        whole = {part for key in keys if key not in broken for part in key[4]}
        parts |= {
            key for key in broken if len(broken) < len(keys) and whole.issuperset(key[4]) and _are_parts(found[key])
        }
    return parts


def _is_broken(text: str) -> bool:
    return any(isinstance(each, Broken) for each in documents(SourceFile("", text)))


def _are_parts(variants: list[Variant]) -> bool:
    return all(variant.profile.is_part for variant in variants)
