"""What the releases of a scan deploy: which charts under which values, and what lies elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path

from ..outcome import OUTSIDE, Outcome, Passed, Skipped
from ..rendered import Rendered
from ..sources.charts.chart import Packed
from ..sources.landmarks import CHART, KUSTOMIZATIONS
from ..sources.paths import boundary, display, lies_in, nearest_saying, real_paths, upward
from ..sources.releases.deployable import is_excluded, sources_of
from ..sources.releases.elsewhere import brought
from ..sources.releases.enclosing import Enclosing
from ..sources.releases.kustomized import changes, is_built, is_chart, is_rendered, takes_manifest
from ..sources.releases.release import Elsewhere, Release, Unknowable, by_home
from ..sources.releases.touched import TouchedFiles
from ..sources.source import Source
from .chartwords import ChartWords
from .engines import Engines
from .making import Making
from .mattering import charts_that_matter
from .notjudged import elsewhere, not_known
from .options import RenderOptions
from .rounds import Rounds
from .telling import source_fault


class Deployed:
    """The releases of a scan's sources, by what they deploy.

    With a change there are only those that it touches. Only repositories with sources that are `saying` what is
    deployed are read. `words` says what charts say.
    """

    def __init__(
        self,
        listed: Sequence[Source],
        saying: Iterable[Source],
        engines: Engines,
        options: RenderOptions,
        words: ChartWords,
        concerned: Iterable[Source],
    ) -> None:
        self._charts = options.pulled
        self._by_path: dict[str, list[Release]] = {}
        self._around: set[str] = set()
        self._enclosing = Enclosing(self._by_path)
        self._real = real_paths()
        self._above = nearest_saying(self._deploying)
        self.said: list[Skipped] = []
        self._makings: list[Making] = []
        root_of = cache(partial(boundary, given=options.given))  # of a directory: its files are many
        by_root: dict[str, list[Source]] = {root_of(_directory(source)): [] for source in saying}
        for source in listed if by_root else ():
            if (root := root_of(_directory(source))) in by_root:
                by_root[root].append(source)
        concerning = {os.path.realpath(os.path.dirname(source.file)) for source in concerned} if by_root else set()
        change = _change(listed, options)
        for root, own in by_root.items():
            real = os.path.realpath(root)
            near = (each for each in concerning if lies_in(each, real))
            charts = charts_that_matter(own, words)
            begin = partial(Rounds, root, own, (*near, *charts), options, engines, words)
            self._read(root, begin, change)

    def _read(self, root: str, begin: Callable[[], Rounds], change: TouchedFiles | None) -> None:
        """Takes in the releases of one repository; a fault of ours costs no other repository its own."""
        try:
            rounds = begin()
            self._makings.append(rounds.making)
            for found in rounds.found():
                if change is None or change.touches(found):
                    self._take(found)
        except Exception as error:
            self.said.append(source_fault(Source("manifest", display(root), root), error, "which releases are in it: "))

    def of(self, source: Source) -> tuple[Release, ...]:
        """The releases that deploy a chart as it is rendered, or an overlay.

        A chart that releases change once it is rendered is an overlay as well, of these; and so is what lies beside it.
        """
        path, found = Path(source.file), self._by_path.get(self._real(source.file), [])
        if source.kind == "chart":
            return tuple(each for each in found if is_rendered(each, path) and not changes(each.customized))
        around = () if is_chart(path) else self._enclosing.of(self._real(source.file))
        built = (each for each in found if is_built(each, path))
        return (*built, *(release for release in around if not changes(release.customized)))

    def besides(
        self, listed: Iterable[Source | Skipped | Passed], excluded: Callable[[str], bool] | None
    ) -> Iterator[Source | Passed]:
        """The charts and overlays that are deployed and no sources of the scan by themselves, or are `excluded`."""
        listed = tuple(listed)
        known = {
            (each.kind, self._real(each.file))
            for each in listed
            if isinstance(each, Source) and not each.is_context and each.kind != "manifest"
        }
        passed = (each for each in listed if isinstance(each, Passed) and each.outcome is Outcome.EXCLUDED)
        left_out = {os.path.abspath(each.path) for each in passed}
        for path, found in self._by_path.items():
            for source in sources_of(path, found):
                if (source.kind, path) in known:
                    continue
                if not (excluded and is_excluded(source.path, excluded)):
                    yield source._replace(is_released=True)
                elif left_out.isdisjoint(upward(os.path.abspath(source.path))):
                    reason = "deployed by a release, and left out by `exclude` in the configuration"
                    yield Passed(source.kind, source.path, Outcome.EXCLUDED, reason)

    def standing(self, source: Source | Skipped | Passed) -> Source | Skipped | Passed:
        """A source, unless it is a kustomization that is judged as a part of what releases make alone: of what charts
        are rendered to, or of a directory around it.
        """
        if not (isinstance(source, Source) and source.kind == "overlay" and not source.is_context):
            return source
        directory = self._real(source.file)
        if directory in self._around and not self._by_path.get(directory):
            return Passed("overlay", source.path, Outcome.IRRELEVANT, "what a chart is rendered to is judged with it")
        around = self._enclosing.of(directory)
        if around and all(changes(release.customized) for release in around):
            return Passed("overlay", source.path, Outcome.IRRELEVANT, "judged as the releases around it have it")
        return source

    def untold(self, source: Source) -> tuple[Skipped, ...]:
        """Why an overlay or a chart in which no pod can be, but which may make releases, cannot be made."""
        found = (making.untold.get((source.kind, source.file)) for making in self._makings)
        return next(filter(None, found), ())

    def unmade(self, source: Source) -> tuple[Skipped, ...]:
        """That a chart may make more releases than are known."""
        found = (making.unmade.get((source.kind, source.file)) for making in self._makings)
        return tuple(filter(None, found))

    def replaces(self, source: Source) -> bool:
        """Whether a manifest is deployed by releases only that change it: then it is judged as they have it."""
        found = self._above(os.path.dirname(self._real(source.file))) if source.held is None else None
        return found is not None and all(changes(release.customized) for release in found)

    def labelled(self, source: Source, text: Rendered) -> Iterator[Rendered]:
        """A manifest's text with the releases that deploy its directory as it is, once for each namespace they have."""
        file = self._real(source.file)
        found = (self._above(os.path.dirname(file)) if source.held is None else None) or ()
        plain = [each for each in found if not changes(each.customized) and takes_manifest(each, file)]
        for namespace, alike in by_home(plain):
            origin = text.origin._replace(releases=tuple(release.released for release in alike))
            literal = all(map(_is_taken_as_it_is, alike))
            yield text._replace(origin=origin, namespace=namespace, is_literal=literal)
        if not plain:
            yield text

    def _deploying(self, directory: str) -> list[Release] | None:
        found = self._by_path.get(directory)
        return found if found and not os.path.isfile(os.path.join(directory, CHART)) else None

    def _take(self, found: Release | Unknowable) -> None:
        if isinstance(found, Unknowable):
            self.said.append(not_known(found))
            return
        deploys, customized = found.deploys, found.customized
        here = brought(deploys, self._charts) if isinstance(deploys, Elsewhere) else deploys
        if customized and customized.around:
            self._around.add(str(customized.around))
        if isinstance(deploys, Packed):
            self._by_path.setdefault(os.path.realpath(deploys.location.path), []).append(found)
        elif here is not None:
            self._by_path.setdefault(str(here), []).append(found)
        elif isinstance(deploys, Elsewhere):
            self.said.append(elsewhere(found, deploys))
        for unknown in found.unknown:
            if here is not None or unknown.rule != OUTSIDE:  # else nothing is rendered, with it or without
                self.said.append(not_known(unknown, f"{found.title}: "))


def _is_taken_as_it_is(release: Release) -> bool:
    """Whether a manifest in the directory of a release is deployed, and so as it is written."""
    return release.is_literal and not any(os.path.isfile(f"{release.deploys}/{name}") for name in KUSTOMIZATIONS)


def _change(listed: Sequence[Source], options: RenderOptions) -> TouchedFiles | None:
    if options.changed is None:
        return None
    affected = (each for each in listed if each.kind != "manifest" and not each.is_context)
    return TouchedFiles(options.changed, {os.path.realpath(each.file) for each in affected})


def _directory(source: Source) -> str:
    is_one = source.kind != "manifest" and os.path.isdir(source.file)
    return source.file if is_one else os.path.dirname(source.file) or "."
