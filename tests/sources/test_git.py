"""What git is asked stays on this machine, whichever version of it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hostprocess_lint.sources.git import object_contents

IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@example.com")


def git(*arguments: str, cwd: Path) -> str:
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def partial_clone(tmp_path: Path) -> Path:
    """A clone without the content that a file had in the first of two commits."""
    above = tmp_path / "above"
    above.mkdir()
    git("init", "-q", cwd=above)
    git("config", "uploadpack.allowFilter", "true", cwd=above)
    for text in ("first", "second"):
        (above / "a.yaml").write_text(text)
        git("add", ".", cwd=above)
        git(*IDENTITY, "commit", "-qm", text, cwd=above)
    git("clone", "-q", "--filter=blob:none", above.as_uri(), "clone", cwd=tmp_path)
    return tmp_path / "clone"


@pytest.mark.skipif(os.name != "posix", reason="the older git is a script")
@pytest.mark.parametrize("older", [False, True])
def test_nothing_is_fetched(older: bool, partial_clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = git("rev-parse", "HEAD~1:a.yaml", cwd=partial_clone)
    if older:
        program = partial_clone.parent / "bin" / "git"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nunset GIT_NO_LAZY_FETCH\nexec "{shutil.which("git")}" "$@"\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    with object_contents(str(partial_clone)) as content:
        assert content(name) is None
    assert git("cat-file", "blob", name, cwd=partial_clone) == "first"  # which fetches it
    with object_contents(str(partial_clone)) as content:
        assert content(name) == b"first"
