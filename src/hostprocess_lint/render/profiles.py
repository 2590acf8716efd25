"""The profiles that a chart is judged under: the values that are tried, each with a name that reports can show."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from .archive import FILE_BYTES
from .chart import Chart
from .helm_engine import Engine, EngineError, Values
from .values import Layer, merge

_BESIDE = ("values-*.yaml", "values-*.yml", "values.*.yaml", "values.*.yml", "*.values.yaml", "*.values.yml")
_CI = ("*-values.yaml", "*-values.yml")
_MOST = 20


@dataclass(frozen=True, slots=True)
class HelmOptions:
    """What the user asks of charts. With values files or `--set`, only these are judged, on top of the defaults."""

    values: tuple[Path, ...] = ()
    sets: tuple[str, ...] = ()
    namespace: str = "default"
    release_name: str = "release-name"
    kubernetes_versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """Values on top of a chart's own, in layers (the first wins), and their name."""

    name: str
    layers: tuple[Layer, ...] = ()

    @property
    def values(self) -> Values:
        result: Values = {}
        for layer in reversed(self.layers):
            result = merge(result, layer.values)
        return result


def profiles(chart: Chart, options: HelmOptions, engine: Engine) -> list[Profile]:
    """The user's own profile, if there is one; else the defaults and one for each values file beside the chart."""
    if options.values or options.sets:
        given = [_set_layer(expression, engine) for expression in reversed(options.sets)]
        files = [file_layer(file, engine) for file in reversed(options.values)]
        return [Profile(" ".join([*(file.name for file in options.values), *options.sets]), (*given, *files))]
    beside = values_files(chart)
    return [Profile("default"), *(Profile(name, (file_layer(file, engine),)) for name, file in beside[:_MOST])]


def values_files(chart: Chart) -> list[tuple[str, Path]]:
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


def file_layer(file: Path, engine: Engine) -> Layer:
    """A values file as Helm reads it; `EngineError` when it is none."""
    try:
        if file.stat().st_size > FILE_BYTES:
            raise EngineError(f"{file.name}: larger than {FILE_BYTES // 1024**2} MiB")
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"{file.name}: {error}") from error
    return Layer(engine.values(text), file)


def _set_layer(expression: str, engine: Engine) -> Layer:
    return Layer(engine.set_values(expression))
