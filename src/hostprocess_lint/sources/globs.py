"""Path patterns as in `.gitignore`: which paths a configuration speaks of."""

import os
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

_ESCAPED = r"\\(.)"


class Pattern(NamedTuple):
    """One pattern: what each name on the way has to match, where `**` stands for any number of names."""

    steps: tuple[str, ...]
    negated: bool
    directories_only: bool


class Globs(NamedTuple):
    """Some patterns, and the directory that they are relative to.

    `*` and `?` stay within a name, `**` stands for any number of directories. A pattern without a `/` before its end
    matches a name at any depth, and what covers a directory covers everything below it. The last pattern that matches
    decides; one that begins with `!` says no, but brings back nothing from below a directory that is covered.
    """

    patterns: tuple[Pattern, ...]
    base: str

    def covers(self, path: str) -> bool:
        """Whether a path, as reports show it, is meant."""
        below = os.path.relpath(path, self.base).replace(os.sep, "/")
        names = () if below == "." else tuple(below.split("/"))
        if names[:1] == ("..",):
            return False
        fits = [(pattern, prefixes(pattern.steps, names)) for pattern in reversed(self.patterns)]
        directories = (_means(fits, count) for count in range(1, len(names)))
        return any(directories) or _means(fits, len(names), path)


def globs(patterns: Iterable[str], base: str) -> Globs:
    return Globs(tuple(_pattern(text) for text in patterns), os.path.abspath(base))


def _pattern(text: str) -> Pattern:
    negated = text.startswith("!")
    path = text[1:] if negated else text
    anchored = "/" in path.rstrip("/")
    names = tuple(_name(name) for name in path.split("/") if name not in ("", "."))
    if not anchored:
        names = ("**", *names)
    elif names[-1:] == ("**",):
        names = (*names, "*")  # what is in a directory, and not the directory
    return Pattern(names, negated, path.endswith("/") and path.strip("/.") != "")


def _name(name: str) -> str:
    """A name's pattern as `fnmatch` writes it, which knows no backslash and no `[^…]`."""
    if name == "**":
        return name
    return re.sub(_ESCAPED, lambda match: f"[{match[1]}]" if match[1] in "*?[" else match[1], name).replace("[^", "[!")


def _means(fits: Iterable[tuple[Pattern, set[int]]], count: int, file: str | None = None) -> bool:
    """Whether the last pattern that matches so many names of a path says so: the first here.

    They are a directory's, but for a `file`, which is to be asked whether it is one.
    """
    for pattern, prefixes in fits:
        if count in prefixes and (file is None or not pattern.directories_only or os.path.isdir(file)):
            return not pattern.negated
    return False


def prefixes(pattern: tuple[str, ...], names: tuple[str, ...]) -> set[int]:
    """How many of some names, from the first on, a pattern matches.

    Follows all ways through the pattern at once, and goes over the names once: trying one after the other takes
    exponential time.
    """
    at = _with_skipped(pattern, {0})
    found = {0} if len(pattern) in at else set()
    for count, name in enumerate(names, 1):
        at = _with_skipped(
            pattern,
            {
                step if pattern[step] == "**" else step + 1
                for step in at
                if step < len(pattern) and (pattern[step] == "**" or fnmatchcase(name, pattern[step]))
            },
        )
        if len(pattern) in at:
            found.add(count)
        elif not at:
            break
    return found


def _with_skipped(pattern: tuple[str, ...], at: set[int]) -> set[int]:
    """The positions in a pattern, and those behind each `**`, which may stand for nothing."""
    found = set(at)
    for step in sorted(at):
        while step < len(pattern) and pattern[step] == "**":
            step += 1
            found.add(step)
    return found
