"""The files of a commit, laid out in a directory of their own: the working tree is not touched."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from ..errors import UsageError
from . import git
from .paths import lies_in

_LONGEST = 64 * 2**20
_ALL = 2 * 2**30
_FORBIDDEN = re.compile(r"(?i)(?:\.git[. ]*|git~\d+|\.{1,2})\Z")
_OF_WINDOWS = re.compile(r'[\\:*?"<>|]')
_CONFIG_BYTES = 2**20
_LINK = "120000"


class CommitEntry(NamedTuple):
    """A file of a commit; `mode` tells links and submodules apart."""

    mode: str
    name: str
    size: int
    path: str


class Laid(NamedTuple):
    """Where the files are, and which of them could not be laid out, with the reason."""

    root: str
    left_out: tuple[tuple[str, str], ...]


@contextmanager
def laid_out(commit: str, root: str) -> Iterator[Laid]:
    """The files of a commit as they are stored: `export-ignore`, `export-subst`, filters and line ends change nothing.

    The directory looks like a repository with the same remotes, so that releases find what they deploy. It goes away
    with the block. Raises UsageError.
    """
    with tempfile.TemporaryDirectory(prefix="hostprocess-lint-", ignore_cleanup_errors=True) as name:
        directory = os.path.realpath(name)
        if lies_in(directory, os.path.realpath(root)):
            raise UsageError("the directory for temporary files lies in the repository: set TMPDIR to another one")
        _pretend(directory, root)
        yield Laid(directory, tuple(_write(commit, root, directory)))


def _pretend(directory: str, root: str) -> None:
    """An empty `.git` ends the search for the root. Its configuration is read by nobody but us, for the remotes."""
    os.mkdir(os.path.join(directory, ".git"))
    try:
        with open(os.path.join(root, ".git", "config"), "rb") as source:
            content = source.read(_CONFIG_BYTES)
    except OSError:  # as in a work tree of its own, which has a file there
        return
    with open(os.path.join(directory, ".git", "config"), "wb") as target:
        target.write(content)


def _write(commit: str, root: str, directory: str) -> Iterator[tuple[str, str]]:
    """Links come last: nothing is ever written through one."""
    entries = sorted(_entries(commit, root), key=lambda entry: entry.mode == _LINK)
    if sum(entry.size for entry in entries if entry.size <= _LONGEST) > _ALL:
        raise UsageError(f"the files of {commit[:12]} are more than {_ALL // 2**30} GiB: compare two reviews instead")
    with git.object_contents(root) as content:
        for entry in entries:
            reason = _refused(entry) or _laid(entry, content(entry.name), directory)
            if reason:
                yield entry.path, reason


def _entries(commit: str, root: str) -> Iterator[CommitEntry]:
    for line in git.names_from_git(root, "ls-tree", "-r", "-l", "-z", "--full-tree", commit):
        head, _, path = line.partition("\t")
        mode, _kind, name, size = head.split()
        yield CommitEntry(mode, name, int(size) if size.isdecimal() else 0, path)


def _refused(entry: CommitEntry) -> str | None:
    parts = entry.path.split("/")
    if entry.mode == "160000":
        return "it is a submodule"
    if any(not part or _FORBIDDEN.match(part) for part in parts) or (
        os.name == "nt" and _OF_WINDOWS.search(entry.path)
    ):
        return "no file can be called that"
    return f"it has more than {_LONGEST // 2**20} MiB" if entry.size > _LONGEST else None


def _laid(entry: CommitEntry, content: bytes | None, directory: str) -> str | None:
    if content is None:
        return "git does not have its content here: fetch the whole history"
    path = os.path.join(directory, *entry.path.split("/"))
    folder = os.path.dirname(path)
    try:
        os.makedirs(folder, exist_ok=True)
        if os.path.realpath(folder) != folder:  # a tree that nobody can have checked out
            return "it lies behind a link"
        if entry.mode == _LINK:
            os.symlink(os.fsdecode(content), path)
        else:
            with open(path, "xb") as file:
                file.write(content)
    except (OSError, ValueError) as error:
        return f"it cannot be written: {error}"
    return None
