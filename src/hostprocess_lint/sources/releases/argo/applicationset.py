"""Argo CD's ApplicationSet: the applications that its generators make, as far as no server has to be asked.

How the template is filled in, and what of it a generator's own template and a `templatePatch` replace, is that of
applicationset/utils and generator_spec_processor.go of argo-cd: without `goTemplate` names between braces are replaced
as they are, with it each string is a Go template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ....documents.document import Document
from ....documents.stream import documents
from ....location import Part, Precision, Route
from ....pods.view import View
from ....sourcefile import SourceFile
from ...layering import layered, merge_patched
from ..filled import ACTION, Expand
from ..homes import InObject, InPatch, SpecLayer, Stack
from ..objects import ObjectInFile, text
from ..places import FilledIn
from ..release import Elsewhere, Release, Unknowable
from ..repository import Repository
from .application import Application, of_spec
from .elements import Element, Fill, filled_in, flat, normalized, said
from .generators import Generators
from .jsonpatch import patched

_NAME = re.compile(r"\{\{\s*([\w.\[\]-]+)\s*\}\}")
_OPEN = r"\{\{-?\s*\.([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*"
_PLAIN = re.compile(rf"{_OPEN}(\|\s*normalize\s*)?-?\}}\}}")
"""A parameter as it is, or normalized."""
_NORMALIZED = re.compile(rf"{_OPEN}(\|\s*normalize\s*)-?\}}\}}")
"""What Helm's engine has no function for."""
_UNNAMED = re.compile(r"\W")
_ATOMIC = frozenset({"valuesObject"})


def applicationset_releases(
    found: ObjectInFile, repository: Repository, expand: Expand
) -> Iterator[Release | Unknowable]:
    """The releases of all applications that an ApplicationSet makes, and what is not known of them."""
    is_go = found.spec.data.get("goTemplate") is True
    options = found.spec.data.get("goTemplateOptions")
    fill = _filler(is_go, isinstance(options, list) and "missingkey=error" in options, expand)
    fill_known = _left_open(is_go)
    generators = Generators(found, repository, is_go, fill, fill_known)
    for generator in found.spec.items("generators"):
        for element in generators.elements(generator):
            if isinstance(element, Unknowable):
                yield element
            else:
                own = fill_known if element.is_open else fill
                yield from _Made(found, element, _template_of(generator), own, is_go).releases(repository)


def _template_of(generator: View) -> View | None:
    """The template of a generator itself, which comes before that of the `spec`."""
    kind = next((key for key in generator.data if key not in ("selector", "template")), "")
    inner = View(generator.data.get(kind), (*generator.route, kind))
    return View(inner.data["template"], (*inner.route, "template")) if inner.data.get("template") else None


def _filler(is_go: bool, is_strict: bool, expand: Expand) -> Fill:
    last: tuple[Mapping[str, Any], dict[str, str]] = ({}, {})

    def fill(template: str, parameters: Mapping[str, Any]) -> str:
        nonlocal last
        if not is_go:
            if last[0] is not parameters:  # once for all the texts of an element
                last = parameters, flat(parameters)
            flattened = last[1]
            return _NAME.sub(lambda match: flattened.get(match[1], match[0]), template)
        names = _PLAIN.findall(template)
        missing = next((name for name, _ in names if is_strict and _dotted(parameters, name) is _NOTHING), None)
        if missing is not None:
            raise ValueError(f"there is no parameter `{missing}`")
        filled = _PLAIN.sub(lambda match: _plainly(_dotted(parameters, match[1]), match), template)
        if ACTION not in filled:
            return filled
        known = _NORMALIZED.sub(lambda match: _plainly(_dotted(parameters, match[1]), match), template)
        return expand(known, parameters)

    return fill


def _left_open(is_go: bool) -> Fill:
    """What fills in a text as far as its parameters are known: others become variables, `${name}`, which nobody knows.

    Where anything but a parameter's text stands in it, what is not known may decide: that is a ValueError.
    """
    named = _PLAIN if is_go else _NAME

    def fill(template: str, parameters: Mapping[str, Any]) -> str:
        known = flat(parameters)
        filled = named.sub(lambda match: known.get(match[1], f"${{{_UNNAMED.sub('_', match[1])}}}"), template)
        if ACTION in filled:
            raise ValueError("it depends on what only a server knows")
        return filled

    return fill


