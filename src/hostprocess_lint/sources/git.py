"""Asks git about a repository: the one place beside `render/` and `verify.py` that starts a process.

Nothing of the repository runs: no hook, no monitor, no filter, no external diff, and nothing is fetched.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..errors import UsageError

_SECONDS = 60
_KEPT = ("GIT_INDEX_FILE", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
"""What a hook has to pass on: `git commit FILE` works on an index of its own. The rest of `GIT_*` could redirect us."""

_NO_CODE = ("core.hooksPath=/dev/null", "core.fsmonitor=false", "diff.external=", "core.quotePath=false")


def names_from_git(root: str, *arguments: str) -> list[str]:
    """The names that git answers with, which end with a zero byte each. Raises UsageError."""
    done = run_git(root, *arguments)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(f"git {arguments[0]} failed in {root}: {said[-1] if said else done.returncode}")
    return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]


def merge_base(revision: str, other: str, root: str) -> str:
    """The commit in which two revisions parted. Raises UsageError."""
    commits = (commit(revision, root), commit(other, root))
    done = run_git(root, "merge-base", *commits)
    if done.returncode:
        raise UsageError(
            f"{revision!r} and {other} have no common commit here: a shallow clone lacks it; fetch the whole history"
        )
    return done.stdout.decode().strip()


def commit(revision: str, root: str) -> str:
    """A revision's hash. `--end-of-options` keeps one that begins with a dash from being an option."""
    done = run_git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    if done.returncode and said:  # a revision is refused in silence
        raise UsageError(f"git does not answer in {root}: {said[0]}{_because(said[0], root)}")
    if done.returncode:
        raise UsageError(f"git knows no revision {revision!r} in {root}: name a commit, branch or tag that is fetched")
    return done.stdout.decode().split()[-1]


def _because(said: str, root: str) -> str:
    """What to do about some of what git refuses, for which its own advice is on further lines."""
    if "dubious ownership" in said:
        return f": run `git config --global --add safe.directory {shlex.quote(root)}`, if you trust it"
    return ": start in the repository, or name a path in it" if "not a git repository" in said else ""


def run_git(root: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            _line(root, *arguments),
            cwd=root,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git cannot be run in {root}: {error}") from None


@contextmanager
def object_contents(root: str) -> Iterator[Callable[[str], bytes | None]]:
    """Gives the content of an object by its hash, as it is stored, or None where it is missing."""
    try:
        process = subprocess.Popen(
            _line(root, "cat-file", "--batch"),
            cwd=root,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise UsageError(f"git cannot be run in {root}: {error}") from None
    asked, answers = process.stdin, process.stdout
    assert asked is not None
    assert answers is not None

    def content(name: str) -> bytes | None:
        try:
            asked.write(name.encode() + b"\n")
            asked.flush()
            head = answers.readline().split()
            if len(head) != 3:
                return None
            found = answers.read(int(head[2]))
            answers.read(1)
        except (OSError, ValueError) as error:
            raise UsageError(f"git cat-file failed in {root}: {error}") from None
        return found

    try:
        yield content
    finally:
        process.kill()
        process.communicate()


def _line(root: str, *arguments: str) -> list[str]:
    options = [part for setting in _NO_CODE for part in ("-c", setting)]
    return [_program(root), "--no-pager", "--no-replace-objects", "--literal-pathspecs", *options, *arguments]


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _KEPT}
    asks_nobody = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    # Older gits do not know the former, and fetch an object that a partial clone lacks; by no protocol they cannot.
    return {**kept, **asks_nobody, "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": ""}


def _program(root: str) -> str:
    """By its whole path: Windows looks for a bare name in the working directory first, and PATH may name that."""
    from pathlib import Path

    from ..programs import on_path

    found = next(on_path(("git",), Path(root)), None)
    if found is None:
        raise UsageError("there is no git on PATH outside of the repository: install it, or name files with --changed")
    return str(found)
