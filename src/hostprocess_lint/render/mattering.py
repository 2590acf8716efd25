"""Which directories hold something that could be a HostProcess pod, or a release that deploys such a directory.

Most releases deploy what cannot, and what makes those need not be built: they are read as they are written.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from ..sources.charts.chart import Packed
from ..sources.charts.relevance import ChartTexts, may_make
from ..sources.landmarks import CHART
from ..sources.overlays.closure import Closure
from ..sources.paths import lies_in
from ..sources.releases.firstlook import texts_may_deploy
from ..sources.releases.inchart import chart_texts, says_release
from ..sources.releases.release import Elsewhere, Release, Unknowable
from ..sources.source import Source
from .helm.profiles.relevant import given_texts
from .kustomize.overlay import may_fill_in

# What changes where a release leads to, though no object in a file says it.
_LED_ELSEWHERE = re.compile(
    rb"replacements|\bvars\b|/spec/(?:path|chart|source|values|template|generators)|chartContent"
)
_PUT_TOGETHER = ("${", "{{", "$(")
_VARIABLE = b"${"


class Mattering:
    """The directories below a root that matter, and those above them. `written` are the releases as files say them.

    `texts_of` gives what a chart is rendered from, or nothing where that cannot be read wholly.
    """

    def __init__(
        self,
        root: str,
        directories: Iterable[str],
        written: Iterable[Release | Unknowable],
        texts_of: Callable[[str], ChartTexts | None],
    ) -> None:
        self._real = cache(os.path.realpath)  # asked for the same paths again and again
        self._texts_of = cache(texts_of)
        self._root = os.path.join(self._real(root), "")
        self._seen: set[str] = set()
        self._files: set[str] = set()
        """The files with releases that deploy what matters."""
        self._written = [each for each in written if isinstance(each, Release)]
        self._by_file: dict[str, list[Release]] = {}
        for release in self._written:
            self._by_file.setdefault(self._real(release.location.path), []).append(release)
        self._closures: dict[str, Closure] = {}
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
        self._closures.update((self._real(directory), closure) for directory, closure in left)
        known = -1
        while known != len(self._seen) + len(self._files):
            known = len(self._seen) + len(self._files)
            for release in filter(self.deploys, self._written):
                file = self._real(release.location.path)
                self._files.add(file)
                self._add(os.path.dirname(file))
            matter = [self._matters(*each) for each in left]
            for (directory, _), does in zip(left, matter, strict=True):
                if does:
                    self._add(directory)
            left = [each for each, does in zip(left, matter, strict=True) if not does]

    def _matters(self, directory: str, closure: Closure) -> bool:
        members = [*map(str, closure.members)]
        if closure.may_concern or not self._files.isdisjoint(members):
            return True
        texts = [*closure.texts(), *self._filled_in(self._real(directory))]
        if not texts_may_deploy(texts, is_pulled=True):
            return False
        if any(map(_LED_ELSEWHERE.search, texts)) or self._names_what_matters(texts):
            return True
        return any(self._makes(each, texts) for file in members for each in self._by_file.get(file, ()))

    def _filled_in(self, directory: str) -> Iterator[bytes]:
        """The values of the variables that what deploys a directory replaces in it."""
        for release in self._written:
            where = release.deploys if release.customized and release.customized.substitute else None
            if isinstance(where, Path) and release.customized and lies_in(directory, self._real(str(where))):
                values = (each.value for each in release.customized.substitute)
                yield from (value.encode("utf-8", "surrogatepass") for value in values)

    def _names_what_matters(self, texts: Iterable[bytes]) -> bool:
        """Whether texts may lead a release to what matters, which a patch does by its path."""
        whole = b"\n".join(texts)
        names = (os.path.basename(each) for each in self._seen if each.startswith(self._root))
        return any(os.fsencode(name) in whole for name in names)

    def _makes(self, release: Release, texts: Iterable[bytes]) -> bool:
        """Whether a pod could come of what a release deploys with what an overlay's texts make of that release."""
        where = str(release.deploys) if isinstance(release.deploys, Path) else ""
        given = [*texts, *given_texts((), (), release.given)]
        if os.path.isfile(os.path.join(where, CHART)):
            found = self._texts_of(self._real(where))
            return found is None or may_make(ChartTexts(found.templates, [*found.data, *given]))
        closure = self._closures.get(self._real(where)) if where else None
        if closure is None:
            return False
        whole = [*closure.texts(), *given]
        return any(_VARIABLE in each for each in closure.texts()) and may_fill_in(b"\n".join(whole))

    def _add(self, directory: str) -> None:
        directory = self._real(directory)
        self._seen.add(directory)
        while directory.startswith(self._root):
            self._seen.add(directory)
            directory = os.path.dirname(directory)


def charts_that_matter(
    sources: Iterable[Source], texts_of: Callable[[str], ChartTexts | None] = chart_texts
) -> Iterator[str]:
    """The directories of charts that could make one of the words, or releases by themselves: what cannot be read wholly
    may be anything.
    """
    for source in (each for each in sources if each.kind == "chart"):
        texts = texts_of(source.file)
        if texts is None or says_release(texts) or may_make(texts):
            yield source.file
