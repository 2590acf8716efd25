"""Which files have changed: only git knows what it compares with."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from ..errors import UsageError
from ..limits import FILE_BYTES
from .git import commit, contents, merge_base, names, run

_DIFF = ("diff", "--name-only", "--no-renames", "--no-relative", "--no-ext-diff", "--no-textconv", "-z")
_AT_ONCE = 200
"""Paths on one command line."""


def since(revision: str, root: str) -> list[str]:
    """The files below a repository's root, there or not, that differ from where a revision and HEAD parted.

    What is not committed yet counts, new files that are not ignored as well. A renamed file counts under both names.
    Of a submodule git says only that it has changed: then each of its files may have. Raises UsageError.
    """
    base = merge_base(revision, "HEAD", root)
    found = [*names(root, *_DIFF, base, "--"), *names(root, "ls-files", "--others", "--exclude-standard", "-z", "--")]
    paths = (os.path.join(root, name) for name in dict.fromkeys(found))
    return [file for path in paths for file in _files(path)]


def _files(path: str) -> Iterator[str]:
    """A file itself, there or not; of a directory all files in it."""
    if not os.path.isdir(path) or os.path.islink(path):
        yield path
        return
    for folder, folders, inside in os.walk(path):
        folders[:] = sorted(name for name in folders if name != ".git")
        yield from (os.path.join(folder, name) for name in sorted(inside) if name != ".git")


def deleted(root: str) -> list[str]:
    """The files that a commit takes away or renames, which pre-commit does not hand over. Raises UsageError.

    That is what the index lacks of HEAD; where pre-commit compares two revisions, it says so in the environment.
    """
    before, after = _compared()
    if before and after:
        compared = [merge_base(before, after, root), commit(after, root)]
    elif _has_no_commit(root):
        return []  # the first commit takes nothing away
    else:
        compared = ["--cached", "HEAD"]
    return [os.path.join(root, name) for name in names(root, *_DIFF, "--diff-filter=D", *compared, "--")]


def held_before(files: Sequence[str], revision: str | None, root: str) -> Iterator[tuple[str, bytes | None]]:
    """What some files held in the commit that a change is compared with: None where that is not known.

    That is where the revision and HEAD parted; without one, what `deleted` compares with, and nothing where there is no
    such commit. Raises UsageError.
    """
    base = _base(revision, root) if files else None
    if base is None:
        yield from ((file, b"") for file in files)
        return
    inside = {file: _inside(file, root) for file in files}
    stored = dict(_stored(base, sorted({path for path in inside.values() if not path.startswith("../")}), root))
    with contents(root) as content:
        for file, path in inside.items():
            if path not in stored:
                yield file, b""
            else:
                name, size = stored[path]
                yield file, content(name) if size <= FILE_BYTES else None


def _stored(base: str, paths: Sequence[str], root: str) -> Iterator[tuple[str, tuple[str, int]]]:
    """The hashes and sizes of files, by their paths in the repository."""
    for start in range(0, len(paths), _AT_ONCE):
        asked = paths[start : start + _AT_ONCE]
        for line in names(root, "ls-tree", "-l", "-z", "--full-tree", base, "--", *asked):
            head, _, path = line.partition("\t")
            _mode, _kind, name, size = head.split()
            if size.isdecimal():
                yield path, (name, int(size))


def _base(revision: str | None, root: str) -> str | None:
    if revision is not None:
        return merge_base(revision, "HEAD", root)
    before, after = _compared()
    if before and after:
        return merge_base(before, after, root)
    try:
        return None if _has_no_commit(root) else "HEAD"
    except UsageError:  # files that are named need no git
        return None


def _compared() -> tuple[str | None, str | None]:
    """The two revisions that pre-commit compares, if it does."""
    return os.environ.get("PRE_COMMIT_FROM_REF"), os.environ.get("PRE_COMMIT_TO_REF")


def _has_no_commit(root: str) -> bool:
    return run(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").returncode != 0


def _inside(file: str, root: str) -> str:
    path = os.path.join(os.path.realpath(os.path.dirname(file)), os.path.basename(file))
    return os.path.relpath(path, root).replace(os.sep, "/")
