"""What a path lies in."""

from __future__ import annotations

from typing import Generic, TypeVar

Segments = tuple[str, ...]
"""A path on the system drive, cut at its separators, in lower case; another drive's letter is the first of them."""

Kept = TypeVar("Kept")


class Folders(Generic[Kept]):
    """Directories, or files, and what is kept with each."""

    def __init__(self) -> None:
        self._kept: dict[Segments, Kept] = {}
        self._depth = 0  # of the deepest: a path of thousands of segments is asked for that many only

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, path: Segments, what: Kept) -> None:
        """What came last stays. The root itself, which everything lies in, is none."""
        if path:
            self._kept[path] = what
            self._depth = max(self._depth, len(path))

    def nearest(self, path: Segments) -> tuple[Segments, Kept] | None:
        """The innermost that is this path or holds it."""
        sizes = range(min(len(path), self._depth), 0, -1)
        return next(((path[:size], self._kept[path[:size]]) for size in sizes if path[:size] in self._kept), None)