class _Made:
    """The application that one element makes of the template."""

    def __init__(self, found: ObjectInFile, element: Element, own: View | None, fill: Fill, is_go: bool) -> None:
        self.found = found
        self.element = element
        self.own = own
        self.fill = fill
        self.is_go = is_go
        self.template = View(found.spec.data.get("template"), (*found.spec.route, "template"))

    def releases(self, repository: Repository) -> Iterator[Release | Unknowable]:
        try:
            layers, made = self._layers()
        except ValueError as error:
            if self.element.is_open:  # told at the generator
                return
            at = self.found.at(self.template.route)
            yield Unknowable(f"a template that cannot be filled in: {error}", at, "HPC002")
            return
        name = text(View(made.get("metadata"), ()).data.get("name")) or self.found.name
        title = f"Application {name} of {self.found.title}"
        spec = View(made.get("spec"), ("spec",))
        for release in of_spec(Application(self.found, spec, Stack(tuple(layers)), name, title, repository)):
            if not (self.element.is_open and _is_anywhere(release)):  # told at the generator
                yield release

    def _layers(self) -> tuple[list[SpecLayer], dict[str, Any]]:
        """The layers, the topmost first, and what they make together. Raises ValueError."""
        made = self._filled(self.template.data)
        layers: list[SpecLayer] = [self._layer(made, self.template)]
        if self.own is not None:
            data = _without_nothing(self._filled(self.own.data))
            made = layered(made, data, _ATOMIC)
            layers.insert(0, self._layer(data, self.own))
        written = text(self.found.spec.data.get("templatePatch"))
        if written and self.is_go:
            layer, made = self._patched(written, made)
            layers.insert(0, layer)
        return layers, made if isinstance(made, dict) else {}

    def _filled(self, data: Any) -> Any:
        return filled_in(data, self.element.parameters, self.fill)

    def _layer(self, data: Any, template: View) -> SpecLayer:
        return InObject(data, self.found, template.route, (), template.data, self.element.places)

    def _patched(self, written: str, made: Any) -> tuple[SpecLayer, Any]:
        result = self.fill(written, self.element.parameters)
        found = [each for each in documents(SourceFile("", result)) if isinstance(each, Document)]
        key = (*self.found.spec.route, "templatePatch")
        if len(found) != 1:
            raise ValueError("`templatePatch` does not become one document")
        patch = found[0].data
        place = FilledIn(self.found.string(key), written, result, self.element.places)
        if isinstance(patch, list):
            before, made = made, patched(made, patch)
            return InPatch(_changed(before, made), self.found, key, _Nowhere(self.found, key)), made
        return InPatch(patch, self.found, key, place), merge_patched(made, patch)


def _is_anywhere(release: Release) -> bool:
    """Whether what is deployed is named by what only a server knows, and nothing is given to it."""
    return isinstance(release.deploys, Elsewhere) and "${" in release.deploys.what and not release.given


class _Nowhere:
    """The place of what a list of operations sets: the patch."""

    def __init__(self, found: ObjectInFile, key: Route) -> None:
        self.found = found
        self.key = key

    def locate(self, route: Route, part: Part) -> Any:
        return self.found.at(self.key, Part.KEY)._replace(precision=Precision.LINE)


def _changed(before: Any, after: Any) -> Any:
    """What is not as it was."""
    if isinstance(before, dict) and isinstance(after, dict):
        return {key: _changed(before.get(key), value) for key, value in after.items() if before.get(key) != value}
    return after


def _without_nothing(data: Any) -> Any:
    """A generator's template without what is empty in it, which counts for nothing (mergo.Merge)."""
    if isinstance(data, dict):
        found = {key: value if key in _ATOMIC else _without_nothing(value) for key, value in data.items()}
        return {key: value for key, value in found.items() if value not in (None, "", False, 0, [], {})}
    return data


class _Nothing:
    """What is no parameter."""


_NOTHING = _Nothing()


def _dotted(parameters: Mapping[str, Any], name: str) -> Any:
    """What a path of names leads to."""
    value: Any = parameters
    for step in name.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return _NOTHING
        value = value[step]
    return value


def _plainly(value: Any, match: re.Match[str]) -> str:
    if value is None or isinstance(value, (_Nothing, dict, list)):
        return match[0]
    return normalized(said(value)) if match[2] else said(value)
