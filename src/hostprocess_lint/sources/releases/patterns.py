"""The files and directories that a tool's pattern means, found in bounded time."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import translate
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from ...limits import GIVEN_ENTRIES
from ..globs import prefixes
from .repository import Repository

_MOST_ENTRIES = 50_000
_MOST_IN_ALL = 500_000
_MOST_FOUND = 1_000
_MOST_STEPS = 100

TOO_MUCH = "a pattern that means more than can be looked at: the rest is not read"
"""Why there is no more of a pattern, or of a list of them."""


class Matches(NamedTuple):
    """What a pattern means, found among so many `looked_at`; `is_all` is False where there may be more than that."""

    paths: list[Path]
    is_all: bool = True
    looked_at: int = 0


_Entry = TypeVar("_Entry")


def of_each(entries: Iterable[_Entry], means: Callable[[_Entry], Matches]) -> Iterator[tuple[_Entry, Matches]]:
    """What each of some entries means, as long as all of them together can be looked at."""
    looked_at = 0
    for number, entry in enumerate(entries):
        if number == GIVEN_ENTRIES or looked_at > _MOST_IN_ALL:
            yield entry, Matches([], is_all=False)
            return
        found = means(entry)
        looked_at += found.looked_at
        yield entry, found


def is_pattern(name: str) -> bool:
    return any(sign in name for sign in "*?[")


def in_git(pattern: str, root: Path) -> Matches:
    """The files that `git ls-files` finds by a pattern: there `*` stands for any characters, `/` among them, and the
    name of a directory for all that is in it.
    """
    steps = [step for step in pattern.split("/") if step not in ("", ".")]
    if ".." in steps or not steps:
        return Matches([])
    fixed = next((index for index, step in enumerate(steps) if is_pattern(step)), len(steps))
    top = root.joinpath(*steps[:fixed])
    if fixed == len(steps) and top.is_file():
        return Matches([top] if _is_in(top, root) else [])
    expression = re.compile(translate(re.sub(r"\*+", "*", "/".join(steps[fixed:])) or "*"))
    return _found(top, lambda name: expression.fullmatch(name) is not None) if _is_in(top, root) else Matches([])


def matching(pattern: str, base: Path, *, directories: bool = False, deep: bool = True) -> Matches:
    """What lies below a directory and has a name of that pattern, in the order of the names.

    `*` and `?` stay within a name, and `**` stands for any number of directories where that is `deep`, as in
    doublestar, which Argo CD uses for values files; Go's `path.Match`, for the directories of a generator, is not.
    Links are not followed, and what git keeps is not looked at.
    """
    steps = [step for step in pattern.split("/") if step not in ("", ".")]
    if ".." in steps or not steps:
        return Matches([])
    fixed = next((index for index, step in enumerate(steps) if is_pattern(step)), len(steps) - 1)
    top = base.joinpath(*steps[:fixed])
    wanted = tuple(steps[fixed:] if deep else (re.sub(r"\*+", "*", step) for step in steps[fixed:]))
    if wanted[-1] == "**":
        wanted = (*wanted, "*")  # what is in a directory, and not the directory
    if len(wanted) > _MOST_STEPS:
        return Matches([], is_all=False)
    deepest = None if "**" in wanted else len(wanted)
    means = partial(_is_whole, wanted)
    return _found(top, means, directories, deepest) if _is_in(top, base) else Matches([])


def paths_meant(name: str, base: Path, repository: Repository) -> Matches:
    """What a name or a pattern means from a directory, which may lead up from it; nothing out of the repository."""
    steps = name.split("/")
    fixed = next((index for index, step in enumerate(steps) if is_pattern(step)), None)
    if fixed is None:
        found = repository.path(name, base)
        return Matches([found] if found else [])
    above = "/".join(steps[:fixed])
    top = repository.path(above or ("/" if fixed else "."), base)
    return matching("/".join(steps[fixed:]), top) if top else Matches([])


def _is_whole(steps: tuple[str, ...], name: str) -> bool:
    names = tuple(name.split("/"))
    return len(names) in prefixes(steps, names)


def _is_in(path: Path, base: Path) -> bool:
    """Whether no link leads a path out of a directory."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(base))


def _found(top: Path, means: Callable[[str], bool], directories: bool = False, deepest: int | None = None) -> Matches:
    found: list[Path] = []
    number = 0
    for number, (path, is_directory) in enumerate(_below(top, deepest), 1):
        if number > _MOST_ENTRIES or len(found) > _MOST_FOUND:
            return Matches(sorted(found[:_MOST_FOUND]), False, number)
        if is_directory is directories and means(os.path.relpath(path, top).replace(os.sep, "/")):
            found.append(path)
    return Matches(sorted(found[:_MOST_FOUND]), len(found) <= _MOST_FOUND, number)


def _below(top: Path, deepest: int | None) -> Iterator[tuple[Path, bool]]:
    """The entries below a directory, so many names deep, and whether each is one itself."""
    pending = [(top, 1)]
    while pending:
        directory, depth = pending.pop()
        try:
            with os.scandir(directory) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.is_symlink():
                continue
            is_directory = entry.is_dir(follow_symlinks=False)
            if is_directory and entry.name != ".git" and depth != deepest:
                pending.append((Path(entry.path), depth + 1))
            yield Path(entry.path), is_directory
