"""What the releases of a scan deploy: which charts under which values, and what lies elsewhere."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

from ..documents.firstlook import may_hold_pods
from ..finding import Level
from ..limits import FILE_BYTES
from ..outcome import OUTSIDE, Outcome, Passed, Skipped
from ..rendered import Rendered
from ..sources.charts.chart import Packed
from ..sources.charts.dependencies import pulled
from ..sources.landmarks import CHART, KUSTOMIZATIONS
from ..sources.paths import boundary, display, in_scope, real_paths
from ..sources.releases.kustomized import changes, is_chart
from ..sources.releases.reading import Made, Manifests
from ..sources.releases.release import Elsewhere, Release, Unknowable
from ..sources.releases.repository import Repository
from ..sources.releases.touched import TouchedFiles
from ..sources.source import Source, named_source
from .charts import pulled_charts
from .engines import Engines
from .expanding import Expander
from .making import Making, Wish
from .mattering import Mattering, charts_that_matter
from .options import RenderOptions
from .telling import faulty

_ROUNDS = 6
_MOST_RELEASES = 2_000
_WITHOUT = "rendered without it"
_NOT_KNOWN = "what depends on it is judged without it: see the page on releases"
_NOT_READ = "mend it or make it smaller, or accept this with a reason under `ignore` in the configuration"


class Deployed:
    """The releases of a scan's sources, by what they deploy.

    What overlays and charts are made into may be releases as well, which may deploy, or change, others of these: they
    are read again and again, until nothing new is made. With a change there are only those that it touches. Only
    repositories with sources that are `saying` what is deployed are read.
    """

    def __init__(
        self,
        listed: Sequence[Source],
        saying: Iterable[Source],
        engines: Engines,
        options: RenderOptions,
        change: TouchedFiles | None = None,
        concerned: Iterable[Source] = (),
    ) -> None:
        self._engines = engines
        self._options = options
        self._charts = pulled_charts(options)
        self._excluded = options.excluded
        self._by_path: dict[str, list[Release]] = {}
        self._around: set[str] = set()
        self._real = real_paths()
        self._above = cache(self._deploying)  # a directory, for each of its files
        self.said: list[Skipped] = []
        self._makings: list[Making] = []
        root_of = cache(boundary)  # of a directory: its files are many
        by_root: dict[str, list[Source]] = {root_of(_directory(source)): [] for source in saying}
        for source in listed if by_root else ():
            if (root := root_of(_directory(source))) in by_root:
                by_root[root].append(source)
        concerned = tuple(concerned)
        for root, own in by_root.items():
            self._read(root, own, concerned, change)

    def _read(
        self, root: str, sources: Sequence[Source], concerned: Iterable[Source], change: TouchedFiles | None
    ) -> None:
        """Takes in the releases of one repository; a fault of ours costs no other repository its own."""
        try:
            charts = charts_that_matter(sources, root, self._charts)
            places = chain((os.path.dirname(source.file) for source in concerned), charts)
            for found in self._found(root, sources, tuple(places)):
                if change is None or change.touches(found):
                    self._take(found)
        except Exception as error:
            self.said.append(faulty(Source("manifest", display(root), root), error, "which releases are in it: "))

    def _found(self, root: str, sources: Sequence[Source], matter: Iterable[str]) -> list[Release | Unknowable]:
        """What is deployed of one repository. `matter` are directories with something that could be of interest."""
        manifests, repository, expand = Manifests(sources), Repository(Path(root)), Expander(self._engines, root)
        written = manifests.releases(repository, expand)
        making = Making(self._options, self._engines, Mattering(root, matter, islice(written, _MOST_RELEASES)))
        self._makings.append(making)
        parts, made, known = frozenset(manifests.parts), list[Made](), None
        found: list[Release | Unknowable] = []
        for _ in range(_ROUNDS):
            missing: set[str] = set()
            found = list(islice(manifests.releases(repository, expand, made, parts, missing), _MOST_RELEASES + 1))
            wishes = list(self._wishes(sources, found))
            wanted = [wish.key for wish in wishes], frozenset(missing)
            if len(found) > _MOST_RELEASES:
                return _cut(found[:_MOST_RELEASES], f"more than {_MOST_RELEASES:,} releases: the rest is not judged")
            if wanted == known:
                return found
            known = wanted
            made = making.of(wishes, frozenset(missing), found)
            parts = frozenset(chain.from_iterable(each.parts for each in made))
        return _cut(found, f"releases that make releases, more than {_ROUNDS} deep")

    def _wishes(self, sources: Sequence[Source], found: Iterable[Release | Unknowable]) -> Iterator[Wish]:
        """The overlays and charts, each as it stands or as releases have it."""
        by_path: dict[str, list[Release]] = {}
        for release in found:
            if isinstance(release, Release) and isinstance(release.deploys, Path):
                by_path.setdefault(str(release.deploys), []).append(release)
        own = [source for source in sources if source.kind != "manifest"]
        real = {self._real(source.file) for source in own}
        more = (
            source
            for path, releases in by_path.items()
            if path not in real
            for source in _sources(path, any(changes(each.customized) for each in releases))
            if not (self._excluded and _is_excluded(source.path, self._excluded))
        )
        for source in (*own, *more):
            if not (source.kind == "overlay" and is_chart(Path(source.file))):
                releases = by_path.get(self._real(source.file), ())
                plain = [each for each in releases if source.kind == "overlay" or not changes(each.customized)]
                yield Wish(source, tuple(plain))

    def of(self, source: Source) -> tuple[Release, ...]:
        """The releases that deploy a chart as it is rendered, or an overlay.

        A chart that releases change once it is rendered is an overlay as well, of these.
        """
        found = self._by_path.get(self._real(source.file), [])
        if not is_chart(Path(source.file)):
            return tuple(found)
        is_changed = source.kind == "overlay"
        return tuple(release for release in found if changes(release.customized) is is_changed)

    def besides(
        self, listed: Iterable[Source | Skipped | Passed], excluded: Callable[[str], bool] | None
    ) -> Iterator[Source | Passed]:
        """The charts and overlays that are deployed and no sources of the scan by themselves, or are `excluded`."""
        listed = tuple(listed)
        known = {
            self._real(each.file)
            for each in listed
            if isinstance(each, Source) and not each.is_context and each.kind != "manifest"
        }
        left_out = [each.path for each in listed if isinstance(each, Passed) and each.outcome is Outcome.EXCLUDED]
        for path, found in self._by_path.items():
            for source in _sources(path, any(changes(release.customized) for release in found)):
                if path in known and not (source.kind == "overlay" and is_chart(Path(path))):
                    continue
                if not (excluded and _is_excluded(source.path, excluded)):
                    yield source._replace(is_released=True)
                elif not in_scope(source.path, left_out):
                    reason = "deployed by a release, and left out by `exclude` in the configuration"
                    yield Passed(source.kind, source.path, Outcome.EXCLUDED, reason)

    def standing(self, source: Source | Skipped | Passed) -> Source | Skipped | Passed:
        """A source, unless it is a kustomization of what charts are rendered to, and deployed by nothing else."""
        if not (self._around and isinstance(source, Source) and source.kind == "overlay" and not source.is_context):
            return source
        directory = os.path.realpath(source.file)
        if directory not in self._around or self._by_path.get(directory):
            return source
        return Passed("overlay", source.path, Outcome.IRRELEVANT, "what a chart is rendered to is judged with it")

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
        found = self._above(os.path.dirname(self._real(source.file)))
        return bool(found) and all(changes(release.customized) for release in found)

    def labelled(self, source: Source, text: Rendered) -> Rendered:
        """A manifest's text with the releases that deploy its directory as it is."""
        own = os.path.dirname(self._real(source.file))
        plain = [
            release.released
            for release in self._above(own)
            if not changes(release.customized) and (release.recurses or str(release.deploys) == own)
        ]
        return text._replace(origin=text.origin._replace(releases=tuple(plain))) if plain else text

    def _deploying(self, directory: str) -> list[Release]:
        """The releases of a directory, or of the nearest one above it that one deploys."""
        found = self._by_path.get(directory)
        if found and not os.path.isfile(os.path.join(directory, CHART)):
            return found
        above = os.path.dirname(directory)
        return [] if above == directory else self._above(above)

    def _take(self, found: Release | Unknowable) -> None:
        if isinstance(found, Unknowable):
            self._say(found, "")
            return
        deploys, customized = found.deploys, found.customized
        if customized and customized.around:
            self._around.add(str(customized.around))
        if isinstance(deploys, Packed):
            self._by_path.setdefault(os.path.realpath(deploys.location.path), []).append(found)
        elif (here := self._brought(deploys) if isinstance(deploys, Elsewhere) else deploys) is not None:
            self._by_path.setdefault(str(here), []).append(found)
        elif isinstance(deploys, Elsewhere):
            self.said.append(_elsewhere(found, deploys))
        for unknown in found.unknown:
            self._say(unknown, f"{found.title}: ")

    def _brought(self, deploys: Elsewhere) -> Path | None:
        """The chart from elsewhere among those that somebody has pulled."""
        if self._charts is None or not deploys.name:
            return None
        found = pulled(deploys.name, deploys.version, self._charts)
        return Path(os.path.realpath(found)) if found else None

    def _say(self, unknown: Unknowable, title: str) -> None:
        location, rule = unknown.location, unknown.rule
        level, hint = (Level.NOTE, _NOT_KNOWN) if rule == OUTSIDE else (None, _NOT_READ)
        self.said.append(Skipped(location.path, f"{title}{unknown.reason}; {_WITHOUT}", rule, location, hint, level))


