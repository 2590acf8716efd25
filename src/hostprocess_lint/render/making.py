"""What overlays and charts are made into, where that may say what is deployed: a release may itself be made."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..limits import CHART_SECONDS
from ..outcome import Outcome, Skipped
from ..rendered import Rendered
from ..sources.overlays.closure import Closure
from ..sources.overlays.reach import files_read_by_build
from ..sources.releases.firstlook import texts_may_deploy
from ..sources.releases.objects import objects_of
from ..sources.releases.reading import Made
from ..sources.releases.touched import files_of
from ..sources.source import Source
from .chartwords import ChartWords
from .engines import Engines
from .mattering import Mattering
from .options import RenderOptions
from .telling import source_fault

if TYPE_CHECKING:
    from ..sources.releases.release import Release
    from .kustomize.reader import OverlayInput

_MOST_DEPLOYED = 100
"""Of how many releases of one chart it is asked what releases it makes."""
_FEWER = "see that the chart does not deploy itself, or accept this with a reason under `ignore` in the configuration"


class Wish(NamedTuple):
    """An overlay or a chart as some releases deploy it; without any it is as it stands."""

    source: Source
    releases: tuple[Release, ...]

    @property
    def key(self) -> tuple[object, ...]:
        return (self.source.kind, self.source.file, *map(known_by, self.releases))


def known_by(release: Release) -> tuple[object, ...]:
    """A release, and the values and variables that it has found: what is made anew may hold others."""
    substitute = release.customized.substitute if release.customized else ()
    return (release.title, release.location.key, release.handed, *((each.name, each.value) for each in substitute))


class _Look(NamedTuple):
    """What of an overlay decides whether it is made: whether it may say what is deployed, and what may generate."""

    may_deploy: bool
    generating: tuple[str, ...]


class _Done(NamedTuple):
    """What a wish became, when it was known which objects are missing, and whether it matters."""

    missing: frozenset[str]
    matters: bool
    made: Made
    untold: tuple[Skipped, ...]


class Making:
    """Makes each wish once, unless more is asked of it than before.

    What deploys nothing that matters is not made: it is read as it is written. `charts` says how many there are below
    the root.
    """

    def __init__(
        self, root: str, options: RenderOptions, engines: Engines, mattering: Mattering, words: ChartWords, charts: int
    ) -> None:
        self._root = root
        self._options = options
        self._engines = engines
        self._allowed = self._seconds = CHART_SECONDS * max(charts, 1)  # as long as judging them may take
        self._mattering = mattering
        self._words = words
        self._made: dict[tuple[object, ...], _Done] = {}
        self._looks: dict[str, list[_Look]] = {}
        self.untold: dict[tuple[str, str], tuple[Skipped, ...]] = {}
        """Why a source is not made, or not wholly: it is told where it is judged, or else here alone."""
        self.unmade: dict[tuple[str, str], Skipped] = {}
        """Which overlays and charts may make more releases than are known: that is told here alone."""

    def of(self, wishes: Sequence[Wish], missing: frozenset[str], found: Sequence[object]) -> list[Made]:
        """What the wishes become, in their order; nothing of those that cannot be of interest.

        `missing` are the ConfigMaps and Secrets that are referred to and were not `found` beside the releases.
        """
        named = missing if any(map(self._mattering.is_given_more, found)) else frozenset[str]()
        self._look_at([wish for wish in wishes if wish.key not in self._made and wish.source.kind == "overlay"], found)
        new = {wish.key: wish for wish in wishes if self._is_asked_more(named, wish)}
        wanted = partial(self._is_wanted, named, missing)
        overlays = {key: wish for key, wish in new.items() if wish.source.kind == "overlay"}
        asked = {key: wish for key, wish in overlays.items() if self._may_want(wish.source, wanted)}
        waiting = self._overlays(asked.values(), wanted)
        for key, wish in new.items():
            if key in asked:
                made, untold = self._read(wish, next(waiting))
            else:
                made, untold = (Made(), ()) if key in overlays else self._in_time(wish)
            read = tuple(dict.fromkeys(_files(wish, self._options.given))) if self._options.changed is not None else ()
            matters = self._mattering.holds(wish.source.file)
            self._made[key] = _Done(named, matters, made._replace(read=read), untold)
        every = [self._made[wish.key] for wish in wishes]
        for wish, done in zip(wishes, every, strict=True):
            leads = self._mattering.leads_to_pods(wish.source.file)  # else what is nowhere would not matter either
            told = tuple(each for each in done.untold if leads or not each.is_absent)
            self.untold[wish.source.kind, wish.source.file] = told
        return [done.made for done in every if done.made.objects]

    def _is_asked_more(self, named: frozenset[str], wish: Wish) -> bool:
        """Whether a wish was not made, or when less was known of what matters."""
        done = self._made.get(wish.key)
        if done is None or named - done.missing:
            return True
        return wish.source.kind == "overlay" and not done.matters and self._mattering.holds(wish.source.file)

    def _look_at(self, wishes: Sequence[Wish], found: Iterable[object]) -> None:
        """Finds out which overlays matter, by what they read and by the releases that were found."""
        from .overlays import render_overlays

        pairs = [(wish.source, wish.releases) for wish in wishes]
        closures: list[tuple[OverlayInput, Closure]] = []

        def note(closure: Closure, overlay: OverlayInput) -> bool:
            closures.append((overlay, closure))
            self._looks.setdefault(str(overlay.directory), []).append(self._look(closure))
            return False

        for wish in wishes:
            self._looks.pop(os.path.abspath(wish.source.file), None)
        for wish, wait in zip(wishes, render_overlays(pairs, self._options, self._engines, note), strict=True):
            self._read(wish, wait)
        self._mattering.grow(closures, found)

    def _look(self, closure: Closure) -> _Look:
        trees = [kustomization.text for kustomization in closure.kustomizations.values()]
        may_deploy = texts_may_deploy(closure.texts(), bool(self._options.charts_directory))
        return _Look(may_deploy, tuple(text for text in trees if "generator" in text.casefold()))

    def _is_wanted(self, named: frozenset[str], missing: frozenset[str], directory: str, look: _Look) -> bool:
        """Whether an overlay may say what is deployed, or make a ConfigMap or Secret that is referred to."""
        matters = self._mattering.holds(directory)
        names = missing if matters else named
        return (matters and look.may_deploy) or any(name in text for text in look.generating for name in names)

    def _may_want(self, source: Source, wanted: Callable[[str, _Look], bool]) -> bool:
        """By the last look at it; one of which there was none is looked at again, and told."""
        directory = os.path.abspath(source.file)
        looks = self._looks.get(directory)
        return looks is None or any(wanted(directory, look) for look in looks)

    def _overlays(
        self, wishes: Iterable[Wish], wanted: Callable[[str, _Look], bool]
    ) -> Iterator[Callable[[], Iterable[object]]]:
        from .overlays import render_overlays

        def asked(closure: Closure, overlay: OverlayInput) -> bool:
            return wanted(str(overlay.directory), self._look(closure))

        pairs = [(wish.source, wish.releases) for wish in wishes]
        yield from render_overlays(pairs, self._options, self._engines, asked)

    def _in_time(self, wish: Wish) -> tuple[Made, tuple[Skipped, ...]]:
        """What a chart makes, as long as there is time left for all of them: each may make more for the next round.

        One that makes itself is deployed by ever more releases, of which the first are asked.
        """
        from .charts import may_make_releases

        if not may_make_releases(wish.source, self._options, wish.releases, self._words):
            return Made(), ()
        if self._seconds <= 0:
            self._cut(wish, f"charts that make some took more than {self._allowed:g} seconds")
            return Made(), ()
        if len(wish.releases) > _MOST_DEPLOYED:
            self._cut(wish, f"more than {_MOST_DEPLOYED} deploy it")
        start = self._engines.worked(self._root)
        asked = wish._replace(releases=wish.releases[:_MOST_DEPLOYED])
        found = self._read(wish, partial(self._chart, asked))
        self._seconds -= self._engines.worked(self._root) - start
        return found

    def _read(self, wish: Wish, texts: Callable[[], Iterable[object]]) -> tuple[Made, tuple[Skipped, ...]]:
        """What is made, and why what is not; a fault of ours costs no other wish anything."""
        try:
            return _read(texts())
        except Exception as error:
            self.unmade[wish.source.kind, wish.source.file] = source_fault(
                wish.source, error, "which releases it makes: "
            )
            return Made(), ()

    def _cut(self, wish: Wish, why: str) -> None:
        reason = f"not all releases that it makes are known: {why}"
        self.unmade[wish.source.kind, wish.source.file] = Skipped(wish.source.path, reason, "HPC005", hint=_FEWER)

    def _chart(self, wish: Wish) -> Iterable[object]:
        from ..documents.firstlook import may_concern
        from .charts import rendered_chart
        from .helm.texts import Looks

        looks = Looks(wanted=_deploys, anyway=True, later=(may_concern,), vain=self._engines.vain)
        return rendered_chart(wish.source, self._options, self._engines, wish.releases, looks, is_as_deployed=True)


def _files(wish: Wish, given: tuple[str, ...]) -> Iterator[Path]:
    """What a wish is made of: all that the overlay reads, or the chart's directory, and what the releases say of it."""
    directory = Path(wish.source.file)
    yield from sorted(files_read_by_build(directory, given)) if wish.source.kind == "overlay" else (directory,)
    for release in wish.releases:
        yield Path(release.location.path)
        yield from map(Path, files_of(release))


def _deploys(text: bytes) -> bool:
    return texts_may_deploy((text,), is_pulled=True)


def _read(texts: Iterable[object]) -> tuple[Made, tuple[Skipped, ...]]:
    """The objects of some texts, and why there are no more."""
    items = list(texts)
    found = [text for text in items if isinstance(text, Rendered)]
    untold = tuple(each for each in items if isinstance(each, Skipped) and each.outcome is Outcome.NOT_LOOKED_AT)
    parts = frozenset(chain.from_iterable(text.parts for text in found))
    path = next((text.origin.path for text in found if text.origin.kind == "overlay"), None)
    return Made(tuple(each for text in found for each in objects_of(text)), parts, path), untold
