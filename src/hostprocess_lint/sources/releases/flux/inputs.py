"""Flux Operator: the inputs of a ResourceSet, its own and those that providers of the repository say.

How they are put together is that of `Combine` in internal/inputs of https://github.com/controlplaneio-fluxcd/flux-operator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any, NamedTuple

from ....limits import GIVEN_ENTRIES
from ....location import Route
from ....pods.view import View
from ..argo.selecting import takes_element
from ..kinds import FLUX_OPERATOR
from ..objects import ObjectInFile, Objects, text
from ..release import Unknowable

PROVIDER = "ResourceSetInputProvider"
_WORDS = re.compile(r"[a-z0-9]+")
_OTHER_LETTERS = re.compile(r"[^a-z0-9\s_!-/:-@\[-`{-~]")


class Inputs(NamedTuple):
    """What the templates are filled in with, one after another, and why that is not all."""

    sets: Sequence[Mapping[str, Any]]
    unknown: tuple[Unknowable, ...] = ()


def inputs_of(found: ObjectInFile, known: Objects) -> Inputs:
    """The inputs of a ResourceSet; of those that only a server knows, nothing."""
    unknown: list[Unknowable] = []
    own = [each.data for each in islice(found.spec.items("inputs"), GIVEN_ENTRIES)]
    by_name = {found.name: own} if own else {}
    for each in sorted(_providers(found, known, unknown), key=lambda each: each.name):
        # Its `id` is that which a cluster gives it.
        by_name[each.name] = [{"id": "${id}", **View(each.spec.data.get("defaultValues"), ()).data}]
    strategy = View(found.spec.data.get("inputStrategy"), ()).text("name") or "Flatten"
    if strategy == "Permute":
        scoped = [[{_scope(name): inputs} for inputs in listed] for name, listed in by_name.items()]
        sets = [_together(each) for each in islice(product(*scoped), GIVEN_ENTRIES)] if scoped else []
    else:
        sets = [inputs for listed in by_name.values() for inputs in listed]
    return Inputs(sets, tuple(unknown))


def _providers(found: ObjectInFile, known: Objects, unknown: list[Unknowable]) -> Iterator[ObjectInFile]:
    """Those that are referred to, by name or by their labels, and say their values themselves."""
    listed = [each for each in known.of(FLUX_OPERATOR, PROVIDER) if each.namespace in (None, found.namespace)]
    seen: set[str] = set()
    for reference in found.spec.items("inputsFrom"):
        name, selector = reference.text("name"), reference.data.get("selector")
        meant = [each for each in listed if (each.name == name if name else takes_element(selector, _labels(each)))]
        if not meant:
            unknown.append(_not_known(found, reference.route, "which is not in the scan"))
        for each in meant:
            if each.spec.text("type") != "Static":
                unknown.append(_not_known(found, reference.route, "which asks a server"))
            elif each.name not in seen:
                seen.add(each.name)
                yield each


def _not_known(found: ObjectInFile, route: Route, why: str) -> Unknowable:
    return Unknowable(f"{found.title}: inputs of a {PROVIDER}, {why}", found.at(route))


def _labels(found: ObjectInFile) -> dict[str, str]:
    metadata = View(found.view.data.get("metadata"), ())
    return {name: text(value) for name, value in View(metadata.data.get("labels"), ()).data.items()}


def _scope(name: str) -> str:
    """What the inputs of a provider are known by among those of others (`NormalizeKeyForTemplate`)."""
    return "_".join(_WORDS.findall(_OTHER_LETTERS.sub("", name.lower())))


def _together(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"id": "${id}", **{name: inputs for part in parts for name, inputs in part.items()}}
