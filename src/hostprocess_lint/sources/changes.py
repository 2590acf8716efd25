"""Which files have changed: only git knows what it compares with."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from ..errors import UsageError
from ..limits import FILE_BYTES
from .git import commit, merge_base, names_from_git, object_contents, run_git
from .paths import files_below, lies_in, repository

_DIFF = ("diff", "--name-only", "--no-renames", "--no-relative", "--no-ext-diff", "--no-textconv", "-z")
_FILES = ("100644", "100755", "100664")
"""The modes of files that are no links; the last one is that of early gits."""

_AT_ONCE = 200
"""Paths on one command line."""


def since(revision: str, root: str) -> list[str]:
    """The files below a repository's root, there or not, that differ from where a revision and HEAD parted.

    What is not committed yet counts, new files that are not ignored as well. A renamed file counts under both names.
    Of a submodule git says only that it has changed: then each of its files may have. Raises UsageError.
    """
    base = merge_base(revision, "HEAD", root)
    found = [
        *names_from_git(root, *_DIFF, base, "--"),
        *names_from_git(root, "ls-files", "--others", "--exclude-standard", "-z", "--"),
    ]
    paths = (os.path.join(root, name) for name in dict.fromkeys(found))
    return [file for path in paths for file in _files(path)]


def _files(path: str) -> Iterator[str]:
    """A file itself, there or not; of a directory all files in it."""
    if not os.path.isdir(path) or os.path.islink(path):
        yield path
    else:
        yield from files_below(path)


def deleted(root: str) -> list[str]:
    """The files that a commit takes away or renames, which pre-commit does not hand over. Raises UsageError.

    That is what the index lacks of HEAD; where pre-commit compares two revisions, it says so in the environment.
    """
    before, after = _compared()
    if before and after:
        compared = [merge_base(before, after, root), commit(after, root)]
    elif _asked_for_head(root) != 0:
        return []  # the first commit takes nothing away
    else:
        compared = ["--cached", "HEAD"]
    return [os.path.join(root, name) for name in names_from_git(root, *_DIFF, "--diff-filter=D", *compared, "--")]


def held_before(files: Sequence[str], revision: str | None, root: str) -> Iterator[tuple[str, bytes | None]]:
    """What some files held in the commit that a change is compared with: None where that is not known.

    That is where the revision and HEAD parted; without one, what `deleted` compares with, and nothing where there is no
    such commit; where git does not answer, all is unknown. Of a link or a submodule, and of what lies in one, it is
    never known. Raises UsageError.
    """
    base = _base(revision, root) if files else ""
    if not base:
        yield from ((file, None if base is None else b"") for file in files)
        return
    inside = {file: _inside(file, root) for file in files}
    stored = dict(_stored(base, sorted({path for path in inside.values() if not path.startswith("../")}), root))
    with object_contents(root) as content:
        for file, path in inside.items():
            name = stored.get(path, "")
            yield file, content(name) if name else None if name is None else b""


def _stored(base: str, paths: Sequence[str], root: str) -> Iterator[tuple[str, str | None]]:
    """The hashes of files, by their paths in the repository; None for what is no file, or too large."""
    for start in range(0, len(paths), _AT_ONCE):
        asked = paths[start : start + _AT_ONCE]
        for line in names_from_git(root, "ls-tree", "-l", "-z", "--full-tree", base, "--", *asked):
            head, _, path = line.partition("\t")
            mode, _kind, name, size = head.split()
            is_file = mode in _FILES and size.isdecimal() and int(size) <= FILE_BYTES
            yield path, name if is_file else None


def _base(revision: str | None, root: str) -> str | None:
    """The commit to compare with; empty where there is none, None where git does not answer for a repository."""
    if revision is not None:
        return merge_base(revision, "HEAD", root)
    before, after = _compared()
    if before and after:
        return merge_base(before, after, root)
    if not _is_repository(root):
        return ""
    try:
        answer = _asked_for_head(root)
    except UsageError:  # files that are named need no git
        return None
    return {0: "HEAD", 1: ""}.get(answer)


def _is_repository(root: str) -> bool:
    """Whether git could keep anything there: a file leads to a repository elsewhere, and a directory has objects
    (is_git_directory in git's setup.c).
    """
    own = os.path.join(root, ".git")
    return os.path.isfile(own) or os.path.isdir(os.path.join(own, "objects"))


def _compared() -> tuple[str | None, str | None]:
    """The two revisions that pre-commit compares, if it does."""
    return os.environ.get("PRE_COMMIT_FROM_REF"), os.environ.get("PRE_COMMIT_TO_REF")


def _asked_for_head(root: str) -> int:
    """git's exit code: 0 where there is a commit, 1 where there is none yet, and another where git does not answer."""
    return run_git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").returncode


def _inside(file: str, root: str) -> str:
    """A file's path in the repository; that of the submodule that it lies in, of which nothing else is stored."""
    directory = os.path.realpath(os.path.dirname(file))
    around = repository(directory)
    is_elsewhere = around is not None and around != root and lies_in(around, root)
    path = around if around and is_elsewhere else os.path.join(directory, os.path.basename(file))
    return os.path.relpath(path, root).replace(os.sep, "/")
