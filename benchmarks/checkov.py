"""What the plugin adds to checkov's start-up, and to each resource: `python benchmarks/checkov.py`.

Runs with the plugin and without take turns, so that a busy machine slows both, and processor time is compared.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from hostprocess_lint.doors.verify import plugin

ROOT = Path(__file__).resolve().parent.parent
TURNS = 7
RESOURCES = 1000
RESOURCE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a{}}}\ndata: {{a: b}}\n---\n"
POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: a{}}}
spec:
  hostNetwork: true
  securityContext: {{windowsOptions: {{hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM'}}}}
  containers: [{{name: a, image: b}}]
---
"""
TARGET = 0.15


def seconds(directory: Path, *options: str) -> float:
    """Processor time of one run of checkov, its children's included."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    checkov = shutil.which("checkov", path=path)
    assert checkov is not None, "there is no checkov beside this Python"
    before = os.times()
    arguments = ("-d", str(directory), "--framework", "kubernetes", "--skip-download", "--quiet", *options)
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([checkov, *arguments], env=environ, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr.decode()
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def compared(name: str, text: str) -> tuple[float, float]:
    """The best of some turns without the plugin, and with it."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "manifest.yaml").write_text(text, encoding="utf-8")
        runs = [(seconds(Path(directory)), seconds(Path(directory), *OPTIONS)) for _ in range(TURNS)]
    without, with_it = (min(times) for times in zip(*runs, strict=True))
    print(f"{name:40}  {without:6.2f} s  {with_it:6.2f} s  {with_it / without - 1:+7.1%}")
    return without, with_it


OPTIONS = ("--external-checks-dir", plugin())


def main() -> None:
    print(f"{'':40}  {'without':>8}  {'with':>8}  {'added':>7}")
    without, with_it = compared("start-up, one ConfigMap", RESOURCE.format(0))
    print(f"{'':40}  target: at most {TARGET:.0%}, {'met' if with_it <= (1 + TARGET) * without else 'missed'}")
    compared(f"{RESOURCES:,} ConfigMaps", "".join(RESOURCE.format(number) for number in range(RESOURCES)))
    compared(f"{RESOURCES:,} HostProcess Pods", "".join(POD.format(number) for number in range(RESOURCES)))


if __name__ == "__main__":
    main()
