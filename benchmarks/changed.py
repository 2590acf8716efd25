"""What a change costs in a repository of 50 charts and 50 overlays, against the least that could be done.

Usage: python benchmarks/changed.py [TIMES]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

TIMES = 7
COUNT = 50
DAEMON_SET = """\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
spec:
  template:
    spec:
      hostNetwork: true
      nodeSelector: {kubernetes.io/os: windows}
      securityContext:
        windowsOptions:
          hostProcess: true
          runAsUserName: ACCOUNT
      containers:
      - name: agent
        image: agent:1
"""
ACCOUNT = "NT AUTHORITY\\SYSTEM"


def fill(root: Path) -> None:
    """Templates and bases are all called agent.yaml, so that names alone do not tell them apart."""
    files = {"README.md": "# Read me\n"}
    for number in range(COUNT):
        chart, overlay = f"charts/c{number:02}", f"kustomize/k{number:02}"
        files[f"{chart}/Chart.yaml"] = f"apiVersion: v2\nname: c{number:02}\nversion: 0.1.0\n"
        files[f"{chart}/values.yaml"] = f"account: {ACCOUNT}\n"
        files[f"{chart}/templates/agent.yaml"] = DAEMON_SET.replace("ACCOUNT", "{{ .Values.account }}")
        files[f"{overlay}/base/kustomization.yaml"] = "resources: [agent.yaml]\n"
        files[f"{overlay}/base/agent.yaml"] = DAEMON_SET.replace("ACCOUNT", ACCOUNT)
        files[f"{overlay}/production/kustomization.yaml"] = "resources: [../base]\nnamePrefix: production-\n"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)


def best(root: Path, times: int, *arguments: str) -> float:
    """The shortest of some runs of Python, in milliseconds."""
    durations = []
    for _ in range(times):
        started = time.perf_counter()
        done = subprocess.run([sys.executable, *arguments], cwd=root, capture_output=True, check=False)
        durations.append(time.perf_counter() - started)
        if done.returncode:
            raise SystemExit(f"{arguments}: {done.returncode}\n{done.stdout.decode()}{done.stderr.decode()}")
    return min(durations) * 1000


def main(times: int) -> None:
    scan = ("-m", "hostprocess_lint", "scan")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        fill(root)
        alone = best(root, times, *scan, "charts/c07/Chart.yaml")
        template = best(root, times, *scan, "--changed", "charts/c07/templates/agent.yaml")
        yaml = best(root, times, "-c", "import yaml")
        readme = best(root, times, *scan, "--changed", "README.md")
    print(
        f"one chart alone {alone:7.1f} ms; its template changed {template:7.1f} ms; ratio {template / alone:.2f} (<= 2)"
    )
    print(f"import yaml     {yaml:7.1f} ms; a README changed     {readme:7.1f} ms; ratio {readme / yaml:.2f} (<= 3)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else TIMES)
