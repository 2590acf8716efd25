"""Flux: the values of a `HelmRelease`, in the order in which they win.

`valuesFiles` take the place of the chart's own (`mergeFileValues` of source-controller); then `valuesFrom` and `values`
as `ChartValuesFromReferences` of fluxcd/pkg/chartutil merges them: later references win, and `values` over all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ....limits import FILE_BYTES, GIVEN_ENTRIES
from ....location import Part, Precision, Route
from ....pods.view import View
from ...charts.archive import ChartError, Reading, read_archive
from ...charts.yamlfile import load_mapping
from ...layering import layered
from ..helddata import HeldText, entry_of, held
from ..objects import ObjectInFile, Objects, text
from ..patterns import TOO_MUCH
from ..places import OneEntry
from ..release import Flag, Given, Unknowable
from ..repository import Repository

_STEP = re.compile(r"(?:\\.|[^.\\])+")
_INDEX = re.compile(r"\[(\d+)\]")
_QUOTES = ("'", '"')
_VERBATIM = str.maketrans({each: f"\\{each}" for each in "\\,[]{}"})


class _Own(NamedTuple):
    """A values file that is named, and where."""

    name: str
    route: Route
    file: Path


def values_files(
    at: ObjectInFile, chart: View, deploys: object, repository: Repository, unknown: list[Unknowable]
) -> Iterator[Given]:
    """`valuesFiles` of a chart, relative to its source: of the chart's own values nothing is left beside them."""
    named = list(_named(chart))
    if len(named) > GIVEN_ENTRIES:
        unknown.append(Unknowable(TOO_MUCH, at.at(named[GIVEN_ENTRIES][1]), "HPC005"))
    found: list[_Own] = []
    may_miss = chart.data.get("ignoreMissingValuesFiles") is True
    for name, route in named[:GIVEN_ENTRIES]:
        file = repository.path(name.lstrip("/")) if isinstance(deploys, Path) else None
        if file is not None and file.is_file():
            found.append(_Own(name, route, file))
        elif not may_miss:
            reason = f"the values file `{name}` is not in this repository"
            unknown.append(Unknowable(reason, at.at(route, Part.PAIR)))
    if named and (found or may_miss) and isinstance(deploys, Path):
        gone = _without(_of_chart(deploys), list(map(_of_file, dict.fromkeys(each.file for each in found))))
        if gone:
            yield Given(
                "`valuesFiles`, without it",
                OneEntry(at.entry((*chart.route, str(named[-1][1][len(chart.route)]))), (), Precision.LINE),
                values=gone,
            )
    for each in found:
        yield Given(f"`{each.name}`", at.entry(each.route), file=each.file)


def _named(chart: View) -> Iterator[tuple[str, Route]]:
    """The names of values files; until v2beta2 there was one of its own, which counts before the others."""
    older = chart.text("valuesFile")
    if older:
        yield older, (*chart.route, "valuesFile")
    for index, name in enumerate(chart.listed("valuesFiles")):
        yield text(name), (*chart.route, "valuesFiles", index)


def values(found: ObjectInFile, objects: Objects, unknown: list[Unknowable]) -> Iterator[Given]:
    """`valuesFrom` and `values` of a HelmRelease, later ones winning.

    Before the first reference with a `targetPath`, `values` are merged into what references have given, and a mapping
    that only they have is not copied: what that reference sets in it, it sets in `values` too, and so over them.
    """
    inline = found.spec.data.get("values")
    last: list[Given] = []
    below: dict[str, Any] = {}
    is_copied = False
    for reference, value in _references(found, objects, unknown):
        path = reference.text("targetPath")
        if not path:
            below = layered(below, load_mapping(value.text))
            yield Given(value.title, value.place, text=value.text)
            continue
        given = _at_path(path, value, is_literal=reference.data.get("literal") is True)
        if _is_shared(path, inline, below, is_copied=is_copied):
            last.append(given)
        else:
            yield given
        is_copied = True
    if isinstance(inline, dict):
        yield Given("`values`", found.mapping((*found.spec.route, "values")), values=inline)
    yield from last


