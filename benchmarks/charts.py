"""What the scan of a chart costs, against plain renders by Helm's library in the same process.

Usage: python benchmarks/charts.py CHARTS [TIMES]; CHARTS is searched for charts as a scan does.

A scan renders every profile of a chart, proves the lines of its findings and judges the pods. `plain` loads and renders
the chart once with its defaults; `alike` as often, and with the same values, as the scan has profiles.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import helm_python

from hostprocess_lint.judge.judging import judge
from hostprocess_lint.render.helm.engine.engines import HelmEngines
from hostprocess_lint.render.helm.engine.worker import HelmWorker
from hostprocess_lint.render.helm.profiles.profiles import HelmOptions, combined, profiles
from hostprocess_lint.render.helm.rendering import render_chart
from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.context import Context
from hostprocess_lint.sources.charts.chart import ChartInput, read_chart
from hostprocess_lint.sources.discovery import discover
from hostprocess_lint.sources.paths import boundary, display
from hostprocess_lint.sources.source import Source


def plain(chart: str, values: dict[str, Any] | None = None) -> int:
    """Load and render in this process, as little as can be done."""
    with helm_python.Chart.load(chart) as loaded:
        return len(loaded.render(values or {}))


def scanned(source: Source, engine: HelmWorker | HelmEngines) -> Any:
    chart = ChartInput(Path(os.path.abspath(source.file)), source.path, Path(boundary(source.file)))
    texts = render_chart(chart, [HelmOptions()], engine, lambda path: display(str(path)))
    return judge(texts, builtin, Context())


def given(source: Source, engine: HelmWorker, found: Any) -> list[dict[str, Any]]:
    """The values of each profile; what was switched on renders about as long as the defaults."""
    chart = read_chart(ChartInput(Path(os.path.abspath(source.file)), source.path, Path(boundary(source.file))))
    known = [combined(profile.layers(engine)) for profile in profiles(chart, HelmOptions())]
    named = {name for finding in found.findings for name in (finding.source.variant or "").split(", ") if "=" in name}
    return known + [{}] * len(named)


def best(times: int, run: Callable[[], object]) -> float:
    """The shortest of some runs, in milliseconds."""
    durations = []
    for _ in range(times):
        started = time.perf_counter()
        run()
        durations.append(time.perf_counter() - started)
    return min(durations) * 1000


@contextmanager
def started() -> Iterator[HelmWorker]:
    with HelmWorker() as worker:
        worker.values("started: true")
        yield worker


def main(root: str, times: int) -> None:
    charts = [source for source in discover([root], None) if isinstance(source, Source) and source.kind == "chart"]
    builtin()
    print(f"{'chart':32} {'plain ms':>8} {'profiles':>8} {'alike ms':>8} {'scan ms':>8} {'ratio':>6} {'findings':>8}")
    total = [0.0, 0.0]
    ratios = []
    with started() as worker:
        for source in charts:
            name = Path(source.path).name
            found = scanned(source, worker)
            values = given(source, worker, found)
            try:
                alone = best(times, lambda source=source: plain(source.file))  # type: ignore[misc]
                alike = sum(best(times, lambda s=source, v=each: plain(s.file, v)) for each in values)  # type: ignore[misc]
            except helm_python.HelmError as error:
                print(f"{name:32} {type(error).__name__}")
                continue
            ours = best(times, lambda source=source: scanned(source, worker))  # type: ignore[misc]
            total[0], total[1] = total[0] + alike, total[1] + ours
            ratios.append(ours / alike)
            counts = f"{len(values):8} {alike:8.1f} {ours:8.1f} {ours / alike:6.1f} {len(found.findings):8}"
            print(f"{name:32} {alone:8.1f} {counts}")
    print(f"all {total[1] / total[0]:.1f}, median {median(ratios):.1f}, largest {max(ratios):.1f}")
    with HelmWorker() as worker:
        begun = time.perf_counter()
        for index in range(100):
            scanned(charts[index % len(charts)], worker)
        print(f"100 charts: {time.perf_counter() - begun:.1f} s, {worker.starts} worker start")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5)
