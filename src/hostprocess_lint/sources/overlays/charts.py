"""The charts that a kustomization inflates, `helmCharts`: where they lie, and which values files they are given.

As Kustomize's own inflator reads the fields
(https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/builtins/HelmChartInflationGenerator.go).
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

from ...documents.firstlook import may_hold_pods
from ...documents.nodes import Node, ScalarNode
from ...finding import Level
from ...location import Route
from ...outcome import OUTSIDE
from ..charts.dependencies import pulled
from ..landmarks import CHART
from .kustomization import Kustomization, RefusedError
from .nodes import child, items, string


def local_chart(
    kustomization: Kustomization, entry: Node, inside: Callable[[Path, str], Path], charts: Path | None = None
) -> Path:
    """The chart of an entry, in the repository or among those that were pulled; raises `RefusedError` where it is not.

    What was pulled lies in a folder named after chart and version, what the author wrote in one named after the chart.
    """
    name, repo, version = (string(entry, field) for field in ("name", "repo", "version"))
    home = string(kustomization.tree, "helmGlobals", "chartHome") or "charts"
    for folder in (f"{name}-{version}/{name}", f"{name}-{version}", name):
        path = kustomization.path.parent / home / folder
        if name and (path / CHART).is_file():
            return inside(path, f"{home}/{folder}")
    found = pulled(name, version, charts) if charts and name and repo else None
    if found:
        return Path(os.path.realpath(found))
    if not repo:
        raise RefusedError(f"the chart {name[:200]!r} is not there", hint=f"put it into {home!r}, or name its `repo`")
    own = kustomization.text[entry.start : entry.end].encode("utf-8", "surrogatepass")
    asked = f" --version {shlex.quote(version)}" if version else ""
    chart = shlex.quote(name) if not repo.startswith("oci://") else shlex.quote(f"{repo.rstrip('/')}/{name}")
    where = "" if repo.startswith("oci://") else f" --repo {shlex.quote(repo)}"
    raise RefusedError(
        f"the chart {name[:200]!r} is not in this repository, and nothing is downloaded",
        OUTSIDE,
        f"`helm pull {chart}{where}{asked} --untar --untardir {shlex.quote(home)}`",
        Level.WARNING if may_hold_pods(own) else None,
    )


def named_values_files(entry: Node) -> Iterator[tuple[Route, ScalarNode]]:
    """The values files of an entry in the order in which Helm is given them, and the ways to them in the entry."""
    own = child(entry, "valuesFile")
    if isinstance(own, ScalarNode):
        yield ("valuesFile",), own
    for index, item in enumerate(items(child(entry, "additionalValuesFiles"))):
        if isinstance(item, ScalarNode):
            yield ("additionalValuesFiles", index), item
