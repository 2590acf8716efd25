"""Which files have changed: only git knows what it compares with."""

from __future__ import annotations

import os

from .git import commit, merge_base, names, run

_DIFF = ("diff", "--name-only", "--no-renames", "--no-relative", "--no-ext-diff", "--no-textconv", "-z")


def since(revision: str, root: str) -> list[str]:
    """The files below a repository's root, there or not, that differ from where a revision and HEAD parted.

    What is not committed yet counts, new files that are not ignored as well. A renamed file counts under both names.
    Raises UsageError.
    """
    base = merge_base(revision, "HEAD", root)
    found = [*names(root, *_DIFF, base, "--"), *names(root, "ls-files", "--others", "--exclude-standard", "-z", "--")]
    return [os.path.join(root, name) for name in dict.fromkeys(found)]


def deleted(root: str) -> list[str]:
    """The files that a commit takes away or renames, which pre-commit does not hand over. Raises UsageError.

    That is what the index lacks of HEAD; where pre-commit compares two revisions, it says so in the environment.
    """
    before, after = os.environ.get("PRE_COMMIT_FROM_REF"), os.environ.get("PRE_COMMIT_TO_REF")
    if before and after:
        compared = [merge_base(before, after, root), commit(after, root)]
    elif run(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").returncode:
        return []  # the first commit takes nothing away
    else:
        compared = ["--cached", "HEAD"]
    return [os.path.join(root, name) for name in names(root, *_DIFF, "--diff-filter=D", *compared, "--")]