def _directory(source: Source) -> str:
    is_one = source.kind != "manifest" and os.path.isdir(source.file)
    return source.file if is_one else os.path.dirname(source.file) or "."


def _cut(found: list[Release | Unknowable], reason: str) -> list[Release | Unknowable]:
    """With the reason why there is no more, at the last that there is."""
    return [*found, Unknowable(reason, found[-1].location, "HPC005")] if found else found


def _sources(path: str, is_changed: bool) -> Iterator[Source]:
    """What a release deploys as a source of its own: of manifests that it takes as they are each is one already.

    A chart that is changed once it is rendered is an overlay as well.
    """
    if is_chart(Path(path)):
        yield named_source("chart", os.path.relpath(path))
    if is_changed or (
        not is_chart(Path(path)) and any(os.path.isfile(os.path.join(path, name)) for name in KUSTOMIZATIONS)
    ):
        yield named_source("overlay", os.path.relpath(path))


def _is_excluded(shown: str, excluded: Callable[[str], bool]) -> bool:
    """Whether a path or a folder above it is left out."""
    steps = shown.split("/")
    return any(excluded("/".join(steps[:count])) for count in range(1, len(steps) + 1))


def _elsewhere(release: Release, deploys: Elsewhere) -> Skipped:
    says = any(
        _says_host_process(each.values, each.text, each.setting) or _file_says(each.file) for each in release.given
    )
    given = ", and the values given to it say HostProcess" if says else ""
    return Skipped(
        release.location.path,
        f"{release.title} deploys {deploys.what}, which is not in this repository{given}",
        OUTSIDE,
        release.location,
        f"`{deploys.command}`, and name its folder with `--charts DIR`" if deploys.command else None,
        Level.WARNING if says else Level.NOTE,
    )


def _file_says(file: Path | None) -> bool:
    try:
        return file is not None and file.stat().st_size <= FILE_BYTES and may_hold_pods(file.read_bytes())
    except OSError:
        return False


def _says_host_process(*given: Any) -> bool:
    return any(may_hold_pods(json.dumps(each).encode()) for each in given if each)
