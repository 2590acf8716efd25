"""What the templates of a Flux Operator's ResourceSet print of the inputs that are written in it.

They are Go templates between `<<` and `>>` (`newTemplate` in internal/builder of
https://github.com/controlplaneio-fluxcd/flux-operator). What is not known by these inputs alone is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..documents.scalars import plain_scalar
from ..limits import GIVEN_ENTRIES, OUTPUT_BYTES
from .view import View

UNKNOWN = "${inputs}"
ACTION = re.compile(r"<<.*?>>", re.DOTALL)
_PRINTED = re.compile(r"<<-?\s*inputs\.(?P<name>[\w.]+)\s*(?P<quoted>\|\s*quote\s*)?-?>>")
_FIELDS = ("resources", "steps")
_CHARACTERS_PER_VALUE = 100
"""What a value costs, be it ever so short."""


def made_of_inputs(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A ResourceSet as each of its inputs has it, those that are alike once.

    What there is too much of is told by what reads its releases: they are made of no more.
    """
    view = View(data, ())
    given = view.written("spec", "inputs")
    listed = [each for each in given.value if isinstance(each, dict)] if given and isinstance(given.value, list) else []
    spec = View(data.get("spec"), ())
    known = not spec.data.get("inputsFrom") and View(spec.data.get("inputStrategy"), ()).text("name") != "Permute"
    length, actions = extent([spec.data.get(key) for key in _FIELDS])
    left = 2 * OUTPUT_BYTES  # with what stands beside the templates
    seen: set[str] = set()
    for inputs in (listed[:GIVEN_ENTRIES] if known else []) or [{}]:
        left -= length + actions * extent(inputs)[0]
        if left < 0:
            return
        made = {key: _filled(value, inputs) if key in _FIELDS else value for key, value in spec.data.items()}
        if (said := repr(made)) not in seen:
            seen.add(said)
            yield {**data, "spec": made}


def extent(data: Any) -> tuple[int, int]:
    """The characters of some data, and how many actions are in it, at most. Each may print all that it is given."""
    if isinstance(data, str):
        return len(data) + _CHARACTERS_PER_VALUE, min(data.count("<<"), data.count(">>"))
    parts = (*data, *data.values()) if isinstance(data, Mapping) else data if isinstance(data, list) else ()
    lengths, actions = zip(*map(extent, parts), strict=True) if parts else ((), ())
    return sum(lengths) + _CHARACTERS_PER_VALUE, sum(actions)


def _filled(data: Any, inputs: Mapping[str, Any]) -> Any:
    if isinstance(data, dict):
        return {key: _filled(value, inputs) for key, value in data.items()}
    if isinstance(data, list):
        return [_filled(item, inputs) for item in data]
    if not (isinstance(data, str) and "<<" in data):
        return data
    written = with_printed(data, inputs)
    if written is None:
        return UNKNOWN
    whole = _PRINTED.fullmatch(data)
    return written.strip('"') if whole and whole["quoted"] else plain_scalar(written) if whole else written


def with_printed(template: str, inputs: Mapping[str, Any]) -> str | None:
    """A text with what its actions print; None where one of them does anything else."""
    end = template.rfind(">>") + 2  # what is open behind it would be looked for again from each place
    values = [_said_by_action(action, inputs) for action in ACTION.findall(template, 0, end)]
    if not values or None in values:
        return None if values else template
    rest = iter(values)
    return ACTION.sub(lambda _: str(next(rest)), template[:end]) + template[end:]


def _said_by_action(action: str, inputs: Mapping[str, Any]) -> str | None:
    """What an action prints that prints an input; None for any other."""
    match = _PRINTED.fullmatch(action)
    value: Any = inputs
    for step in match["name"].split(".") if match else ():
        value = value.get(step) if isinstance(value, Mapping) else None
    if match is None or value is None or isinstance(value, (dict, list)):
        return None
    said = str(value).lower() if isinstance(value, bool) else str(value)
    if match["quoted"]:
        return f'"{said}"' if '"' not in said and "\\" not in said else None
    return said
