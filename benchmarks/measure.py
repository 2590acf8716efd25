"""What a scan costs, as ratios to programs that everybody has: `python benchmarks/measure.py`.

Runs that are compared take turns, so that a busy machine slows both; medians are printed.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("HOSTPROCESS_LINT_SHARED", ROOT.parent / "shared"))
MANIFEST = ROOT / "examples" / "plain" / "missing-host-network.yaml"
BACKGROUND = SHARED / "corpus" / "background"
CASES = SHARED / "conformance" / "cases.yaml"
SCAN = (sys.executable, "-m", "hostprocess_lint", "scan")
RENDERED = ("Chart.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization", "*.tgz")


def run(command: Sequence[str]) -> tuple[float, float, float]:
    """Wall time, user time and peak memory (MiB) of one run; the user time is its children's, too."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    before, start = os.times(), time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode not in (0, 1, 3):
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return wall, os.times().children_user - before.children_user, usage.ru_maxrss / unit


def compare(label: str, ours: Sequence[str], theirs: Sequence[str], target: str, times: int) -> None:
    pairs = [(run(ours)[0], run(theirs)[0]) for _ in range(times)]
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"{label:48} {mine * 1000:7.0f} ms {other * 1000:7.0f} ms {mine / other:6.2f}  {target}", flush=True)


def main() -> None:
    print(f"{'':48} {'ours':>10} {'theirs':>10} {'ratio':>6}  target")
    compare("one manifest / import yaml", (*SCAN, str(MANIFEST)), (sys.executable, "-c", "import yaml"), "≤ 3", 15)
    if not SHARED.is_dir():
        raise SystemExit(f"{SHARED} is not there: the rest is measured on its corpus")
    grep = ("grep", "-rl", "hostProcess")
    with tempfile.TemporaryDirectory() as plain:
        copy = Path(plain) / "background"
        shutil.copytree(BACKGROUND, copy, ignore=shutil.ignore_patterns(*RENDERED), symlinks=True)
        compare("background, no charts or overlays / grep -rl", (*SCAN, plain), (*grep, plain), "≤ 5", 5)
    background = str(BACKGROUND)
    compare("background --select HPC1 / grep -rl", (*SCAN, "--select", "HPC1", background), (*grep, background), "", 1)
    compare("background / grep -rl", (*SCAN, background), (*grep, background), "≤ 5", 1)
    documents = CASES.read_text(encoding="utf-8").count("\n---\n") + 1
    base = statistics.median(run((*SCAN, str(MANIFEST)))[1] for _ in range(5))
    costs = [run((*SCAN, "--format", "json", str(CASES))) for _ in range(3)]
    user = statistics.median(cost[1] for cost in costs)
    print(f"{documents:,} documents: {user:.2f} s of user time, {documents / user:,.0f} a second (target 3,000);")
    print(f"  without the start-up of {base:.2f} s: {documents / (user - base):,.0f} a second")
    print(f"peak memory: {max(cost[2] for cost in costs):.0f} MiB")


if __name__ == "__main__":
    main()
