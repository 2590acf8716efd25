"""What an overlay costs against a plain build by the same engine: scanned, and with its first finding located.

`python benchmarks/overlay_cost.py ROOT [RUNS]`: builds every kustomization below ROOT that builds at all.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from hostprocess_lint.location import Part, Span
from hostprocess_lint.render.kustomize.engine.kustomize import find_engine
from hostprocess_lint.render.kustomize.overlay import KustomizeOptions, build_overlay
from hostprocess_lint.render.kustomize.reader import OverlayInput, Reader
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.sources.overlays.kustomization import NAMES


def main(root: Path, runs: int) -> None:
    engine = find_engine(None, root)
    if engine is None:
        sys.exit("no engine")
    scanned, located = [], []
    for directory in sorted({path.parent for name in NAMES for path in root.rglob(name)}):
        overlay = OverlayInput(directory, str(directory.relative_to(root)), root, lambda path: path.as_posix())
        command = [*engine.command, str(directory)]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            plain = fastest(partial(subprocess.run, command, capture_output=True, check=True), runs)
            scanned.append(fastest(partial(scan, overlay, locate=False), runs) / plain)
            located.append(fastest(partial(scan, overlay, locate=True), runs) / plain)
    for name, ratios in ("scanned", scanned), ("located", located):
        print(f"{name}: median {statistics.median(ratios):.2f}, worst {max(ratios):.2f} of {len(ratios)} overlays")


def scan(overlay: OverlayInput, locate: bool) -> None:
    read = Reader(overlay)
    for result in build_overlay(overlay, read(), KustomizeOptions(), read):
        if locate and isinstance(result, Rendered):
            result.provenance.locate(0, ("kind",), Part.PAIR, Span(0, 0))


def fastest(call: Callable[[], object], runs: int) -> float:
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return min(times)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 3)
