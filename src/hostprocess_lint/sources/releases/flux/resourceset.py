"""Flux Operator: the objects that a `ResourceSet` makes of its inputs, as far as these are written in it.

Each of `resources` is a template of Go's with `<<` and `>>`, filled in for each of `inputs` (`BuildResourceSet` of
https://github.com/controlplaneio-fluxcd/flux-operator). What an action does more than print an input is unknown, as a
variable is that something fills in later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from ....documents.scalars import plain_scalar
from ....limits import GIVEN_ENTRIES, OUTPUT_BYTES
from ....location import Route
from ....pods.objects import objects
from ....pods.view import View
from ..firstlook import may_deploy
from ..kinds import FLUX_OPERATOR
from ..objects import ObjectInFile, text
from ..release import Unknowable

KIND = "ResourceSet"
_ACTION = re.compile(r"<<.*?>>", re.DOTALL)
_PRINTED = re.compile(r"<<-?\s*inputs\.(?P<name>[\w.]+)\s*(?P<quoted>\|\s*quote\s*)?-?>>")
_UNKNOWN = "${inputs}"
_CHARACTERS_PER_VALUE = 100
"""What a value costs, be it ever so short."""


def with_resources(found: Iterable[ObjectInFile]) -> Iterator[ObjectInFile]:
    """Some objects, and those that the ResourceSets among them make."""
    for each in found:
        yield each
        if each.group == FLUX_OPERATOR and each.kind == KIND:
            yield from _resources(each)


def unread_templates(found: ObjectInFile) -> Iterator[Unknowable]:
    """The templates of a ResourceSet that are strings and may say what is deployed, and inputs that are not read."""
    field = "resourcesTemplate"
    for view in (found.spec, *found.spec.items("steps")):
        if may_deploy("", text(view.data.get(field)).encode("utf-8", "surrogatepass")):
            reason = f"{found.title}: what `{field}` deploys, which is a template"
            yield Unknowable(reason, found.at((*view.route, field)))
    if len(found.spec.listed("inputs")) > GIVEN_ENTRIES:
        yield Unknowable(f"{found.title}: more inputs than are read", found.at((*found.spec.route, "inputs")), "HPC005")
    if None in _fillings(found):
        yield Unknowable(
            f"{found.title}: more than {OUTPUT_BYTES // 2**20} MiB: not all is read",
            found.at(found.spec.route),
            "HPC005",
        )


def _resources(found: ObjectInFile) -> Iterator[ObjectInFile]:
    seen: set[tuple[str, str, str | None, str]] = set()
    for filling in _fillings(found):
        for each in objects(_filled(filling[1], filling[2]), (), filling[0]) if filling else ():
            made = replace(found, object=each, is_literal=False)
            key = (made.group, made.kind, made.namespace, made.name)
            if key not in seen:
                seen.add(key)
                yield made


def _fillings(found: ObjectInFile) -> Iterator[tuple[Route, Any, Mapping[str, Any]] | None]:
    """Each template with each of the inputs; None at the end where all of it could come to more than a build may."""
    left = OUTPUT_BYTES
    sized = [(inputs, _extent(inputs)[0]) for inputs in _inputs(found)]
    for view in (found.spec, *found.spec.items("steps")):
        listed = view.data.get("resources")
        for index, template in enumerate(listed if isinstance(listed, list) else ()):
            length, actions = _extent(template)
            for inputs, most in sized:
                left -= length + actions * most
                if left < 0:
                    yield None
                    return
                yield (*view.route, "resources", index), template, inputs


def _extent(data: Any) -> tuple[int, int]:
    """The characters of some data, at least, and how many actions are in it, at most."""
    if isinstance(data, str):
        return len(data) + _CHARACTERS_PER_VALUE, min(data.count("<<"), data.count(">>"))
    parts = (*data, *data.values()) if isinstance(data, Mapping) else data if isinstance(data, list) else ()
    lengths, actions = zip(*map(_extent, parts), strict=True) if parts else ((), ())
    return sum(lengths) + _CHARACTERS_PER_VALUE, sum(actions)


def _inputs(found: ObjectInFile) -> list[Mapping[str, Any]]:
    """The inputs, each as the templates know it; of those that are given elsewhere, or combined, nothing is known."""
    listed = [each.data for each in islice(found.spec.items("inputs"), GIVEN_ENTRIES)]
    strategy = View(found.spec.data.get("inputStrategy"), ()).text("name")
    known = not found.spec.data.get("inputsFrom") and strategy in (None, "Flatten")
    return list(listed) if listed and known else [{}]


def _filled(data: Any, inputs: Mapping[str, Any]) -> Any:
    if isinstance(data, dict):
        return {_text(key, inputs): _filled(value, inputs) for key, value in data.items()}
    if isinstance(data, list):
        return [_filled(item, inputs) for item in data]
    if not (isinstance(data, str) and "<<" in data):
        return data
    whole = _PRINTED.fullmatch(data)
    written = _text(data, inputs)
    return plain_scalar(written) if whole and not whole["quoted"] and written != _UNKNOWN else written


def _text(data: Any, inputs: Mapping[str, Any]) -> Any:
    """A text with what its actions print; unknown as a whole where one of them does anything else."""
    if not (isinstance(data, str) and "<<" in data):
        return data
    end = data.rfind(">>") + 2  # what is open behind it would be looked for again from each place
    values = [_printed(action, inputs) for action in _ACTION.findall(data, 0, end)]
    if not values or None in values:
        return _UNKNOWN
    rest = iter(values)
    return _ACTION.sub(lambda _: str(next(rest)), data[:end]) + data[end:]


def _printed(action: str, inputs: Mapping[str, Any]) -> str | None:
    match = _PRINTED.fullmatch(action)
    value: Any = inputs
    for name in match["name"].split(".") if match else ():
        value = value.get(name) if isinstance(value, Mapping) else None
    if match is None or value is None or isinstance(value, (dict, list)):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
