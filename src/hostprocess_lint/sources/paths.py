"""Paths: how reports show them, and how far a scan goes."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import TypeVar

Said = TypeVar("Said")


def display(path: str) -> str:
    """A path as reports show it: relative to the working directory where it lies below it, with `/`."""
    absolute = os.path.abspath(path)
    here = os.path.join(os.getcwd(), "")
    shown = absolute[len(here) :] if absolute.startswith(here) else absolute
    return "." if absolute + os.sep == here else shown.replace(os.sep, "/")


def boundary(path: str, given: Iterable[str] = ()) -> str:
    """The directory that a scan of a path never leaves: its repository, else the outermost of the working directory
    around it and those that are around it and another one `given`, else itself.
    """
    directory = _real_directory(path)
    found = repository(directory) or directory
    if _is_kept(found):
        return found
    return min((found, *(top for each in given if each != "-" for top in _around(directory, each))), key=len)


def _around(directory: str, other: str) -> Iterator[str]:
    """The directory around one and another path, unless it is nobody's, or the other lies in a repository."""
    beside = _real_directory(other)
    try:
        found = os.path.commonpath((directory, beside))
        if not (_is_nobodys(found) or (found != beside and _is_kept(repository(beside) or beside))):
            yield found
    except (OSError, ValueError):  # two drives have nothing around them
        return


def far_apart(given: Iterable[str]) -> tuple[str, ...]:
    """Those of some paths that each `boundary` with all of them is found by: of many in one directory two will do."""
    branches: dict[str, set[str]] = {}
    return tuple(path for path in given if path != "-" and _is_farther(_real_directory(path), branches))


def _is_farther(directory: str, branches: dict[str, set[str]]) -> bool:
    """Whether no two of the `branches` already lead elsewhere below a directory around this one; it becomes one then.

    In a repository nothing else counts.
    """
    if _is_kept(repository(directory) or directory):
        return False
    is_farther = False
    try:
        for around, below in pairwise((*reversed(list(upward(directory))), "")):
            known = branches.setdefault(around, set())
            if _is_nobodys(around) or below in known:
                continue
            if len(known) > 1:
                return False
            known.add(below)
            is_farther = True
    except OSError:  # it is not there
        return True
    return is_farther


def _real_directory(path: str) -> str:
    absolute = os.path.realpath(path)
    return absolute if os.path.isdir(absolute) else os.path.dirname(absolute)


def _is_kept(directory: str) -> bool:
    return os.path.exists(os.path.join(directory, ".git"))


def _is_nobodys(directory: str) -> bool:
    """Whether it is the root of the file system, or one for everybody's temporary files."""
    return os.path.dirname(directory) == directory or bool(os.stat(directory).st_mode & stat.S_ISVTX)


def repository(directory: str) -> str | None:
    """The repository that an absolute path lies in as it is written, else the working directory above it.

    The root of the file system is nobody's: a container starts there, and everything would be searched.
    """
    above = directory
    while not _is_kept(above):  # by a file in a work tree
        above, below = os.path.dirname(above), above
        if above == below:
            here = os.getcwd()
            around = (each for each in (here, os.path.realpath(here)) if os.path.dirname(each) != each)
            return next((each for each in around if lies_in(directory, each)), None)
    return above


def files_below(directory: str) -> Iterator[str]:
    """The files at any depth in a directory, in order, but for git's own."""
    for folder, folders, names in os.walk(directory):
        folders[:] = sorted(name for name in folders if name != ".git")
        yield from (os.path.join(folder, name) for name in sorted(names) if name != ".git")


def lies_in(path: str, directory: str) -> bool:
    """Whether a path is a directory or lies below it, by the names alone: where links matter, both are real paths."""
    return os.path.join(path, "").startswith(os.path.join(directory, ""))


def real_paths() -> Callable[[str], str]:
    """`os.path.realpath` for many files of few directories, each of which is asked for once."""
    real_directory = cache(os.path.realpath)

    def real(path: str) -> str:
        directory, name = os.path.split(path)
        if name in ("", ".", "..") or os.path.islink(path):
            return os.path.realpath(path)
        return os.path.join(real_directory(directory or "."), name)

    return real


def upward(path: str) -> Iterator[str]:
    """A path, and the directories that it lies in, the innermost first."""
    inner = None
    while path != inner:
        yield path
        path, inner = os.path.dirname(path), path


def nearest_saying(said: Callable[[str], Said | None]) -> Callable[[str], Said | None]:
    """What a directory says, or else the nearest one above it that says anything; each of them is asked once.

    In a loop: a path may have more folders than Python's stack takes.
    """
    known: dict[str, Said | None] = {}

    def nearest(directory: str) -> Said | None:
        passed = []
        while directory not in known:
            passed.append(directory)
            found, above = said(directory), os.path.dirname(directory)
            if found is not None or above == directory:
                known[directory] = found
            else:
                directory = above
        known.update((each, known[directory]) for each in passed)
        return known[directory]

    return nearest


def in_scope(path: str, paths: Iterable[str]) -> bool:
    """Whether a file or directory is one of those given, or lies below one."""
    absolute = os.path.abspath(path)
    return any(lies_in(absolute, os.path.abspath(given)) for given in paths if given != "-")


def shown_child(parent: str, name: str) -> str:
    """The shown path of what lies in a directory: `display` for each file would take as long as reading it."""
    return name if parent == "." else f"{parent}/{name}"


def unreadable(error: OSError) -> str:
    """An operating system's refusal as a reason."""
    return error.strerror or str(error)


def is_directory(entry: "os.DirEntry[str]") -> bool:
    """Whether an entry is a directory, or a link to one; a link that goes in a circle or has no name is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def is_file(entry: "os.DirEntry[str]") -> bool:
    """Whether an entry is a file, or a link to one, as `is_directory`."""
    try:
        return entry.is_file()
    except OSError:
        return False
