"""Asks git which files have changed.

Beside `render/` and `verify.py` the one place that starts a process: only git knows what it compares with.
"""

from __future__ import annotations

import os
import subprocess

from ..errors import UsageError

_SECONDS = 60
_KEPT = ("GIT_INDEX_FILE", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
"""What a hook has to pass on: `git commit FILE` works on an index of its own. The rest of `GIT_*` could redirect us."""

_NO_CODE = ("core.hooksPath=/dev/null", "core.fsmonitor=false", "diff.external=", "core.quotePath=false")
_DIFF = ("diff", "--name-only", "--no-renames", "--no-relative", "--no-ext-diff", "--no-textconv", "-z")


def since(revision: str, root: str) -> list[str]:
    """The files below a repository's root, there or not, that differ from where a revision and HEAD parted.

    What is not committed yet counts, new files that are not ignored as well. A renamed file counts under both names.
    Raises UsageError.
    """
    base = _merge_base(revision, "HEAD", root)
    found = [*_git(root, *_DIFF, base, "--"), *_git(root, "ls-files", "--others", "--exclude-standard", "-z", "--")]
    return [os.path.join(root, name) for name in dict.fromkeys(found)]


def deleted(root: str) -> list[str]:
    """The files that a commit takes away or renames, which pre-commit does not hand over. Raises UsageError.

    That is what the index lacks of HEAD; where pre-commit compares two revisions, it says so in the environment.
    """
    before, after = os.environ.get("PRE_COMMIT_FROM_REF"), os.environ.get("PRE_COMMIT_TO_REF")
    if before and after:
        compared = [_merge_base(before, after, root), _commit(after, root)]
    elif _run(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").returncode:
        return []  # the first commit takes nothing away
    else:
        compared = ["--cached", "HEAD"]
    return [os.path.join(root, name) for name in _git(root, *_DIFF, "--diff-filter=D", *compared, "--")]


def _merge_base(revision: str, other: str, root: str) -> str:
    commits = (_commit(revision, root), _commit(other, root))
    done = _run(root, "merge-base", *commits)
    if done.returncode:
        raise UsageError(
            f"{revision!r} and {other} have no common commit here: a shallow clone lacks it; fetch the whole history"
        )
    return done.stdout.decode().strip()


def _commit(revision: str, root: str) -> str:
    """A revision's hash. `--end-of-options` keeps one that begins with a dash from being an option."""
    done = _run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if done.returncode:
        raise UsageError(f"git knows no revision {revision!r} in {root}: name a commit, branch or tag that is fetched")
    return done.stdout.decode().split()[-1]


def _git(root: str, *arguments: str) -> list[str]:
    """The names that git answers with."""
    done = _run(root, *arguments)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(f"git {arguments[0]} failed in {root}: {said[-1] if said else done.returncode}")
    return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]


def _run(root: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    options = [part for setting in _NO_CODE for part in ("-c", setting)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _KEPT}
    environment.update(GIT_TERMINAL_PROMPT="0", GIT_OPTIONAL_LOCKS="0", GIT_NO_LAZY_FETCH="1", LC_ALL="C")
    try:
        return subprocess.run(
            [_program(root), "--no-pager", *options, *arguments],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git cannot be run in {root}: {error}") from None


def _program(root: str) -> str:
    """By its whole path: Windows looks for a bare name in the working directory first, and PATH may name that."""
    from pathlib import Path

    from ..programs import on_path

    found = next(on_path(("git",), Path(root)), None)
    if found is None:
        raise UsageError("there is no git on PATH outside of the repository: install it, or name files with --changed")
    return str(found)
