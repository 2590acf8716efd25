"""What rendering a chart and tracing its HostProcess fields costs, against a plain render by Helm's library.

Usage: python benchmarks/charts.py CHARTS [TIMES]; CHARTS is searched for Chart.yaml files.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import helm_python
import yaml

from hostprocess_lint.finding import Part, Route, Span
from hostprocess_lint.render import Rendered
from hostprocess_lint.render.helm.chart import ChartInput
from hostprocess_lint.render.helm.profiles import HelmOptions
from hostprocess_lint.render.helm.rendering import render_chart
from hostprocess_lint.render.helm.worker import HelmWorker

FIELDS = {"hostProcess", "runAsUserName", "hostNetwork", "image"}


def plain(chart: Path) -> int:
    """Load and render in this process, as little as can be done."""
    with helm_python.Chart.load(chart) as loaded:
        return len(loaded.render())


def traced(chart: Path, root: Path, worker: HelmWorker) -> tuple[int, int]:
    """Render under every profile and trace each field; how many profiles and fields there were."""
    variants: set[str] = set()
    fields = 0
    for each in render_chart(ChartInput(chart, chart.name, root), [HelmOptions()], worker, str):
        if isinstance(each, Rendered):
            variants.update((each.origin.variant or "").split(", "))
            for document, route, span in places(each.text.text):
                each.provenance.locate(document, route, Part.PAIR, span)
                fields += 1
    return len(variants), fields


def places(text: str) -> list[tuple[int, Route, Span]]:
    found = []
    for document, root in enumerate(yaml.compose_all(text, Loader=yaml.CSafeLoader)):
        pending: list[tuple[Route, yaml.Node]] = [((), root)] if root else []
        while pending:
            route, node = pending.pop()
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    if key.value in FIELDS:
                        span = Span(key.start_mark.index, value.end_mark.index)
                        found.append((document, (*route, key.value), span))
                    pending.append(((*route, key.value), value))
            elif isinstance(node, yaml.SequenceNode):
                pending.extend(((*route, index), value) for index, value in enumerate(node.value))
    return found


def best(times: int, run: Callable[[], object]) -> float:
    """The shortest of some runs, in milliseconds."""
    durations = []
    for _ in range(times):
        started = time.perf_counter()
        run()
        durations.append(time.perf_counter() - started)
    return min(durations) * 1000


def main(root: Path, times: int) -> None:
    charts = sorted(file.parent for file in root.rglob("Chart.yaml"))
    print(f"{'chart':32} {'plain ms':>9} {'traced ms':>9} {'ratio':>6} {'profiles':>8} {'fields':>6}")
    with HelmWorker() as worker:
        worker.values("started: true")
        for chart in charts:
            try:
                alone = best(times, lambda chart=chart: plain(chart))  # type: ignore[misc]
            except helm_python.HelmError as error:
                print(f"{chart.name:32} {type(error).__name__}")
                continue
            ours = best(times, lambda chart=chart: traced(chart, root, worker))  # type: ignore[misc]
            profiles, fields = traced(chart, root, worker)
            print(f"{chart.name:32} {alone:9.1f} {ours:9.1f} {ours / alone:6.1f} {profiles:8} {fields:6}")
    many = [charts[index % len(charts)] for index in range(100)]
    started = time.perf_counter()
    with HelmWorker() as worker:
        for chart in many:
            traced(chart, root, worker)
        print(f"100 charts: {time.perf_counter() - started:.1f} s, {worker.starts} worker start")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5)
