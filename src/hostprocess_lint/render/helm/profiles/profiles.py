"""The profiles that a chart is judged under: which values are tried, each set with a name that reports can show."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from ....limits import FILE_BYTES
from ....sources.charts.chart import Chart
from ..engine.contract import Engine, EngineError, Values
from ..templates.conditions import Settings
from .values import Layer, merge, nested

_BESIDE = ("values-*.yaml", "values-*.yml", "values.*.yaml", "values.*.yml", "*.values.yaml", "*.values.yml")
_CI = ("*-values.yaml", "*-values.yml")


@dataclass(frozen=True, slots=True)
class HelmOptions:
    """What the user asks of charts. With values files or `--set`, only these are judged, on top of the defaults."""

    values: tuple[Path, ...] = ()
    sets: tuple[str, ...] = ()
    namespace: str | None = None
    release_name: str = "release-name"
    kubernetes_versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """What goes on top of a chart's own values: files, `--set` expressions, and what is switched on."""

    name: str
    files: tuple[Path, ...] = ()
    sets: tuple[str, ...] = ()
    switched: tuple[tuple[tuple[str | int, ...], Any], ...] = ()

    def layers(self, engine: Engine) -> list[Layer]:
        """The values, those that win first; `EngineError` when Helm cannot read them."""
        files = [_file_layer(file, engine) for file in self.files]
        below = combined(files[::-1])
        sets: Values = {}
        for expression in self.sets:
            sets = _indexed(sets, engine.set_values(expression), below)
        switched: Values = {}
        for route, value in self.switched:
            switched = merge(switched, nested(route, value))
        layers = [Layer(switched, label=f"with {self.name}") if switched else None]
        layers.append(Layer(sets, label="set by `--set`") if sets else None)
        return [*(layer for layer in layers if layer), *reversed(files)]

    def with_switches(self, settings: Settings) -> Profile:
        """The same with some values set, and named after these."""
        words = [f"{'.'.join(map(str, route))}={json.dumps(value)}" for route, value in settings.items()]
        base = f" on {self.name}" if self.files or self.sets else ""
        return Profile(",".join(words) + base, self.files, self.sets, tuple(settings.items()))


def combined(layers: list[Layer]) -> Values:
    """What some layers give together, the first of them winning."""
    result: Values = {}
    for layer in reversed(layers):
        result = merge(result, layer.values)
    return result


def profiles(chart: Chart, options: HelmOptions) -> list[Profile]:
    """The user's own profile, if there is one; else the defaults and one for each values file beside the chart."""
    if options.values or options.sets:
        name = " ".join([*(file.name for file in options.values), *options.sets])
        return [Profile(name, options.values, options.sets)]
    return [Profile("default"), *(Profile(name, (file,)) for name, file in _values_files(chart))]


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


def _file_layer(file: Path, engine: Engine) -> Layer:
    try:
        if file.stat().st_size > FILE_BYTES:
            raise EngineError(f"{file.name}: larger than {FILE_BYTES // 1024**2} MiB")
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"{file.name}: {error}") from error
    return Layer(engine.values(text), file)


def _indexed(base: Any, over: Any, below: Any) -> Any:
    """Helm's reading of `--set` on top of values: `a[1]=x` changes one item of a list that a values file gave."""
    if isinstance(over, dict):
        known = base if isinstance(base, dict) else {}
        under = below if isinstance(below, dict) else {}
        return {**known, **{key: _indexed(known.get(key), value, under.get(key)) for key, value in over.items()}}
    if isinstance(over, list) and None in over[:-1]:
        known_items = base if isinstance(base, list) else below if isinstance(below, list) else []
        padded = [*known_items, *[None] * (len(over) - len(known_items))]
        return [old if new is None else new for old, new in zip(padded, [*over, *[None] * len(padded)], strict=False)]
    return over
