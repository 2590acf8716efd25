"""A whole repository of overlays, side by side with checkov: `python benchmarks/repository.py [OVERLAYS] [RUNS]`.

Of 90 overlays a dozen are of a HostProcess agent, the others of Linux workloads. Both scan the same tree in turns, the
scanner with all its rules, checkov with its own for Kubernetes manifests and overlays.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LINUX = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - name: {name}
          image: registry.example/{name}:1.0.0
          ports: [{{containerPort: 8080}}]
---
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec:
  selector: {{app: {name}}}
  ports: [{{port: 80, targetPort: 8080}}]
"""
WINDOWS = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: {name}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      hostNetwork: true
      nodeSelector: {{kubernetes.io/os: windows}}
      securityContext:
        windowsOptions: {{hostProcess: true, runAsUserName: NT AUTHORITY\\SYSTEM}}
      containers:
        - name: {name}
          image: registry.example/{name}:1.0.0
"""
ENVIRONMENTS = ("staging", "production")


def plant(root: Path, overlays: int) -> None:
    """Bases with two overlays each; every seventh is the agent's."""
    for number in range(overlays // len(ENVIRONMENTS)):
        name = f"app-{number:02}"
        write(root / name / "base" / "app.yaml", (LINUX if number % 7 else WINDOWS).format(name=name))
        write(root / name / "base" / "kustomization.yaml", "resources: [app.yaml]\n")
        for environment in ENVIRONMENTS:
            text = f"namespace: {environment}\nresources: [../../base]\nlabels: [{{pairs: {{stage: {environment}}}}}]\n"
            write(root / name / "overlays" / environment / "kustomization.yaml", text)


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def seconds(command: list[str]) -> float:
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
    return time.perf_counter() - started


def main(overlays: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plant(Path(folder), overlays)
        scan = [sys.executable, "-m", "hostprocess_lint", "scan", folder]
        checkov = [str(Path(sys.executable).with_name("checkov")), "-d", folder, "--quiet", "--compact"]
        checkov += ["--framework", "kubernetes", "kustomize"]
        pairs = [(seconds(scan), seconds(checkov)) for _ in range(runs)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"{overlays} overlays: {ours:.2f} s, checkov {theirs:.2f} s, ratio {ours / theirs:.3f} (target 0.1)")


if __name__ == "__main__":
    main(*(int(word) for word in (sys.argv[1:] + ["90", "1"][len(sys.argv) - 1 :])))
