"""The releases of one repository.

What overlays and charts are made into may be releases as well, which may deploy, or change, others of these: they are
read again and again, until nothing new is made.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from ..sources.charts.chart import Packed
from ..sources.paths import real_paths
from ..sources.releases.deployable import is_excluded, sources_of
from ..sources.releases.enclosing import Enclosing
from ..sources.releases.kustomized import changes, is_chart, is_rendered, written_changes
from ..sources.releases.reading import Made, Manifests
from ..sources.releases.release import Release, Unknowable
from ..sources.releases.repository import Repository
from ..sources.source import Source, named_source
from .chartwords import ChartWords
from .engines import Engines
from .expanding import Expander
from .making import Making, Wish, known_by
from .mattering import Mattering
from .options import RenderOptions

_ROUNDS = 6
_MOST_RELEASES = 2_000


class Rounds:
    """The sources of a repository, and what is made of them so far.

    `matter` are directories with something that could be of interest, and `words` says what charts say.
    """

    def __init__(
        self,
        root: str,
        sources: Sequence[Source],
        matter: Iterable[str],
        options: RenderOptions,
        engines: Engines,
        words: ChartWords,
    ) -> None:
        self._sources = sources
        self._excluded = options.excluded
        self._real = real_paths()
        self._manifests = Manifests(sources)
        self._repository = Repository(Path(root))
        self._expand = Expander(engines, root)
        written = islice(self._manifests.releases(self._repository, self._expand), _MOST_RELEASES)
        charts = sum(source.kind == "chart" for source in sources)
        mattering = Mattering(root, matter, written, words, options.pulled)
        self.making = Making(root, options, engines, mattering, words, charts)

    def found(self) -> list[Release | Unknowable]:
        """What is deployed."""
        parts, made, known = frozenset(self._manifests.parts), list[Made](), None
        literal = frozenset[str]()
        found: list[Release | Unknowable] = []
        for _ in range(_ROUNDS):
            missing: set[str] = set()
            read = self._manifests.releases(self._repository, self._expand, made, parts, missing, literal)
            found = list(islice(_each_once(read), _MOST_RELEASES + 1))
            wishes = list(self._wishes(found))
            literal = self._manifests.as_written(found)
            wanted = [wish.key for wish in wishes], frozenset(missing), literal
            if len(found) > _MOST_RELEASES:
                return _cut(found[:_MOST_RELEASES], f"more than {_MOST_RELEASES:,} releases: the rest is not judged")
            if wanted == known:
                return found
            known = wanted
            made = self.making.of(wishes, frozenset(missing), found)
            parts = frozenset(chain.from_iterable(each.parts for each in made))
        return _cut(found, f"releases that make releases, more than {_ROUNDS} deep")

    def _wishes(self, found: Iterable[Release | Unknowable]) -> Iterator[Wish]:
        """The overlays and charts, each as it stands or as releases have it."""
        by_path: dict[str, list[Release]] = {}
        holding: dict[str, list[Release]] = {}
        for release in found:
            if isinstance(release, Release) and isinstance(release.deploys, Path):
                by_path.setdefault(str(release.deploys), []).append(release)
            elif isinstance(release, Release) and isinstance(release.deploys, Packed):
                holding.setdefault(self._real(release.deploys.location.path), []).append(release)
        own = [source for source in self._sources if source.kind != "manifest"]
        known = {self._real(source.file) for source in own}
        more = (
            source
            for path, releases in by_path.items()
            if path not in known
            for source in sources_of(path, releases)
            if not (self._excluded and is_excluded(source.path, self._excluded))
        )
        enclosing = Enclosing(by_path)
        for source in (*own, *more):
            real, is_overlay = self._real(source.file), source.kind == "overlay"
            releases = [each for each in by_path.get(real, ()) if is_rendered(each, Path(real)) is not is_overlay]
            if is_overlay and is_chart(Path(real)) and not releases:
                continue
            around = enclosing.of(real) if is_overlay else ()
            whole = is_overlay and not around
            plain = [each for each in releases or around if whole or not changes(each.customized)]
            if plain or not around:  # else it is a part of what releases make of the directory around it
                yield Wish(source, tuple(plain))
        for path, releases in holding.items():
            source = named_source("chart", os.path.relpath(path))._replace(is_released=True)
            if not (self._excluded and is_excluded(source.path, self._excluded)):
                yield Wish(source, tuple(releases))


def _each_once(read: Iterable[Release | Unknowable]) -> Iterator[Release | Unknowable]:
    """Releases without those that are another one made anew: one may deploy the directory that it lies in itself."""
    seen: set[tuple[object, ...]] = set()
    for each in read:
        if isinstance(each, Release):
            key = (*known_by(each), each.deploys, each.name, each.namespace, each.cluster, each.environment)
            key = (*key, written_changes(each))
            if key in seen:
                continue
            seen.add(key)
        yield each


def _cut(found: list[Release | Unknowable], reason: str) -> list[Release | Unknowable]:
    """With the reason why there is no more, at the last that there is."""
    return [*found, Unknowable(reason, found[-1].location, "HPC005")] if found else found
