"""The profiles that a chart is judged under: which values are tried, each set with a name that reports can show."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from itertools import chain
from pathlib import Path
from typing import Any

from ....finding import Released
from ....sources.charts.chart import Chart
from ....sources.layering import layered
from ....sources.releases.release import Given, Release
from ..engine.contract import Engine, Installation, Values
from ..templates.conditions import API_VERSIONS, Settings
from .layers import file_layer, release_layers
from .settings import item_routes, on_top
from .values import Layer, nested

_BESIDE = ("values-*.yaml", "values-*.yml", "values.*.yaml", "values.*.yml", "*.values.yaml", "*.values.yml")
_CI = ("*-values.yaml", "*-values.yml")


@dataclass(frozen=True, slots=True)
class HelmOptions:
    """What the user asks of charts. With values files or `--set`, only these are judged, on top of the defaults.

    With a release it is what that gives, under its title.
    """

    values: tuple[Path, ...] = ()
    sets: tuple[str, ...] = ()
    namespace: str | None = None
    release_name: str = "release-name"
    kubernetes_versions: tuple[str, ...] = ()
    api_versions: tuple[str, ...] = ()
    release: Release | None = None

    def installation(self, version: str | None) -> Installation:
        """What templates are told for a version of Kubernetes."""
        forced = self.release.forced if self.release else None
        return Installation(self.release_name, self.namespace, version, self.api_versions, forced)


@dataclass(frozen=True, slots=True)
class Profile:
    """What goes on top of a chart's own values: what a release gives, files, `--set`, and what is switched on.

    `api_versions` are those that the cluster is taken to know besides Helm's own. `is_part` is a profile
    that the chart brings along: it may be meant to go together with others. `releases` holds the one whose it is, and
    `is_literal` says that a `${…}` in what that gives is text.
    """

    name: str
    files: tuple[Path, ...] = ()
    sets: tuple[str, ...] = ()
    switched: tuple[tuple[tuple[str | int, ...], Any], ...] = ()
    given: tuple[Given, ...] = ()
    api_versions: tuple[str, ...] = ()
    is_part: bool = False
    releases: tuple[Released, ...] = ()
    is_literal: bool = False

    def layers(self, engine: Engine) -> list[Layer]:
        """The values, those that win first; `EngineError` when Helm cannot read them."""
        files = [file_layer(file, engine) for file in self.files]
        below = combined(files[::-1])
        sets: Values = {}
        for expression in self.sets:
            sets = on_top(sets, engine.set_values(expression), below, item_routes(expression))
        switched: Values = {}
        for route, value in self.switched:
            switched = layered(switched, nested(route, value))
        layers = [Layer(switched, label=f"with {self.name}") if switched else None]
        layers.append(
            Layer(sets, label="set by `--set`", items=tuple(chain.from_iterable(map(item_routes, self.sets))))
            if sets
            else None
        )
        return [*(layer for layer in layers if layer), *reversed(files), *release_layers(self.given, engine)]

    def with_switches(self, settings: Settings) -> Profile:
        """The same with some values set and API versions known, and named after these."""
        values = {route: value for route, value in settings.items() if route[0] != API_VERSIONS}
        known = tuple(str(route[1]) for route in settings if route[0] == API_VERSIONS)
        words = [f"{'.'.join(map(str, route))}={json.dumps(value)}" for route, value in values.items()]
        base = f" on {self.name}" if self.files or self.sets or self.given else ""
        name = ",".join((*words, *(f"API {each}" for each in known))) + base
        return replace(self, name=name, switched=tuple(values.items()), api_versions=(*self.api_versions, *known))


def combined(layers: list[Layer]) -> Values:
    """What some layers give together, the first of them winning."""
    result: Values = {}
    for layer in reversed(layers):
        result = layered(result, layer.values)
    return result


def profiles(chart: Chart, options: HelmOptions) -> list[Profile]:
    """The profile that is asked for, the user's own or a release's; else the defaults and each values file there."""
    if options.release is not None:
        release = options.release
        own = Profile(release.title, given=release.given, releases=(release.released,), is_literal=release.is_literal)
        return [own]
    if options.values or options.sets:
        name = " ".join([*(file.name for file in options.values), *options.sets])
        return [Profile(name, options.values, options.sets)]
    beside = (Profile(name, (file,), is_part=True) for name, file in _values_files(chart))
    return [Profile("default", is_part=True), *beside]


def _values_files(chart: Chart) -> list[tuple[str, Path]]:
    """The values files that a chart brings along besides its own, by their names below it."""
    directory = chart.source.path
    if not directory.is_dir():
        return []
    found = [
        (folder + path.name, path)
        for folder, patterns in (("ci/", _CI), ("", _BESIDE))
        if (directory / folder).is_dir()
        for path in sorted((directory / folder).iterdir())
        if any(fnmatch(path.name, pattern) for pattern in patterns)
    ]
    inside = directory.resolve()
    return [(name, path) for name, path in found if path.is_file() and path.resolve().is_relative_to(inside)]
