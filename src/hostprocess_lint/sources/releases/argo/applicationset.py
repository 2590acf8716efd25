"""Argo CD's ApplicationSet: the applications that its generators make, as far as no server has to be asked.

How the template is filled in, and what of it a generator's own template and a `templatePatch` replace, is that of
applicationset/utils and generator_spec_processor.go of argo-cd: without `goTemplate` names between braces are replaced
as they are, with it each string is a Go template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ....documents.document import Document
from ....documents.stream import documents
from ....location import Location, Part, Precision, Route
from ....pods.view import View
from ....sourcefile import SourceFile
from ...layering import layered, merge_patched
from ..filled import ACTION, Expand
from ..homes import InObject, InPatch, SpecLayer, Stack
from ..objects import ObjectInFile, text
from ..places import FilledIn
from ..release import Elsewhere, Release, Unknowable
from ..repository import Repository
from ..slugs import slug_template
from .application import Application, of_spec
from .elements import Element, Fill, filled_in, flat, normalized, said
from .generators import Generators
from .jsonpatch import patched

_NAME = re.compile(r"\{\{\s*([^{}\s](?:[^{}]*[^{}\s])?)\s*\}\}")
_OPEN = r"\{\{-?\s*\.([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*"
_PLAIN = re.compile(rf"{_OPEN}(\|\s*normalize\s*)?-?\}}\}}")
"""A parameter as it is, or normalized."""
_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_FUNCTION = re.compile(
    r"""(?P<quoted>"(?:\\.|[^"\\])*"|`[^`]*`)|(?<![\w.$])(?:normalize"""
    r"""|(?P<slug>slugify)(?:\s+(?P<most>\d{1,3})(?:\s+(?P<words>true|false))?)?)(?![\w.])"""
)
"""Those that Helm's engine has not."""
_NORMALIZED = (
    '{{ define "normalize" }}{{ regexReplaceAll "[^-a-z0-9.]" (lower .) "-" | trunc 253 | trimAll "-." }}{{ end }}'
)
"""The function `normalize`, which Helm's engine has not (SanitizeName in applicationset/utils)."""
_NO_VALUE, _KEPT = "<no value>", "<no\ue002value>"
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
    generators = Generators(
        found=found,
        repository=repository,
        is_go=is_go,
        fill=fill,
        fill_known=fill_known,
        fill_strictly=_filler(is_go, True, expand),
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


def _filler(is_go: bool, is_strict: bool, expand: Expand) -> Fill:
    last: tuple[Mapping[str, Any], dict[str, str]] = ({}, {})

    def fill(template: str, parameters: Mapping[str, Any]) -> str:
        nonlocal last
        if not is_go:
            if last[0] is not parameters:  # once for all the texts of an element
                last = parameters, flat(parameters)
            flattened = last[1]
            return _NAME.sub(lambda match: flattened.get(match[1], match[0]), template)
        missing = next((name for name, _ in _PLAIN.findall(template) if _is_missing(parameters, name, is_strict)), None)
        if missing is not None:
            raise ValueError(f"there is no parameter `{missing}`")
        filled = _PLAIN.sub(lambda match: _plainly(_dotted(parameters, match[1]), match), template)
        if ACTION not in filled:
            return filled
        known = _PLAIN.sub(lambda match: _unprinted(_dotted(parameters, match[1]), match), template)
        given = {key: _kept(value) for key, value in parameters.items()}
        return expand(_ACTION.sub(_as_includes, known), given, _definitions(known)).replace(_KEPT, _NO_VALUE)

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


def _is_missing(parameters: Mapping[str, Any], name: str, is_strict: bool) -> bool:
    """Whether a template ends with an error where it prints a parameter: it looks into a text, or all must be there."""
    if _dotted(parameters, name) is not _NOTHING:
        return False
    steps = name.split(".")
    above = (_dotted(parameters, ".".join(steps[:count])) for count in range(1, len(steps)))
    return is_strict or any(not isinstance(each, (Mapping, _Nothing)) and each is not None for each in above)


def _plainly(value: Any, match: re.Match[str]) -> str:
    if isinstance(value, (dict, list)) or (match[2] and not isinstance(value, str)):
        return match[0]
    return normalized(value) if match[2] else _NO_VALUE if isinstance(value, _Nothing) else said(value, _NO_VALUE)


def _unprinted(value: Any, match: re.Match[str]) -> str:
    """What is no parameter is printed so by Go; of Helm's engine nothing would be left."""
    return _KEPT if (value is None or isinstance(value, _Nothing)) and not match[2] else match[0]


def _kept(data: Any) -> Any:
    """Parameters in which what Go has printed for nothing stays."""
    if isinstance(data, dict):
        return {key: _kept(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_kept(item) for item in data]
    return data.replace(_NO_VALUE, _KEPT) if isinstance(data, str) else data


def _as_includes(action: re.Match[str]) -> str:
    return _FUNCTION.sub(lambda found: found["quoted"] or f'include "{_template_name(found)}"', action[0])


def _template_name(function: re.Match[str]) -> str:
    return "-".join((function["slug"], *_cut(function))) if function["slug"] else "normalize"


def _cut(slugify: re.Match[str]) -> tuple[str, str]:
    """How long a slug is at most, and whether it is cut between words (`SlugifyName` in applicationset/utils)."""
    return slugify["most"] or "50", slugify["words"] or "true"


def _definitions(template: str) -> str:
    """The functions that a template may include."""
    found = (each for action in _ACTION.findall(template) for each in _FUNCTION.finditer(action) if each["slug"])
    slugs = {_template_name(each): _cut(each) for each in found}
    return _NORMALIZED + "".join(
        slug_template(name, int(most), at_words=words == "true", text='include "normalize" .')
        for name, (most, words) in slugs.items()
    )
