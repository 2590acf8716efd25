"""Argo CD's ApplicationSet: the applications that its generators make, as far as no server has to be asked.

What of the template a generator's own template and a `templatePatch` replace is that of applicationset/utils and
generator_spec_processor.go of argo-cd.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ....documents.document import Document
from ....documents.stream import documents
from ....location import Location, Part, Precision, Route
from ....pods.view import View
from ....sourcefile import SourceFile
from ...layering import layered, merge_patched
from ..filled import Expand
from ..homes import InObject, InPatch, SpecLayer, Stack
from ..objects import ObjectInFile, text
from ..places import FilledIn
from ..release import Elsewhere, Release, Unknowable
from ..repository import Repository
from .application import Application, of_spec
from .elements import Element, Fill, filled_in
from .filling import filler, left_open
from .generators import Generators
from .jsonpatch import patched

_ATOMIC = frozenset({"valuesObject"})


def applicationset_releases(
    found: ObjectInFile, repository: Repository, expand: Expand
) -> Iterator[Release | Unknowable]:
    """The releases of all applications that an ApplicationSet makes, and what is not known of them."""
    is_go = found.spec.data.get("goTemplate") is True
    options = found.spec.data.get("goTemplateOptions")
    fill = filler(is_go, isinstance(options, list) and "missingkey=error" in options, expand)
    fill_known = left_open(is_go)
    generators = Generators(
        found=found,
        repository=repository,
        is_go=is_go,
        fill=fill,
        fill_known=fill_known,
        fill_strictly=filler(is_go, True, expand),
    )
    for generator, kind in generators.kinds():
        for element in generators.elements(generator, kind):
            if isinstance(element, Unknowable):
                yield element
            else:
                own = fill_known if element.is_open else fill
                yield from _Made(found, element, _template_of(generator, kind), own).releases(repository)


def _template_of(generator: View, kind: str) -> View | None:
    """The template of a generator itself, which comes before that of the `spec`."""
    inner = View(generator.data.get(kind), (*generator.route, kind))
    return View(inner.data["template"], (*inner.route, "template")) if inner.data.get("template") else None


class _Made:
    """The application that one element makes of the template."""

    def __init__(self, found: ObjectInFile, element: Element, own: View | None, fill: Fill) -> None:
        self.found = found
        self.element = element
        self.own = own
        self.fill = fill
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
        own = _without_nothing(self.own.data) if self.own else {}
        made = self._filled(_not_said(self.template.data, own))
        layers: list[SpecLayer] = [self._layer(made, self.template)]
        if self.own is not None:
            data = self._filled(own)
            made = layered(made, data, _ATOMIC)
            layers.insert(0, self._layer(data, self.own))
        written = text(self.found.spec.data.get("templatePatch"))
        if written and (layer := self._patched(written, made)):
            layers.insert(0, layer[0])
            made = layer[1]
        return layers, made if isinstance(made, dict) else {}

    def _filled(self, data: Any) -> Any:
        return filled_in(data, self.element.parameters, self.fill)

    def _layer(self, data: Any, template: View) -> SpecLayer:
        return InObject(data, self.found, template.route, (), template.data, self.element.places)

    def _patched(self, written: str, made: Any) -> tuple[SpecLayer, Any] | None:
        """What is patched, and what says so; nothing where the patch is empty. Raises ValueError."""
        result = self.fill(written, self.element.parameters)
        found = list(documents(SourceFile("", result)))
        key = (*self.found.spec.route, "templatePatch")
        if len(found) > 1 or not all(isinstance(each, Document) for each in found):
            raise ValueError("`templatePatch` does not become one document")
        patch = found[0].data if found and isinstance(found[0], Document) else None
        if patch is None:
            return None
        place = FilledIn(self.found.string(key), written, result, self.element.places)
        if isinstance(patch, list):
            before, made = made, patched(made, patch)
            return InPatch(_changed(before, made), self.found, key, _WholePatch(self.found, key)), made
        return InPatch(patch, self.found, key, place), merge_patched(made, patch)


def _is_anywhere(release: Release) -> bool:
    """Whether what is deployed is named by what only a server knows, and nothing is given to it."""
    return isinstance(release.deploys, Elsewhere) and "${" in release.deploys.what and not release.given


class _WholePatch(NamedTuple):
    """The place of whatever a list of operations sets: the patch, where `key` leads to."""

    found: ObjectInFile
    key: Route

    def locate(self, route: Route, part: Part) -> Location:
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


def _not_said(data: Any, other: Any) -> Any:
    """What of a template another one leaves to it: that is filled in, and no more."""
    if not (isinstance(data, dict) and isinstance(other, dict)):
        return data
    return {
        key: _not_said(value, other.get(key))
        for key, value in data.items()
        if key not in other or (isinstance(value, dict) and isinstance(other[key], dict) and key not in _ATOMIC)
    }
