"""The scanner as a function of text: what most tests ask."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import hostprocess_lint
from hostprocess_lint.finding import Origin
from hostprocess_lint.judge.judging import judge
from hostprocess_lint.outcome import Passed, Scan, Skipped
from hostprocess_lint.render.manifest import Itself
from hostprocess_lint.render.manifests import read_manifests
from hostprocess_lint.render.options import RenderOptions
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.context import Context
from hostprocess_lint.sourcefile import SourceFile
from hostprocess_lint.sources.source import Source

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path(hostprocess_lint.__file__).parent
"""What is tested: the package of this tree, or an installed one where the tree has no source."""

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: agent
  namespace: ops
spec:
  hostNetwork: true
  automountServiceAccountToken: false
  nodeSelector: {kubernetes.io/os: windows}
  securityContext:
    windowsOptions:
      hostProcess: true
      runAsUserName: 'NT AUTHORITY\\SYSTEM'
  containers:
    - name: agent
      image: registry.example/ops/agent:1.0.0
      resources: {limits: {memory: 1Gi}}
"""
"""A pod with one finding: HPC401."""


RULE = """\
id: ACME001
name: foreign-registry
title: Image is not ours
level: error
for: host-process-container
select: $.image
require: {matches: '^registry\\.example/'}
label: not ours
hint: use ours
"""
"""A policy of somebody's own, which `POD` keeps to."""


def shared() -> Path:
    """The conformance cases and the corpus, data of other projects that lies beside the repository (or nowhere)."""
    return Path(os.environ.get("HOSTPROCESS_LINT_SHARED", ROOT.parent / "shared"))


def scan_text(text: str, context: Context | None = None) -> Scan:
    """Judges one manifest by every rule."""
    return judge([manifest(text, "manifest.yaml")], builtin, context or Context())


def manifest(text: str, path: str = "pod.yaml") -> Rendered:
    """A manifest of that text, as if it had been named and read."""
    file = SourceFile(path, text)
    return Rendered(Origin("manifest", path), file, Itself(file), from_cluster=True)


def write(root: Path, files: Mapping[str, str]) -> Path:
    """A directory with some files, by their paths in it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return root


def environment(**changes: str) -> dict[str, str]:
    """Variables with which a process finds the package that is tested, whatever else is installed."""
    return {**os.environ, "PYTHONPATH": str(PACKAGE.parent), "PYTHONIOENCODING": "utf-8", **changes}


def run(
    *arguments: str | Path, cwd: Path | None = None, stdin: bytes = b"", **changes: str
) -> subprocess.CompletedProcess[str]:
    """Runs the command line of this tree in a process of its own."""
    command = [sys.executable, "-m", "hostprocess_lint", *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, env=environment(**changes), check=False)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def seconds(prepare: Callable[[], Callable[[], object]]) -> float:
    """The processor's time for what is prepared, in seconds: the shortest of three, with the collector off."""
    gc.collect()
    gc.disable()
    try:
        return min(_seconds(prepare()) for _ in range(3))
    finally:
        gc.enable()


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def report(*paths: str | Path, cwd: Path | None = None) -> dict[str, Any]:
    """The JSON report over some paths."""
    found: dict[str, Any] = json.loads(run("scan", "--format", "json", *paths, cwd=cwd).stdout)
    return found


def as_read(source: Source) -> Rendered | Skipped | Passed:
    """What becomes of a manifest by itself."""
    return read_manifests([source], RenderOptions()).texts[0]
