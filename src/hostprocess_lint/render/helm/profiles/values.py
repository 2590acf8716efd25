"""The values of a chart under one profile, in layers: what a template reads, and which file's entry set it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from ....location import Route
from ....sources.charts.chart import Chart
from ....sources.charts.metadata import Node
from ....sources.charts.yamlfile import load_mapping
from ....sources.layering import layered
from ....sources.releases.places import ValueLocator
from ..engine.contract import Values

_LEAVES = 5_000
_IMPORTED = 100
"""How many layers a chart imports."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Values from one place. `prefix` is where they sit among the chart's values.

    Without a file they were given by hand, and `label` says how; with a member and no file they are packaged. `place`
    knows where a release has written them. Of a list `items` are the ways to what alone they set in it; the rest is
    there as it was below them. They stand in the file below the keys of `inside`.
    """

    values: Values
    file: Path | None = None
    member: str | None = None
    prefix: Route = ()
    label: str = ""
    place: ValueLocator | None = None
    items: tuple[Route, ...] = ()
    inside: Route = ()

    def written(self, route: Route) -> Route:
        """Where in the file a place among the chart's values is."""
        return (*self.inside, *route[len(self.prefix) :])

    def sets(self, route: Route) -> bool:
        """Whether it has a place among its own values, and not only as a part of a list that it changes elsewhere."""
        if not get(self.values, route)[0]:
            return False
        near = [each for each in self.items if _in_one_list(each, route)]
        return not near or any(each[: len(route)] == route[: len(each)] for each in near)


def chart_layers(chart: Chart) -> list[Layer]:
    """The values files of a chart and its subcharts, those that win first, then what of subcharts' is imported."""
    layers: list[Layer] = []
    pending: list[tuple[Node, Route]] = [(chart.node, ())]
    while pending:
        node, prefix = pending.pop(0)
        member = chart.members.get(f"{node.folder}values.yaml")
        if member is not None and member.text is not None:
            file = None if member.packaged else member.file
            layers.append(Layer(load_mapping(member.text), file, f"{node.folder}values.yaml", prefix))
        pending.extend((child, (*prefix, alias)) for alias, child in node.children.items())
    return [*layers, *_imported(chart.node, (), layers)]


def _imported(node: Node, prefix: Route, layers: list[Layer]) -> list[Layer]:
    """What charts take over of their subcharts' values (`import-values`): less than their own values, and of what a
    release gives nothing (Helm's `ProcessDependencies`).
    """
    below = [each for alias, child in node.children.items() for each in _imported(child, (*prefix, alias), layers)]
    own = (
        _moved(each, source, (*prefix, *put))
        for dependency in node.dependencies
        for taken, put in dependency.imports
        if dependency.called in node.children
        for source in ((*prefix, dependency.called, *taken),)
        for each in (*layers, *below)
        if _reaches(each, source)
    )
    return [*islice(own, _IMPORTED), *below]


def _reaches(layer: Layer, route: Route) -> bool:
    inside = route[: len(layer.prefix)] == layer.prefix
    return inside and isinstance(get(layer.values, route[len(layer.prefix) :])[1], dict)


def _moved(layer: Layer, source: Route, prefix: Route) -> Layer:
    """What of some values is at a place, put somewhere else."""
    values = get(layer.values, source[len(layer.prefix) :])[1]
    return replace(layer, values=values, prefix=prefix, inside=layer.written(source))


def merged_layers(layers: list[Layer]) -> Values:
    """The values that result from all layers."""
    result: Values = {}
    for layer in reversed(layers):
        result = layered(result, nested(layer.prefix, layer.values))
    return result


def nested(route: Route, value: Any) -> Any:
    """A value below the keys of a route."""
    for key in reversed(route):
        value = {key: value}
    return value


def get(values: Any, route: Route) -> tuple[bool, Any]:
    """Whether there is something at a route, and what."""
    for key in route:
        in_list = isinstance(values, list) and isinstance(key, int) and key < len(values)
        if not in_list and not (isinstance(values, dict) and key in values):
            return False, None
        values = values[key]
    return True, values


def _in_one_list(item: Route, route: Route) -> bool:
    """Whether a place lies in the list that an item is in."""
    depth = next(index for index, step in enumerate(item) if isinstance(step, int))
    return len(route) > depth and route[:depth] == item[:depth]


def touches(values: Any, route: Route) -> bool:
    """Whether some values set what is at a route, above it or below it."""
    for key in route:
        if not isinstance(values, dict):
            return True
        if key not in values:
            return False
        values = values[key]
    return True


def possible_scopes(route: Route, charts: Route) -> list[Route]:
    """Where a subchart's `.Values.x` may be among the whole chart's values: its own part of them, or the globals."""
    if route[:1] == ("global",):
        return [(*charts[:count], *route) for count in range(len(charts) + 1)]
    return [(*charts, *route)]


def scopes(route: Route, charts: Route, values: Values) -> list[Route]:
    """Those of the possible places where there is something."""
    return [scope for scope in possible_scopes(route, charts) if scope and get(values, scope)[0]]


def override(values: Values, route: Route, value: Any) -> Values:
    """The smallest values that change one place; a list is given whole, as Helm replaces lists."""
    keys = next((index for index, key in enumerate(route) if isinstance(key, int)), len(route))
    if keys == len(route):
        return dict(nested(route, value))
    _, whole = get(values, route[:keys])
    return dict(nested(route[:keys], with_placed(whole, route[keys:], value)))


def with_placed(values: Any, route: Route, value: Any) -> Any:
    """Some values with another one at a place in them; a list is made longer where that is behind its end."""
    if not route:
        return value
    key, rest = route[0], route[1:]
    if isinstance(key, int):
        items = values if isinstance(values, list) else []
        items = [*items, *({} for _ in range(key + 1 - len(items)))]
        return [with_placed(each, rest, value) if index == key else each for index, each in enumerate(items)]
    known = values if isinstance(values, dict) else {}
    return {**known, key: with_placed(known.get(key), rest, value)}


def all_routes(values: Any, route: Route) -> Iterator[tuple[Route, Any]]:
    """Every place in some values, mappings and lists before what they hold; bounded."""
    pending: list[tuple[Route, Any]] = [(route, values)]
    for _ in range(_LEAVES):
        if not pending:
            return
        here, value = pending.pop()
        yield here, value
        children: list[tuple[str | int, Any]] = []
        if isinstance(value, dict):
            children = [(key, each) for key, each in value.items() if isinstance(key, str)]
        elif isinstance(value, list):
            children = list(enumerate(value))
        pending.extend(((*here, key), each) for key, each in reversed(children))
