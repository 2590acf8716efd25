"""Which directories hold something that could be a HostProcess pod, or a release that deploys such a directory.

Most releases deploy what cannot, and what makes those need not be built: they are read as they are written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial
from itertools import compress
from pathlib import Path
from typing import NamedTuple

from ..sources.charts.chart import Packed
from ..sources.charts.relevance import ChartTexts, may_make
from ..sources.landmarks import CHART
from ..sources.overlays.closure import Closure
from ..sources.releases.elsewhere import brought
from ..sources.releases.firstlook import texts_may_deploy
from ..sources.releases.leading import hands_on, may_lead
from ..sources.releases.release import Elsewhere, Release, Unknowable
from ..sources.source import Source
from .chartwords import ChartWords
from .helm.profiles.relevant import given_texts
from .kustomize.overlay import build_may_concern, overlay_texts
from .kustomize.reader import OverlayInput

_PUT_TOGETHER = ("${", "{{", "$(")


class _Overlay(NamedTuple):
    """An overlay by its directory: the files that it reads, whether it matters by itself, and whether it may lead its
    releases to what does.
    """

    directory: str
    members: frozenset[str]
    matters: bool
    may_lead: bool


class _Holding:
    """Directories below a root that hold something, those above them, and the files whose releases deploy one."""

    def __init__(self, root: str, real: Callable[[str], str], brings: Callable[[Elsewhere], bool]) -> None:
        self._root = os.path.join(real(root), "")
        self._real = real
        self._brings = brings
        self._directories: set[str] = set()
        self._files: set[str] = set()

    def add(self, directory: str) -> None:
        directory = self._real(directory)
        self._directories.add(directory)
        while directory.startswith(self._root):
            self._directories.add(directory)
            directory = os.path.dirname(directory)

    def has(self, directory: str) -> bool:
        return self._real(directory) in self._directories

    def is_deployed_by(self, release: object) -> bool:
        """Whether a release deploys something of it, as far as that can be told."""
        where = release.deploys if isinstance(release, Release) else None
        if isinstance(where, Elsewhere):
            return any(sign in where.what for sign in _PUT_TOGETHER) or self._brings(where)
        return isinstance(where, Packed) or (where is not None and self.has(str(where)))

    def lead_back(self, overlays: Iterable[_Overlay], releases: Sequence[Release]) -> list[_Overlay]:
        """Adds the overlays and the files whose releases lead to what is held, and so on; gives the overlays left."""
        left, known = list(overlays), -1
        while known != len(self._directories) + len(self._files):
            known = len(self._directories) + len(self._files)
            for release in filter(self.is_deployed_by, releases):
                file = self._real(release.location.path)
                self._files.add(file)
                self.add(os.path.dirname(file))
            leading = [not self._files.isdisjoint(overlay.members) for overlay in left]
            for overlay in compress(left, leading):
                self.add(overlay.directory)
            left = [overlay for overlay, does in zip(left, leading, strict=True) if not does]
        return left


class Mattering:
    """The directories below a root that matter, and those above them. `written` are the releases as files say them.

    `words` says what charts say. `charts` is the directory of those that were pulled.
    """

    def __init__(
        self,
        root: str,
        directories: Iterable[str],
        written: Iterable[Release | Unknowable],
        words: ChartWords,
        charts: Path | None = None,
    ) -> None:
        self._real = cache(os.path.realpath)  # asked for the same paths again and again
        self._words = words
        self._brought = cache(partial(brought, charts=charts))
        self._surely, self._maybe = (_Holding(root, self._real, self._brings) for _ in range(2))
        self._written = [each for each in written if isinstance(each, Release)]
        self._unsure: list[_Overlay] = []
        self._left: list[_Overlay] = []
        for directory in directories:
            self._surely.add(directory)
            self._maybe.add(directory)

    def holds(self, directory: str) -> bool:
        """Whether there is something that may matter at or below a directory."""
        return self._maybe.has(directory)

    def leads_to_pods(self, directory: str) -> bool:
        """Whether what is known by now leads from a directory to what could be a HostProcess pod, not just might."""
        return self._surely.has(directory)

    def deploys(self, release: object) -> bool:
        """Whether a release deploys something that may matter, as far as that can be told."""
        return self._maybe.is_deployed_by(release)

    def is_given_more(self, release: object) -> bool:
        """Whether what a release deploys may be given values that nothing read so far has."""
        if self.deploys(release):
            return True
        return isinstance(release, Release) and bool(release.unknown) and self._chart(release) is not None

    def grow(self, overlays: Iterable[tuple[OverlayInput, Closure]], found: Iterable[object] = ()) -> None:
        """Adds the overlays that matter, by their directories, and the files whose releases lead to one, and so on.

        `found` are the releases of this round, some of which overlays and charts have made.
        """
        releases = [*self._written, *(each for each in found if isinstance(each, Release))]
        by_file: dict[str, list[Release]] = {}
        for release in releases:
            by_file.setdefault(self._real(release.location.path), []).append(release)
        new = [self._looked_at(*each, by_file) for each in overlays]
        for overlay in new:
            if overlay.matters:
                self._surely.add(overlay.directory)
            if overlay.matters or overlay.may_lead:
                self._maybe.add(overlay.directory)
        unsure = [*self._unsure, *(each for each in new if not each.matters)]
        left = [*self._left, *(each for each in new if not each.matters and not each.may_lead)]
        self._unsure, self._left = self._surely.lead_back(unsure, releases), self._maybe.lead_back(left, releases)

    def _looked_at(self, overlay: OverlayInput, closure: Closure, by_file: dict[str, list[Release]]) -> _Overlay:
        directory, members = str(overlay.directory), [*map(str, closure.members)]
        texts = overlay_texts(closure, overlay)
        concerns = build_may_concern(closure, overlay)
        if concerns or not texts_may_deploy(texts, is_pulled=True):
            return _Overlay(directory, frozenset(members), concerns, may_lead=False)
        leads = may_lead(closure)
        # what is handed on reaches releases of any file
        files = by_file if hands_on(closure) else [each for each in members if each in by_file]
        changed = (release for file in files for release in by_file[file])
        makes = any(self._makes(release, texts) for release in changed)
        return _Overlay(directory, frozenset(members), makes, leads)

    def _makes(self, release: Release, texts: Iterable[bytes]) -> bool:
        """Whether a pod could come of the chart that a release deploys with what an overlay's texts make of that."""
        chart = self._chart(release)
        if chart is None:
            return False
        found = self._words.texts(self._real(str(chart)))
        given = [*texts, *given_texts((), (), release.given)]
        return found is None or may_make(ChartTexts(found.templates, [*found.data, *given]))

    def _chart(self, release: Release) -> Path | None:
        """The chart that a release deploys, of this repository or of those that were pulled."""
        where = release.deploys
        if isinstance(where, Elsewhere):
            return self._brought(where)
        return where if isinstance(where, Path) and os.path.isfile(where / CHART) else None

    def _brings(self, where: Elsewhere) -> bool:
        chart = self._brought(where)
        return chart is not None and _may_matter(self._words, str(chart))


def charts_that_matter(sources: Iterable[Source], words: ChartWords) -> Iterator[str]:
    """The directories of charts that could make one of the words, or releases by themselves: what cannot be read wholly
    may be anything.
    """
    for source in (each for each in sources if each.kind == "chart"):
        if _may_matter(words, source.file):
            yield source.file


def _may_matter(words: ChartWords, chart: str) -> bool:
    return words.say_release(chart) or words.may_make(chart)
