"""The dependencies that a release of a helmfile adds to its chart.

chartify declares each of them in the chart (`ReadAdhocDependencies` of https://github.com/helmfile/chartify), a local
one by the name of its directory, and Helm takes what has that name and a version that fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...charts.dependencies import Added, says
from ...charts.versions import satisfies
from ..objects import text
from .entry import WrittenRelease
from .state import State

_WHERE = "which changes what is deployed"


def added_dependencies(entry: WrittenRelease, deploys: object, state: State) -> Iterator[Added]:
    """Those that are charts of this repository; any other is told."""
    for said in entry.items("dependencies"):
        chart = text(said.view.data.get("chart"))
        path = state.repository.path(chart, state.directory) if chart else None
        is_chart = path is not None and says(path, "name") == path.name
        if path is None or not is_chart or not (isinstance(deploys, Path) and (deploys / "Chart.yaml").is_file()):
            state.not_known(f"the dependency `{chart}`, {_WHERE}", said.location)
        elif not satisfies(says(path, "version"), text(said.view.data.get("version"))):
            reason = f"the dependency `{chart}` in the version that is asked for, {_WHERE}"
            state.not_known(reason, said.location)
        else:
            yield Added(path, text(said.view.data.get("alias")))
