"""Charts for tests: written from a mapping of names to texts, rendered by the real engine, asked about by route."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import scanning
import yaml

from hostprocess_lint.location import Part, Route, Span, Trace
from hostprocess_lint.outcome import Skipped
from hostprocess_lint.render.helm.engine.contract import Engine, Installation, Rendering, Values
from hostprocess_lint.render.helm.engine.worker import HelmWorker
from hostprocess_lint.render.helm.profiles.profiles import HelmOptions
from hostprocess_lint.render.helm.rendering import render_chart
from hostprocess_lint.rendered import Rendered
from hostprocess_lint.sources.charts.archive import Package
from hostprocess_lint.sources.charts.chart import ChartInput

CHART = "apiVersion: v2\nname: agent\nversion: 0.1.0\n"
DAEMON_SET = """\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
spec:
  template:
    spec:
      hostNetwork: true
      securityContext:
        windowsOptions:
          hostProcess: true
          runAsUserName: NT AUTHORITY\\SYSTEM
      containers:
      - name: agent
        image: agent:1
"""
POD: Route = ("spec", "template", "spec")
HOST_PROCESS: Route = (*POD, "securityContext", "windowsOptions", "hostProcess")
ACCOUNT: Route = (*POD, "securityContext", "windowsOptions", "runAsUserName")
HOST_NETWORK: Route = (*POD, "hostNetwork")
IMAGE: Route = (*POD, "containers", 0, "image")


class CountingWorker(HelmWorker):
    """How often charts are rendered."""

    renders = 0

    def render(self, package: Package, values: Values, installation: Installation) -> Rendering:
        self.renders += 1
        return super().render(package, values, installation)


def write(directory: Path, files: Mapping[str, str]) -> Path:
    """Write a chart; one without a Chart.yaml gets one."""
    return scanning.write(directory, {"Chart.yaml": CHART, **files})


def scan(
    chart: Path, engine: Engine, options: HelmOptions | None = None, root: Path | None = None
) -> tuple[list[Rendered], list[Skipped]]:
    """Everything a chart renders to, and everything that was left out; paths are shown relative to the root."""
    top = root or chart.parent

    def display(path: Path) -> str:
        return path.relative_to(top).as_posix()

    found = list(render_chart(ChartInput(chart, display(chart), top), [options or HelmOptions()], engine, display))
    return [each for each in found if isinstance(each, Rendered)], [each for each in found if isinstance(each, Skipped)]


def entries(text: str) -> Iterator[tuple[int, Route, Span, Span]]:
    """Every entry of rendered text: its document, route, span, and the span of its value alone."""
    for document, root in enumerate(yaml.compose_all(text, Loader=yaml.CSafeLoader)):
        pending: list[tuple[Route, Any]] = [((), root)]
        while pending:
            route, node = pending.pop()
            children: list[tuple[str | int, Any, Any]] = []
            if isinstance(node, yaml.MappingNode):
                children = [(key.value, key, value) for key, value in node.value]
            elif isinstance(node, yaml.SequenceNode):
                children = [(index, item, item) for index, item in enumerate(node.value)]
            for name, key, value in children:
                start, end = key.start_mark.index, value.end_mark.index
                yield document, (*route, name), Span(start, end), Span(value.start_mark.index, end)
                pending.append(((*route, name), value))


def locate(rendered: Rendered, route: Route, part: Part = Part.PAIR, document: int = 0) -> Trace:
    """The trace of a place in rendered text, asked for as the engine asks."""
    for number, here, pair, value in entries(rendered.text.text):
        if (number, here) == (document, route):
            key = Span(pair.start, pair.start + len(str(route[-1])))
            span = {Part.PAIR: pair, Part.VALUE: value, Part.KEY: key}[part]
            return rendered.provenance.locate(document, route, part, span)
    raise AssertionError(f"{route} is not in the rendered text")


def shown(trace: Trace) -> tuple[str, int, str, str]:
    """A trace's location in short: path, line, text, precision."""
    place = trace.location
    return place.path, place.start[0], place.file.text[slice(*place.span)], place.precision.value


def chain(trace: Trace) -> list[tuple[str, str, int]]:
    """A trace's chain in short: label, path, line."""
    return [(related.label, related.location.path, related.location.start[0]) for related in trace.chain]


def host_process_pods(text: str) -> int:
    """How many pods of some rendered text say `hostProcess: true`, for the pod or for a container."""
    count = 0
    for document in yaml.load_all(text, Loader=yaml.CSafeLoader):
        pending = [document]
        while pending:
            value = pending.pop()
            if isinstance(value, dict):
                if isinstance(value.get("containers"), list):
                    count += says_true(value)
                    continue
                pending.extend(value.values())
            elif isinstance(value, list):
                pending.extend(value)
    return count


def says_true(value: Any) -> bool:
    if isinstance(value, dict):
        return value.get("hostProcess") is True or any(says_true(each) for each in value.values())
    return isinstance(value, list) and any(says_true(each) for each in value)
