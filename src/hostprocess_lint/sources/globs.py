"""Path patterns as in `.gitignore`: which paths a configuration speaks of."""

from __future__ import annotations

import os
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple


class Globs(NamedTuple):
    """Some patterns, and the directory that they are relative to.

    `*` and `?` stay within a name, `**` stands for any number of directories. A pattern without a `/` before its end
    matches a name at any depth, and what covers a directory covers everything below it.
    """

    patterns: tuple[tuple[str, ...], ...]
    base: str

    def covers(self, path: str) -> bool:
        """Whether a path, as reports show it, is meant."""
        below = os.path.relpath(path, self.base).replace(os.sep, "/")
        names = () if below == "." else tuple(below.split("/"))
        return names[:1] != ("..",) and any(_covers(pattern, names) for pattern in self.patterns)


def globs(patterns: Iterable[str], base: str) -> Globs:
    return Globs(tuple(_steps(pattern) for pattern in patterns), os.path.abspath(base))


def _steps(pattern: str) -> tuple[str, ...]:
    names = tuple(name for name in pattern.split("/") if name not in ("", "."))
    anchored = "/" in pattern.rstrip("/")
    return names if anchored else ("**", *names)


def _covers(pattern: tuple[str, ...], names: tuple[str, ...]) -> bool:
    """Follows all ways through the pattern at once: trying one after the other takes exponential time."""
    at = _with_skipped(pattern, {0})
    for name in names:
        if len(pattern) in at:
            return True
        at = _with_skipped(
            pattern,
            {
                step if pattern[step] == "**" else step + 1
                for step in at
                if pattern[step] == "**" or fnmatchcase(name, pattern[step])
            },
        )
    return len(pattern) in at


def _with_skipped(pattern: tuple[str, ...], at: set[int]) -> set[int]:
    """The positions in a pattern, and those behind each `**`, which may stand for nothing."""
    found = set(at)
    for step in sorted(at):
        while step < len(pattern) and pattern[step] == "**":
            step += 1
            found.add(step)
    return found
