"""Where reports go: whole or not at all, through no link, and with a sentence where they cannot go."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from scanning import POD, environment, run, write

from hostprocess_lint.doors.files import write_whole
from hostprocess_lint.errors import UsageError

POSIX = pytest.mark.skipif(os.name != "posix", reason="these streams and links are POSIX's")
FULL = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")


def shell(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A command line in which `lint` is ours; what reaches neither stream comes out as `code N`."""
    script = f'lint() {{ "{sys.executable}" -m hostprocess_lint "$@"; }}; {command}; echo "code $?"'
    return subprocess.run(["sh", "-c", script], cwd=cwd, env=environment(), capture_output=True, text=True, check=False)


@POSIX
@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        pytest.param("lint scan pod.yaml >/dev/full", 2, "cannot be written: No space left on device", marks=FULL),
        pytest.param("lint rules >/dev/full", 2, "cannot be written: No space left on device", marks=FULL),
        pytest.param("lint --help >/dev/full", 2, "cannot be written: No space left on device", marks=FULL),
        pytest.param("lint inventory pod.yaml >/dev/full", 2, "cannot be written: No space left", marks=FULL),
        ("lint scan pod.yaml >&-", 2, "standard output is closed: write to a file with `--output FILE`"),
        ("lint scan pod.yaml --report json=- >&-", 2, "standard output is closed"),
        ("lint scan - <&- 2>/dev/null", 3, "standard input is closed"),
        ("lint scan pod.yaml --output out.txt >&-", 0, ""),
        ("lint scan pod.yaml 2>&-", 0, "note[HPC401]"),
        ("lint scan pod.yaml --fail-on note 2>&- | cat >/dev/null", 0, ""),
        ("lint explain nothing 2>&-", 2, ""),
        pytest.param("lint explain nothing 2>/dev/full", 2, "", marks=FULL),
        pytest.param("lint explane HPC101 2>/dev/full", 2, "", marks=FULL),
        ("lint scan pod.yaml --output no/out.txt >&- 2>&-", 2, ""),
    ],
)
def test_a_stream_that_is_closed_or_full(command: str, code: int, said: str, tmp_path: Path) -> None:
    write(tmp_path, {"pod.yaml": POD})
    done = shell(command, tmp_path)
    assert done.stdout.endswith(f"code {code}\n"), done
    assert said in done.stdout + done.stderr
    assert "fault of hostprocess-lint" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_report_replaces_what_is_there_and_keeps_the_usual_rights(tmp_path: Path) -> None:
    file = tmp_path / "out"
    file.write_bytes(b"before")
    write_whole(str(file), b"after")
    assert (file.read_bytes(), os.listdir(tmp_path)) == (b"after", ["out"])
    if os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        assert file.stat().st_mode & 0o777 == 0o666 & ~mask


@POSIX
@pytest.mark.parametrize("planted", ["out", "out.{}.part"])
def test_a_link_is_not_written_through(planted: str, tmp_path: Path) -> None:
    """The name of the new file, which once held the number of the process, cannot be guessed."""
    write(tmp_path, {"outside": "precious", "tree/pod.yaml": POD})
    for number in range(os.getpid(), os.getpid() + 500) if "{}" in planted else (0,):
        (tmp_path / "tree" / planted.format(number)).symlink_to(tmp_path / "outside")
    done = run("scan", "pod.yaml", "--output", "out", cwd=tmp_path / "tree")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "outside").read_text() == "precious"
    assert not (tmp_path / "tree" / "out").is_symlink()


@POSIX
@pytest.mark.parametrize("option", ["--output", "--write-baseline", "--report"])
def test_a_directory_that_leads_out_is_refused(option: str, tmp_path: Path) -> None:
    write(tmp_path, {"outside/a": "", "tree/pod.yaml": POD, "tree/kept/a": ""})
    (tmp_path / "tree" / "reports").symlink_to(tmp_path / "outside")
    (tmp_path / "tree" / "inside").symlink_to("kept")
    given = "json={}" if option == "--report" else "{}"
    done = run("scan", "pod.yaml", option, given.format("reports/deep/../out"), cwd=tmp_path / "tree")
    assert done.returncode == 2
    assert "a symbolic link on the way leads out of" in done.stderr
    assert os.listdir(tmp_path / "outside") == ["a"]
    assert run("scan", "pod.yaml", option, given.format("inside/out"), cwd=tmp_path / "tree").returncode == 0
    assert (tmp_path / "tree" / "kept" / "out").is_file()
    elsewhere = tmp_path / "outside" / "out"  # nothing of the tree is on that way
    assert run("scan", "pod.yaml", option, given.format(elsewhere), cwd=tmp_path / "tree").returncode == 0


@POSIX
def test_standard_output_by_its_name(tmp_path: Path) -> None:
    write(tmp_path, {"pod.yaml": POD})
    for command in ("lint scan pod.yaml --output /dev/stdout | cat", "lint scan pod.yaml --output /dev/stdout > file"):
        done = shell(command, tmp_path)
        text = (tmp_path / "file").read_text() if "file" in command else done.stdout
        assert "note[HPC401]" in text, done
    assert not [name for name in os.listdir("/dev") if name.endswith(".part")]


@POSIX
def test_a_link_to_a_device_is_a_link(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("/dev/null")
    write_whole(str(tmp_path / "out"), b"x")
    assert not (tmp_path / "out").is_symlink()
    write_whole(os.devnull, b"x")
    assert not os.path.isfile(os.devnull)


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(UsageError, match=r"out: the report cannot be written"):
        write_whole(str(tmp_path / "out"), b"x")
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize(
    ("variables", "colored"),
    [({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False), ({"FORCE_COLOR": ""}, False)],
)
def test_color_is_forced_by_the_usual_variable(variables: dict[str, str], colored: bool, tmp_path: Path) -> None:
    write(tmp_path, {"pod.yaml": POD})
    command = [sys.executable, "-m", "hostprocess_lint", "scan", "pod.yaml"]
    changed = environment(**{"NO_COLOR": "", **variables})
    done = subprocess.run(command, cwd=tmp_path, env=changed, capture_output=True, text=True, check=True)
    assert ("\x1b[" in done.stdout) is colored


@POSIX
@pytest.mark.parametrize("command", ["scan pod.yaml --format json", "rules", "--help", "explain HPC101"])
def test_that_nobody_reads_on_is_no_wrong_usage(command: str, tmp_path: Path) -> None:
    """A shell says 141 of a program that SIGPIPE ends: 128 and the number of the signal."""
    write(tmp_path, {"pod.yaml": POD})
    reading, writing = os.pipe()
    os.close(reading)
    line = [sys.executable, "-m", "hostprocess_lint", *command.split()]
    done = subprocess.run(
        line, cwd=tmp_path, env=environment(), stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")
