"""The values that a Fleet bundle gives to its chart, and which of them a cluster fills in.

They count as in fleet's internal/bundlereader (`generateValues` merges files over `values`), its
internal/cmd/controller/target (`preprocessHelmValues` fills both in, and puts `templateValues` over them) and its
internal/helmdeployer (`getValues` merges the objects of `valuesFrom` over all).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ....documents.document import Document
from ....documents.stream import documents
from ....limits import GIVEN_ENTRIES
from ....location import Part, Route
from ....pods.view import View
from ....sourcefile import SourceFile
from ...paths import display
from ..helddata import REFERENCES, entry_of
from ..objects import text
from ..patterns import TOO_MUCH
from ..places import InDocument, ValueLocator, one_document
from ..release import Given, Unknowable
from ..repository import text_of
from .bundle import Bundle

_LABEL = "global.fleet.clusterLabels."
_TEMPLATE = "${"
_UNNAMED = re.compile(r"\W+")
_FILLED_IN = "values that a cluster's labels fill in"


def fleet_values(bundle: Bundle, helms: Sequence[View], namespace: str | None) -> Iterator[Given | Unknowable]:
    """What some `helm` blocks give: of all their own values, then their templates, then those of objects."""
    is_template = not any(helm.data.get("disablePreProcess") is True for helm in helms)
    templates = dict(_templates(helms)) if is_template else {}
    known = {key for key, (value, _) in templates.items() if _TEMPLATE not in value}
    for helm in helms:
        for each in _own(bundle, helm):
            yield from (each,) if isinstance(each, Unknowable) else _filled(each, is_template, known)
    for key, (value, route) in templates.items():
        if key in known:
            found = one_document(value)
            yield Given("`templateValues`", bundle.entry(route), values={key: found.data if found else value})
        else:
            yield bundle.not_known(f"`templateValues`: {_FILLED_IN}", route)
    for helm in helms:
        yield from _referred(bundle, helm, namespace)


def _templates(helms: Sequence[View]) -> Iterator[tuple[str, tuple[str, Route]]]:
    for helm in helms:
        written = View(helm.data.get("templateValues"), (*helm.route, "templateValues"))
        for key, value in written.data.items():
            yield key, (text(value), (*written.route, key))


def _own(bundle: Bundle, helm: View) -> Iterator[Given | Unknowable]:
    """What a `helm` block gives itself: its values, then those of its files."""
    values, route = helm.data.get("values"), (*helm.route, "values")
    if isinstance(values, dict):
        yield Given("`values`", bundle.mapping(route), values=values)
    for index, name in enumerate(helm.listed("valuesFiles")):
        route = (*helm.route, "valuesFiles", index)
        if index == GIVEN_ENTRIES:
            yield Unknowable(TOO_MUCH, bundle.at(route), "HPC005")
            return
        found = bundle.repository.path(text(name), bundle.directory) if bundle.directory else None
        if found is None or not found.is_file():
            yield bundle.not_known(f"the values file `{name}` is not in this repository", route)
        else:
            yield Given(f"`{name}`", bundle.entry(route), file=found)


def _filled(given: Given, is_template: bool, replaced: set[str]) -> Iterator[Given | Unknowable]:
    """Values as they are before a cluster fills them in: then those that it would are variables.

    The entries that are `replaced` by known templates, which are not merged with them, are left out.
    """
    found = (given.values, given.place) if given.file is None else _in_file(given.file, bool(replaced))
    data, place = found or (None, given.place)
    if not isinstance(data, dict):
        yield given
        return
    kept = {key: value for key, value in data.items() if key not in replaced}
    opened = _opened(kept, is_template)
    if opened == data:
        yield given
        return
    yield given._replace(values=opened, file=None, place=place)
    route = _first_changed(kept, opened)
    if route is not None and (location := place.locate(route, Part.PAIR)):
        yield Unknowable(f"{given.label}: {_FILLED_IN}", location)


def _in_file(file: Path, is_replaced: bool) -> tuple[Any, ValueLocator] | None:
    """The values of a file and their places; nothing where Helm can read it as it is."""
    content = text_of(file)
    if content is None or not (is_replaced or _TEMPLATE in content or _LABEL in content):
        return None
    source = SourceFile(display(str(file)), content)
    found = [each for each in documents(source) if isinstance(each, Document)]
    return (found[0].data, InDocument(source, found[0])) if len(found) == 1 else None


def _opened(data: Any, is_template: bool) -> Any:
    """Some values in which what is filled in is a variable; a template may be any part of a text."""
    if isinstance(data, dict):
        return {key: _opened(value, is_template) for key, value in data.items()}
    if isinstance(data, list):
        return [_opened(item, is_template) for item in data]
    if isinstance(data, str) and (data.startswith(_LABEL) or (is_template and _TEMPLATE in data)):
        return f"${{cluster_{_UNNAMED.sub('_', data).strip('_')}}}"
    return data


def _first_changed(data: Any, opened: Any) -> Route | None:
    """The way to the first value that has become a variable."""
    if not isinstance(data, (dict, list)):
        return () if data != opened else None
    pairs = data.items() if isinstance(data, dict) else enumerate(data)
    found = ((step, _first_changed(value, opened[step])) for step, value in pairs)
    return next(((step, *route) for step, route in found if route is not None), None)


def _referred(bundle: Bundle, helm: View, namespace: str | None) -> Iterator[Given | Unknowable]:
    """What objects that a `helm` block refers to give, which are in the repository or made by what is in it."""
    for reference in helm.items("valuesFrom"):
        for key, kind in REFERENCES.items():
            inner = View(reference.data.get(key), (*reference.route, key))
            if not inner.data:
                continue
            name = inner.text("name") or ""
            wanted = inner.text("key") or "values.yaml"
            found = entry_of(bundle.objects, kind, inner.text("namespace") or namespace, name, wanted)
            if isinstance(found, str):
                yield bundle.not_known(f"values from {kind} `{name}`, which {found}", inner.route)
            else:
                yield Given(found.title, found.place, text=found.text)
