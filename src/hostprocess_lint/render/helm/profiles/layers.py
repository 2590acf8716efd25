"""What is given to a chart becomes layers of values, as Helm reads it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ....limits import FILE_BYTES
from ....location import Route
from ....sources.layering import layered
from ....sources.releases.release import Given
from ..engine.contract import Engine, EngineError, Values
from .settings import item_routes, on_top
from .values import Layer


def release_layers(given: Iterable[Given], engine: Engine) -> list[Layer]:
    """The parts of a release's values, those that win first; `EngineError` when Helm cannot read one."""
    layers: list[Layer] = []
    below: Values = {}
    read: dict[Path, Values] = {}
    for each in given:
        if each.file is not None:
            if each.file not in read:  # one file may be named again and again
                read[each.file] = file_layer(each.file, engine).values
            layer = Layer(read[each.file], each.file)
        else:
            setting = each.setting or ""
            items = item_routes(setting.partition("=")[0] if each.flag == "set-file" else setting)
            made = _values(each, engine, below, items)
            layer = Layer(made, label=f"set by {each.label}", place=each.place, items=items)
        below = layered(below, layer.values)
        layers.insert(0, layer)
    return layers


def _values(given: Given, engine: Engine, below: Values, items: tuple[Route, ...]) -> Values:
    if given.values is not None:
        return given.values
    if given.text is not None:
        return engine.values(given.text)
    setting = given.setting or ""
    if given.flag != "set-file":
        return dict(on_top({}, engine.set_values(setting, given.flag), below, items))
    name, _, text = setting.partition("=")  # the name is read as that of `--set` is
    return dict(on_top({}, _filled(engine.set_values(f"{name}=x"), text), below, items))


def _filled(values: Any, text: str) -> Any:
    """What `--set` makes of a name, with a text at its end."""
    if isinstance(values, dict):
        return {key: _filled(value, text) for key, value in values.items()}
    if isinstance(values, list):
        return [None if item is None else _filled(item, text) for item in values]
    return text


def file_layer(file: Path, engine: Engine) -> Layer:
    """The values of a file; `EngineError` when it cannot be read."""
    try:
        if file.stat().st_size > FILE_BYTES:
            raise EngineError(f"{file.name}: larger than {FILE_BYTES // 1024**2} MiB")
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"{file.name}: {error}") from error
    return Layer(engine.values(text), file)
