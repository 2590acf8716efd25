"""The charts of an overlay, rendered by the Helm that is here, become resources of it.

Kustomize would run Helm itself, which can reach the network and run plugins of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...documents.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ...limits import CHART_SECONDS, GIVEN_ENTRIES
from ...outcome import Skipped
from ...rendered import Rendered
from ...sources.charts.chart import ChartInput
from ...sources.overlays.closure import OF_RELEASE, Closure, ClosureFile, Inflation, LeftOut
from ...sources.overlays.kustomization import RefusedError
from ...sources.overlays.nodes import child, items, with_entry
from ...sources.overlays.references import Role
from ...sources.releases.release import Release
from ..helm.engine.contract import Engine
from ..helm.profiles.profiles import HelmOptions
from ..helm.rendering import render_chart
from ..helm.texts import Looks
from .helmcharts import release_of
from .hooks import without_hooks

_FOLDER = ".hostprocess-lint-chart"
_Key = tuple[Path, str, int]
_SECONDS = 5 * CHART_SECONDS
"""What all charts of one overlay may take."""


@dataclass(slots=True)
class Inflater:
    """Renders each chart of an overlay once; an overlay that fails is gathered again, without some of them.

    `release` is what deploys a chart that is no entry of a kustomization.
    `display` gives a path below the root, which is a real one, the form that reports show. What cannot be rendered of a
    chart is `said`. `charts` is where charts are that were pulled.
    """

    root: Path
    display: Callable[[Path], str]
    helm: Callable[[str], Engine]
    charts: Path | None
    release: Release | None
    said: list[Skipped] = field(default_factory=list)
    done: dict[_Key, list[Rendered]] = field(default_factory=dict)
    spent: float = 0.0

    def __call__(self, closure: Closure) -> Closure:
        for number, inflation in enumerate(closure.inflations):
            key = inflation.kustomization.path, inflation.listed, inflation.index
            if key not in self.done:
                if self.spent > _SECONDS or len(self.done) >= GIVEN_ENTRIES:
                    closure.left_out.append(LeftOut(inflation.kustomization, inflation.entry, _too_much()))
                    continue
                engine = self.helm(str(self.root))
                before = engine.spent
                self.done[key] = list(self._rendered(inflation, engine))
                self.spent += engine.spent - before
            directory = inflation.kustomization.path.parent
            texts = {directory / f"{_FOLDER}-{number}" / f"{n}.yaml": each for n, each in enumerate(self.done[key])}
            closure.rendered.update(texts)
            for path, rendered in texts.items():
                closure.members[path] = ClosureFile(Role.RESOURCE, rendered.text.text.encode("utf-8", "surrogatepass"))
                closure.uses.setdefault(directory, []).append((Role.RESOURCE, path))
            names = [path.relative_to(directory).as_posix() for path in texts]
            closure.kustomizations[directory] = replace(
                closure.kustomizations[directory],
                tree=_with_resources(closure.kustomizations[directory].tree, names, inflation.entry),
            )
        return closure

    def _rendered(self, inflation: Inflation, engine: Engine) -> Iterator[Rendered]:
        chart = inflation.chart
        shown = self.display(chart)
        root = self.root if chart.is_relative_to(self.root) else chart.parent  # else it was pulled
        release = self.release if inflation.index == OF_RELEASE else None
        release = release or release_of(inflation, self.display)
        source = ChartInput(chart, shown, root, self.charts, added=release.dependencies)
        version = release.kubernetes_version
        options = HelmOptions(
            namespace=release.namespace,
            release_name=release.name,
            kubernetes_versions=(version,) if version else (),
            api_versions=release.api_versions,
            release=release,
        )
        # Everything is wanted: a patch of the overlay may make a HostProcess pod of anything.
        looks = Looks(wanted=bool, anyway=True)
        for each in render_chart(source, [options], engine, self.display, looks):
            if isinstance(each, Rendered):
                yield without_hooks(each, inflation.entry)
            elif isinstance(each, Skipped):
                self.said.append(each)


def _too_much() -> RefusedError:
    return RefusedError("not rendered: the charts of the overlay take too long together", "HPC005")


def _with_resources(tree: MappingNode, names: list[str], entry: Node) -> MappingNode:
    """With more resources, which stand where the chart is said."""
    added: list[Node] = [ScalarNode(name, '"', entry.start, entry.end) for name in names]
    found = SequenceNode([*items(child(tree, "resources")), *added], entry.start, entry.end)
    return with_entry(tree, ScalarNode("resources", '"', 0, 0), found)
