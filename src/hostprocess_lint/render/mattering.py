"""Which directories hold something that could be a HostProcess pod, or a release that deploys such a directory.

Most releases deploy what cannot, and what makes those need not be built: they are read as they are written.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from ..sources.charts.chart import Packed
from ..sources.charts.relevance import may_make
from ..sources.overlays.closure import Closure
from ..sources.releases.firstlook import texts_may_deploy
from ..sources.releases.inchart import chart_texts, says_release
from ..sources.releases.release import Elsewhere, Release, Unknowable
from ..sources.source import Source

# What changes where a release leads to, though no object in a file says it.
_LED_ELSEWHERE = re.compile(
    rb"replacements|\bvars\b|/spec/(?:path|chart|source|values|template|generators)|chartContent"
)
_PUT_TOGETHER = ("${", "{{", "$(")


class Mattering:
    """The directories below a root that matter, and those above them. `written` are the releases as files say them."""

    def __init__(self, root: str, directories: Iterable[str], written: Iterable[Release | Unknowable]) -> None:
        self._real = cache(os.path.realpath)  # asked for the same paths again and again
        self._root = os.path.join(self._real(root), "")
        self._seen: set[str] = set()
        self._files: set[str] = set()
        """The files with releases that deploy what matters."""
        self._written = [each for each in written if isinstance(each, Release)]
        for directory in directories:
            self._add(directory)

    def holds(self, directory: str) -> bool:
        """Whether there is something that matters at or below a directory."""
        return self._real(directory) in self._seen

    def deploys(self, release: object) -> bool:
        """Whether a release deploys something that matters, as far as that can be told."""
        where = release.deploys if isinstance(release, Release) else None
        if isinstance(where, Elsewhere):
            return any(sign in where.what for sign in _PUT_TOGETHER)
        return isinstance(where, Packed) or (where is not None and self.holds(str(where)))

    def grow(self, overlays: Iterable[tuple[str, Closure]]) -> None:
        """Adds the overlays that matter, by their directories, and the files whose releases lead to one, and so on."""
        left = list(overlays)
        known = -1
        while known != len(self._seen) + len(self._files):
            known = len(self._seen) + len(self._files)
            for release in filter(self.deploys, self._written):
                file = self._real(release.location.path)
                self._files.add(file)
                self._add(os.path.dirname(file))
            matter = [self._matters(closure) for _, closure in left]
            for (directory, _), does in zip(left, matter, strict=True):
                if does:
                    self._add(directory)
            left = [each for each, does in zip(left, matter, strict=True) if not does]

    def _matters(self, closure: Closure) -> bool:
        if closure.may_concern or not self._files.isdisjoint(map(str, closure.members)):
            return True
        return any(map(_LED_ELSEWHERE.search, closure.texts())) and texts_may_deploy(closure.texts(), is_pulled=True)

    def _add(self, directory: str) -> None:
        directory = self._real(directory)
        self._seen.add(directory)
        while directory.startswith(self._root):
            self._seen.add(directory)
            directory = os.path.dirname(directory)


def charts_that_matter(sources: Iterable[Source], pulled: Path | None = None) -> Iterator[str]:
    """The directories of charts that could make one of the words, or releases by themselves: what cannot be read wholly
    may be anything.
    """
    for source in (each for each in sources if each.kind == "chart"):
        texts = chart_texts(source.file, (), pulled)
        if texts is None or says_release(texts) or may_make(texts):
            yield source.file
