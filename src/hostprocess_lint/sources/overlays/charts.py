"""The charts that a kustomization inflates, `helmCharts`: where they lie, and which values files they are given.

As Kustomize's own inflator reads the fields
(https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/builtins/HelmChartInflationGenerator.go).
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from ...documents.firstlook import may_hold_pods
from ...documents.nodes import MappingNode, Node, ScalarNode
from ...finding import Level
from ...limits import SOURCE_FILES
from ...location import Route
from ...outcome import OUTSIDE
from ..charts.dependencies import pulled
from ..landmarks import CHART
from ..paths import display
from .kustomization import Kustomization, RefusedError, folded
from .nodes import child, items, scalar_entries, string

OLDER = {
    "name": "chartName",
    "version": "chartVersion",
    "repo": "chartRepoUrl",
    "valuesFile": "values",
    "valuesInline": "valuesLocal",
}
"""How `helmChartInflationGenerator` calls the fields of an entry of `helmCharts`, which Kustomize makes of it (its
`SplitHelmParameters`, https://github.com/kubernetes-sigs/kustomize/blob/master/api/types/helmchartargs.go).
"""


class ChartEntry(NamedTuple):
    """An entry that inflates a chart: in which list and where in it, and how that list calls the fields."""

    listed: str
    number: int
    written: Node
    older: Mapping[str, str]

    @property
    def node(self) -> Node:
        """It in the words of `helmCharts`."""
        return _renamed(self.written, self.older)


def chart_entries(tree: Node) -> Iterator[ChartEntry]:
    """What a kustomization inflates, in the order of its lists."""
    for key, value in scalar_entries(tree):
        name = folded(key.value)
        if name in ("helmcharts", "helmchartinflationgenerator"):
            older = OLDER if name == "helmchartinflationgenerator" else {}
            for index, node in enumerate(items(value)):
                yield ChartEntry(key.value, index, node, older)


def _renamed(node: Node, older: Mapping[str, str]) -> Node:
    if not older or not isinstance(node, MappingNode):
        return node
    names = {old: new for new, old in older.items()}
    pairs: list[tuple[Node, Node]] = [
        (ScalarNode(names[key.value], key.style, key.start, key.end), value)
        if isinstance(key, ScalarNode) and key.value in names
        else (key, value)
        for key, value in node.pairs
    ]
    return MappingNode(pairs, node.start, node.end, node.tag, node.anchored)


def _home(tree: Node) -> str:
    """Where charts lie: the older list says it at an entry, and its last word counts where `helmGlobals` is not."""
    if (said := child(tree, "helmGlobals")) is not None:
        return string(said, "chartHome") or "charts"
    homes = [string(each.written, "chartHome") for each in chart_entries(tree) if each.older]
    return next(filter(None, reversed(homes)), "charts")


def local_chart(
    kustomization: Kustomization, entry: Node, inside: Callable[[Path, str], Path], charts: Path | None
) -> Path:
    """The chart of an entry, in the repository or among those that were pulled; raises `RefusedError` where it is not.

    What was pulled lies in a folder named after chart and version, what the author wrote in one named after the chart.
    """
    name, repo, version = (string(entry, field) for field in ("name", "repo", "version"))
    home = _home(kustomization.tree)
    for folder in (f"{name}-{version}/{name}", f"{name}-{version}", name):
        path = kustomization.path.parent / home / folder
        if name and (path / CHART).is_file():
            return inside(path, f"{home}/{folder}")
    found = pulled(name, version, charts) if charts and name and repo else None
    if found:
        return Path(os.path.realpath(found))
    if not repo:
        raise RefusedError(f"the chart {name[:200]!r} is not there", hint=f"put it into {home!r}, or name its `repo`")
    folder = os.path.normpath(kustomization.path.parent / home)
    own = kustomization.text[entry.start : entry.end].encode("utf-8", "surrogatepass")
    asked = f" --version {shlex.quote(version)}" if version else ""
    chart = shlex.quote(name) if not repo.startswith("oci://") else shlex.quote(f"{repo.rstrip('/')}/{name}")
    where = "" if repo.startswith("oci://") else f" --repo {shlex.quote(repo)}"
    raise RefusedError(
        f"the chart {name[:200]!r} is not in this repository, and nothing is downloaded",
        OUTSIDE,
        f"`helm pull {chart}{where}{asked} --untar --untardir {shlex.quote(display(folder))}`",
        Level.WARNING if may_hold_pods(own) else None,
    )


def inflated_from(tree: Node) -> Iterator[str]:
    """The paths from which charts may be inflated, there or not: the values files, and each folder that may be one."""
    for entry in (each.node for each in chart_entries(tree)):
        yield from (scalar.value for _, scalar in named_values_files(entry))
        name, version = string(entry, "name"), string(entry, "version")
        if name:
            yield from (f"{_home(tree)}/{folder}" for folder in (name, f"{name}-{version}"))


def named_values_files(entry: Node) -> Iterator[tuple[Route, ScalarNode]]:
    """The values files of an entry in the order in which Helm is given them, and the ways to them in the entry."""
    own = child(entry, "valuesFile")
    if isinstance(own, ScalarNode):
        yield ("valuesFile",), own
    for index, item in enumerate(items(child(entry, "additionalValuesFiles"))):
        if isinstance(item, ScalarNode):
            yield ("additionalValuesFiles", index), item


def files_of_plugin(plugin: Node, directory: Path, root: Path) -> Iterator[Path]:
    """What the plugin `HelmChartInflationGenerator` would read below the root: its chart and values files."""
    name, home = string(plugin, "name"), string(plugin, "chartHome") or "charts"
    values = [scalar.value for _, scalar in named_values_files(plugin)]
    if any("\0" in each for each in (name, home, *values)):  # no system takes such a name
        return
    chart = Path(os.path.realpath(directory / home / name))
    inside = chart.rglob("*") if name and chart.is_relative_to(root) and (chart / CHART).is_file() else ()
    files = (Path(os.path.realpath(directory / each)) for each in values)
    for path in islice(chain(files, inside), SOURCE_FILES):
        if path.resolve().is_relative_to(root) and path.is_file():
            yield path
