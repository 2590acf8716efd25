"""Symbolic links: followed to what is in the repository, told where they leave it, passed over where that is scanned
anyway.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from .installed import is_installed
from .landmarks import CHART, CONFIGURATION, KUSTOMIZATIONS, MANIFEST_SUFFIXES, is_packaged, is_searched
from .paths import boundary, display, lies_in, shown_child

NOWHERE = "a symbolic link that leads nowhere"
OUTSIDE = "a symbolic link out of the repository, not followed"


class Links:
    """The links of one search below a root, in a scan of the paths that are `given`."""

    def __init__(self, root: str, excluded: Callable[[str], bool], given: Sequence[str] = ()) -> None:
        self.root = root
        self._given = given
        self._excluded = excluded
        self._followed: set[str] = set()

    @cached_property
    def _real_root(self) -> str:
        return os.path.realpath(self.root)

    @cached_property
    def _boundary(self) -> str:
        return boundary(self.root, self._given)

    def refused(self, link: str) -> str | None:
        """Why a link is not followed."""
        target = os.path.realpath(link)
        if not os.path.exists(target):
            return NOWHERE
        return None if lies_in(target, self._boundary) else OUTSIDE

    def follow(self, link: str) -> bool:
        """Follows a link to a directory, and says whether it did: not twice, nor to what is looked at in its place."""
        target = os.path.realpath(link)
        if target in self._followed or (lies_in(target, self._real_root) and self._is_searched(target)):
            return False
        self._followed.add(target)
        return True

    def is_known(self, link: str) -> bool:
        """Whether what is behind a link to a file is looked at under its own name."""
        directory, name = os.path.split(os.path.realpath(link))
        own = name not in (CHART, CONFIGURATION, *KUSTOMIZATIONS) and lies_in(directory, self._real_root)
        return own and (name.endswith(MANIFEST_SUFFIXES) or is_packaged(name)) and self._is_searched(directory, name)

    def _is_searched(self, directory: str, name: str = "") -> bool:
        """Whether the search comes to a real directory below the root, or leaves it to the chart around it."""
        at, shown = self._real_root, display(self.root)
        below = os.path.relpath(directory, at)
        for step in () if below == "." else below.split(os.sep):
            is_chart = os.path.isfile(os.path.join(at, CHART))
            at, shown = os.path.join(at, step), shown_child(shown, step)
            if self._excluded(shown) or is_installed(at):
                return False
            if not is_searched(at, is_chart):
                return is_chart
        return not (name and self._excluded(shown_child(shown, name)))


def links_in(chart: str) -> Iterator[tuple[str, str]]:
    """The symbolic links in a chart's directory, and where they lead: it is rendered with what is there."""
    for directory, folders, files in os.walk(chart):
        for path in (os.path.join(directory, name) for name in (*folders, *files)):
            if os.path.islink(path):
                yield path, os.path.realpath(path)