def _references(found: ObjectInFile, objects: Objects, unknown: list[Unknowable]) -> Iterator[tuple[View, HeldText]]:
    """The ConfigMaps and Secrets that are in the scan, and what they hold under the key."""
    for reference in found.spec.items("valuesFrom"):
        kind, name = reference.text("kind") or "", reference.text("name") or ""
        key = reference.text("valuesKey") or "values.yaml"
        value = entry_of(objects, kind, found.namespace, name, key)
        if not isinstance(value, str):
            yield reference, value
        elif not (reference.data.get("optional") is True and _is_absent(objects, kind, found.namespace, name, key)):
            reason = f"values from {kind} `{name}`, which {value}"
            unknown.append(Unknowable(reason, found.at(reference.route, Part.PAIR)))


def _is_absent(objects: Objects, kind: str, namespace: str | None, name: str, key: str) -> bool:
    """Whether there is no such entry: a ConfigMap is taken to be where it is written, a Secret may be elsewhere."""
    known = held(objects, kind, namespace, name)
    return not known.has(key) if known else kind == "ConfigMap"


def _at_path(path: str, value: HeldText, *, is_literal: bool) -> Given:
    """One value at a path, as the parser of Helm's settings takes it (`ReplacePathValue`, `ReplacePathLiteralValue`).

    One in quotes is a string; a literal one is too, in which nothing has a meaning.
    """
    written = value.text
    is_quoted = any(written.startswith(quote) and written.endswith(quote) for quote in _QUOTES)
    flag: Flag = "set-string" if is_literal or is_quoted else "set"
    if is_literal:
        written = written.translate(_VERBATIM)
    elif is_quoted:
        written = written.strip("".join(_QUOTES))
    return Given(value.title, OneEntry(value.entry, ()), setting=f"{path}={written}", flag=flag)


def _is_shared(path: str, inline: Any, below: Any, *, is_copied: bool) -> bool:
    """Whether what a path sets, it sets in `values` too: in a list, or in a mapping that is no copy.

    Those are copied that something `below` has a mapping beside, and all once they are merged a second time.
    """
    *above, last = _STEP.findall(path) or [""]
    for step in above:
        item = _item(step, inline)
        if item is not None:
            return item
        name = _name(step)
        inline = inline.get(name) if isinstance(inline, dict) else None
        below = below.get(name) if isinstance(below, dict) else None
        is_copied = is_copied or isinstance(below, dict)
        if not isinstance(inline, dict) or not is_copied:
            return isinstance(inline, dict)
    return _item(last, inline) or False


def _item(step: str, inline: Any) -> bool | None:
    """Whether there is the item of a list of `inline` that a step of a path names; None where it names none."""
    index = _INDEX.search(step)
    if index is None:
        return None
    listed = inline.get(_name(step)) if isinstance(inline, dict) else None
    return isinstance(listed, list) and int(index[1]) < len(listed)


def _name(step: str) -> str:
    return re.sub(r"\\(.)", r"\1", _INDEX.sub("", step))


def _of_chart(chart: Path) -> dict[str, Any]:
    """The values that a chart brings along, a directory or an archive."""
    if chart.is_dir():
        return _of_file(chart / "values.yaml")
    try:
        member = read_archive(chart, Reading()).get("values.yaml")
        return load_mapping(member.data.decode("utf-8-sig")) if member else {}
    except (OSError, ChartError, UnicodeDecodeError):  # which its rendering says
        return {}


def _of_file(file: Path) -> dict[str, Any]:
    """What a values file says; what cannot be read is told where it is given to the chart."""
    try:
        if not file.is_file() or file.stat().st_size > FILE_BYTES:
            return {}
        return load_mapping(file.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return {}


def _without(own: dict[str, Any], others: list[dict[str, Any]]) -> dict[str, Any]:
    """Nulls for what of a chart's own values no other values set: to Helm a null takes a default away."""
    gone: dict[str, Any] = {}
    for key, value in own.items():
        over = [other[key] for other in others if key in other]
        if isinstance(value, dict) and value and all(isinstance(each, dict) for each in over):
            inner = _without(value, over)
            if inner:
                gone[key] = inner
        elif not over:
            gone[key] = None
    return gone
