"""The texts of a chart that are of interest: each once, under all the profiles that render it alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ...documents.firstlook import may_hold_pods, may_tell_of_others
from ...documents.stream import Broken, documents
from ...finding import Origin
from ...rendered import Rendered
from ...sourcefile import SourceFile
from ...sources.charts.archive import Package
from ...sources.charts.chart import Chart
from ...sources.charts.chart_files import ChartFiles
from .attempts import Attempts, Variant
from .engine.contract import EngineError, Rendering, Values
from .profiles.values import Layer, merged_layers
from .proof.alignment import Aligner
from .proof.candidates import Guesser
from .proof.flips import Flipper
from .proof.provenance import ChartProvenance
from .steady import may_differ, steadied, wait
from .templates.templates import Templates
from .unjudged import set_by, values_in_reach
from .vain import Vain

_SetBy = tuple[tuple[object, ...], ...]
_Key = tuple[str, str, str, "str | None", _SetBy, bool]


class Looks(NamedTuple):
    """Which of the rendered texts are of interest, by their bytes, and which are for what they say about others.

    A chart in which nothing can say HostProcess is rendered `anyway` where its texts are of interest for what else is
    made of them. `later` is by what they will be looked at another time, and `vain` knows the charts that came to
    nothing.
    """

    wanted: Callable[[bytes], bool] = may_hold_pods
    others: Callable[[bytes], bool] = may_tell_of_others
    anyway: bool = False
    later: tuple[Callable[[bytes], bool], ...] = ()
    vain: Vain | None = None


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one chart. `templates` and `own`, the layers of its own values, are read when they are asked for."""

    chart: Chart
    files: ChartFiles
    attempts: Attempts
    templates: Callable[[], Templates]
    own: Callable[[], list[Layer]]
    looks: Looks

    def told(self, variants: list[Variant]) -> Iterator[Rendered]:
        """Those of some profiles: what several render alike comes once, and its origin names them all."""
        found: dict[_Key, list[Variant]] = {}
        for variant, rendering in zip(variants, self._steady(variants), strict=True):
            for template, text in rendering.items():
                if not template.endswith("/NOTES.txt") and (self._wanted(text) or self._of_others(text)):
                    versions = variant.installation.kubernetes_version or self.chart.kubernetes
                    key = (
                        template,
                        text,
                        versions,
                        variant.installation.home or variant.installation.namespace,
                        self._set_by(variant, template),
                        variant.profile.is_literal and "${" in text,
                    )
                    found.setdefault(key, []).append(variant)
        for key in _parts(found):
            del found[key]
        if not any(self._wanted(key[1]) for key in found):
            return
        first = {id(alike[0]): alike[0] for alike in found.values()}  # two may have one name, in other namespaces
        provenances = {key: self._provenance(variant) for key, variant in first.items()}
        for (template, text, versions, namespace, _, is_literal), alike in found.items():
            path = self.files.first_line(self.chart.place(template).member).path
            names = ", ".join(dict.fromkeys(variant.name for variant in alike))
            releases = tuple(dict.fromkeys(each for variant in alike for each in variant.profile.releases))
            origin = Origin("chart", self.chart.source.display, names, releases)
            provenance = provenances[id(alike[0])].of(template, text)
            others = not self._wanted(text)
            made = Rendered(origin, SourceFile(path, text), provenance, versions, namespace, about_others=others)
            yield made._replace(is_literal=is_literal)

    def _steady(self, variants: list[Variant]) -> Iterator[Rendering]:
        """What profiles render to, with one word for all that another rendering would have otherwise."""
        wanted = list(map(self._is_wanted, variants))
        actions = [body for each in self.templates().by_name.values() for body in each.bodies] if any(wanted) else []
        differ = may_differ(actions)
        if differ:
            wait(actions)  # once: every variant was rendered before
        for variant, is_wanted in zip(variants, wanted, strict=True):
            yield self._steadied(variant) if differ and is_wanted else variant.rendering

    def _steadied(self, variant: Variant) -> Rendering:
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
        layers = set_by(variant.layers, values_in_reach(self.templates(), place.member, place.charts))
        return tuple((layer.file, layer.label, id(layer.place)) for layer in layers)

    def _provenance(self, variant: Variant) -> ChartProvenance:
        def render(package: Package, values: Values) -> Rendering:
            return self.attempts.render(package, values, variant.installation)

        layers = [*variant.layers, *self.own()]
        effective = merged_layers(layers)
        return ChartProvenance(
            variant.chart,
            self.files,
            Aligner(variant.chart, self.templates(), variant.given, render),
            Guesser(self.templates(), effective, variant.chart.other_texts),
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
        # Few profiles are parts, and of many that a chart is deployed with each would be read once more.
        if len(keys) < 2 or not any(_are_parts(found[key]) and _is_broken(key[1]) for key in keys):
            continue
        broken = {key for key in keys if _is_broken(key[1])}
        whole = {part for key in keys if key not in broken for part in key[4]}
        parts |= {
            key for key in broken if len(broken) < len(keys) and whole.issuperset(key[4]) and _are_parts(found[key])
        }
    return parts


def _is_broken(text: str) -> bool:
    return any(isinstance(each, Broken) for each in documents(SourceFile("", text)))


def _are_parts(variants: list[Variant]) -> bool:
    return all(variant.profile.is_part for variant in variants)
