"""What a shell offers at Tab: asked of real shells, at a terminal of their own."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scanning import RULE, environment, run

LINES = [
    ("hostprocess-lint exp", "explain"),
    ("hostprocess-lint explain missing-host-n", "missing-host-network"),
    ("hostprocess-lint explain HPC31", "HPC31"),  # of which there are several
    ("hostprocess-lint explain foreign-r", "foreign-registry"),  # a rule of the directory
    ("hostprocess-lint scan --select HPC101,system-a", "HPC101,system-account"),
    ("hostprocess-lint scan --fail-on no", "note"),
    ("hostprocess-lint scan --format js", "json"),
    ("hostprocess-lint scan --report sari", "sarif="),
    ("hostprocess-lint review --format mark", "markdown"),
    ("hostprocess-lint scan --write-b", "--write-baseline"),
    ("hostprocess-lint scan --baseline kno", "known.json"),
    ("hostprocess-lint scan kno", "known.json"),
]
NOTHING = [
    "hostprocess-lint kno",
    "hostprocess-lint rules kno",
    "hostprocess-lint rules --format kno",
    "hostprocess-lint explain kno",
    "hostprocess-lint explain HPC101 kno",
    "hostprocess-lint completion kno",
    "hostprocess-lint checkov-plugin kno",
    "hostprocess-lint scan --kubernetes-version kno",
    "hostprocess-lint scan --fail-on kno",
]
"""Where no file is meant, though there is one that begins so."""
STARTS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
}
LOADS = {
    "bash": 'PS1=; eval "$(hostprocess-lint completion bash)"',
    "zsh": 'PS1=; autoload -U compinit && compinit -u -D; eval "$(hostprocess-lint completion zsh)"',
}


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With a rule of its own and a file, and the command on PATH."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/rule.yaml").write_text(RULE)
    (tmp_path / ".hostprocess-lint.yaml").write_text("policies: [rules]\n")
    (tmp_path / "known.json").write_text("{}")
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    return tmp_path


def at_a_terminal(shell: str, typed: str, directory: Path) -> str:
    """What the line is after Tab. Its words are echoed, from the beginning of the line on."""
    main, other = pty.openpty()
    settings = {**environment(), "PATH": os.environ["PATH"], "TERM": "dumb", "HOME": str(directory)}
    process = subprocess.Popen(
        STARTS[shell], stdin=other, stdout=other, stderr=other, cwd=directory, env=settings, start_new_session=True
    )
    os.close(other)
    try:
        os.write(main, f"{LOADS[shell]}; echo lo''aded\r".encode())
        until(main, "loaded")
        os.write(main, f"{typed}\t\x01echo li''ne '<\x05>'\r".encode())
        return until(main, "line <([^>]*)>")[1]
    finally:
        process.kill()
        process.wait()
        os.close(main)


def until(terminal: int, pattern: str) -> re.Match[str]:
    """Where a terminal shows that."""
    shown, deadline = "", time.monotonic() + 60
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 65536).decode(errors="replace")
        if found := re.search(pattern, shown):
            return found
    raise AssertionError(f"{pattern!r} is not in {shown!r}")


@pytest.mark.parametrize(("typed", "completed"), LINES)
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_completes(shell: str, typed: str, completed: str, directory: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    line = at_a_terminal(shell, typed, directory)
    assert line.split()[-1].rstrip("/") == completed.split()[-1]


def offered_by_fish(typed: str, directory: Path) -> list[str]:
    """What fish would complete a line with."""
    (directory / "completion.fish").write_text(run("completion", "fish").stdout)
    asked = ["fish", "--no-config", "-c", 'source completion.fish; complete -C "$argv[1]"', typed]
    done = subprocess.run(asked, capture_output=True, text=True, cwd=directory, check=True)
    return [line.partition("\t")[0] for line in done.stdout.splitlines()]


@pytest.mark.parametrize(("typed", "completed"), LINES)
def test_fish_completes(typed: str, completed: str, directory: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("there is no fish")
    offered = offered_by_fish(typed, directory)
    assert offered and all(each.startswith(completed) for each in offered)


@pytest.mark.parametrize("typed", NOTHING)
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_offers_no_file_where_none_is_meant(shell: str, typed: str, directory: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    assert at_a_terminal(shell, typed, directory) == typed


@pytest.mark.parametrize("typed", NOTHING)
def test_fish_offers_no_file_where_none_is_meant(typed: str, directory: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("there is no fish")
    assert "known.json" not in offered_by_fish(typed, directory)


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_knows_a_value_behind_an_equals_sign(shell: str, directory: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    lines = [("scan --format=sar", "--format=sarif"), ("scan --report sarif=kno", "sarif=known.json")]
    for typed, completed in lines:
        assert at_a_terminal(shell, f"hostprocess-lint {typed}", directory).split()[-1] == completed
