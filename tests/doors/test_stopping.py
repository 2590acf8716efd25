"""A run that is told to stop leaves no process and no file, and does so at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from helm_charts import CHART
from scanning import POD, environment, write

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="no /proc to look for processes in")

ENDLESS = '{{- range until 100000 }}{{ range until 100000 }}{{ "" }}{{ end }}{{ end }}hostProcess: true\n'
TREES = {
    "chart": {".git/HEAD": "", "a/Chart.yaml": CHART, "a/templates/a.yaml": ENDLESS},
    "overlay": {".git/HEAD": "", "a/kustomization.yaml": "resources: [pod.yaml]\n", "a/pod.yaml": POD},
}
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
HEARING = """
import os, signal, sys
for name in ("SIGHUP", "SIGINT"):
    signal.signal(getattr(signal, name), signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Starts a command that hears these, though the tests may run under `nohup` or behind a shell's `&`."""


def descendants(process: int) -> set[int]:
    """The processes that a process has started, and those of these."""
    found: set[int] = set()
    for tasks in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, tasks.read_text().split()):
            found |= {child} | descendants(child)
    return found


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
@pytest.mark.parametrize("kind", TREES)
def test_everything_is_gone(kind: str, number: signal.Signals, tmp_path: Path) -> None:
    if kind == "chart" and find_spec("helm_python") is None:
        pytest.skip("Helm's library is not installed")
    root = write(tmp_path / "tree", TREES[kind])
    slow = write(tmp_path, {"bin/kustomize": "#!/bin/sh\nexec /bin/sleep 60\n"}) / "bin" / "kustomize"
    slow.chmod(0o755)
    (tmp_path / "tmp").mkdir()
    command = [sys.executable, "-m", "hostprocess_lint", "scan", ".", "--kustomize", str(slow), "--output", "out"]
    variables = environment(TMPDIR=str(tmp_path / "tmp"))
    started_by = [sys.executable, "-c", HEARING, *command]
    with subprocess.Popen(started_by, cwd=root, env=variables, stderr=subprocess.PIPE, text=True) as scan:
        assert scan.stderr is not None
        until = time.monotonic() + 30
        while not (started := descendants(scan.pid)) and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.5 if kind == "overlay" else 1.5)  # in the midst of it
        assert scan.poll() is None, scan.stderr.read()
        asked = time.monotonic()
        scan.send_signal(number)
        said = scan.stderr.read()
    assert (scan.returncode, said) == (128 + number, "")
    assert time.monotonic() - asked < 15
    assert started
    assert [each for each in started if Path(f"/proc/{each}").exists()] == []
    assert os.listdir(tmp_path / "tmp") == []
    assert not (root / "out").exists()


def test_what_is_ignored_stays_ignored() -> None:
    """As `nohup` wants it."""
    program = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
        "from hostprocess_lint.doors.stopping import stop_on_signals; stop_on_signals();"
        "print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN, signal.getsignal(signal.SIGTERM))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("True <function _stop")
