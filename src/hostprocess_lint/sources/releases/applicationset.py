"""Argo CD's ApplicationSet: the applications that its generators make, as far as no server has to be asked.

Generators, their parameters and how they are filled in are those of applicationset/generators and applicationset/utils
of argo-cd: without `goTemplate` names between braces are replaced as they are, with it each string is a Go template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice, product
from pathlib import Path
from typing import Any, NamedTuple

from ...documents.document import Document, documents
from ...documents.firstlook import as_utf8
from ...finding import Route
from ...limits import FILE_BYTES
from ...pods.pod import View
from ...sourcefile import SourceFile
from ..paths import display
from .argo import Application, of_spec
from .filled import Expand
from .objects import ObjectInFile, text
from .patterns import matching
from .places import FilledIn, InDocument, ValueLocator, value_at
from .release import Release, Unknowable
from .repository import Repository

_MOST_ELEMENTS = 1_000
_DEPTH = 2
_NAME = re.compile(r"\{\{\s*([\w.\[\]-]+)\s*\}\}")
_PLAIN = re.compile(r"\{\{-?\s*\.([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*-?\}\}")
_ANY = re.compile(r"\{\{")


class Element(NamedTuple):
    """What one element of a generator gives, and where that is written."""

    parameters: Mapping[str, Any]
    places: tuple[ValueLocator, ...] = ()


def releases(found: ObjectInFile, repository: Repository, expand: Expand) -> Iterator[Release | Unknowable]:
    """The releases of all applications that an ApplicationSet makes, and what is not known of them."""
    spec = View(found.view.data.get("spec"), (*found.view.route, "spec"))
    is_go = spec.data.get("goTemplate") is True
    if spec.data.get("templatePatch"):
        yield Unknowable("`templatePatch` changes the applications", found.at((*spec.route, "templatePatch")))
    for generator in spec.items("generators"):
        elements = _Generators(found, repository, is_go).elements(generator, 0)
        for number, element in enumerate(elements):
            if isinstance(element, Unknowable):
                yield element
            elif number >= _MOST_ELEMENTS:
                reason = f"more than {_MOST_ELEMENTS:,} elements: the rest is not judged"
                yield Unknowable(reason, found.at(generator.route))
                break
            else:
                yield from _applications(found, spec, element, repository, _filler(is_go, expand))


def _filler(is_go: bool, expand: Expand) -> Expand:
    def fill(template: str, parameters: Mapping[str, Any]) -> str:
        if not is_go:
            flat = _flat(parameters)
            return _NAME.sub(lambda match: flat.get(match[1], match[0]), template)
        filled = _PLAIN.sub(lambda match: _dotted(parameters, match[1]) or match[0], template)
        return expand(template, parameters) if _ANY.search(filled) else filled

    return fill


def _applications(
    found: ObjectInFile, spec: View, element: Element, repository: Repository, fill: Expand
) -> Iterator[Release | Unknowable]:
    template = View(spec.data.get("template"), (*spec.route, "template"))
    try:
        made = _filled(template.data, element.parameters, fill)
    except ValueError as error:
        yield Unknowable(f"a template that cannot be filled in: {error}", found.at(template.route))
        return
    name = text(View(made.get("metadata"), ()).data.get("name")) or found.name

    def placed(place: ValueLocator, route: Route) -> ValueLocator:
        below = route[len(template.route) :]
        return FilledIn(place, value_at(template.data, below), value_at(made, below), element.places)

    title = f"Application {name} of {found.title}"
    made_spec = View(made.get("spec"), (*template.route, "spec"))
    yield from of_spec(Application(found, made_spec, name, title, repository, placed))


def _filled(data: Any, parameters: Mapping[str, Any], fill: Expand) -> Any:
    if isinstance(data, dict):
        return {fill(key, parameters): _filled(value, parameters, fill) for key, value in data.items()}
    if isinstance(data, list):
        return [_filled(item, parameters, fill) for item in data]
    return fill(data, parameters) if isinstance(data, str) else data


class _Generators:
    """The generators of one ApplicationSet."""

    def __init__(self, found: ObjectInFile, repository: Repository, is_go: bool) -> None:
        self.found = found
        self.repository = repository
        self.is_go = is_go

    def elements(self, generator: View, depth: int) -> Iterator[Element | Unknowable]:
        """What a generator gives, or the one thing that cannot be known of it."""
        kind = next((key for key in generator.data if key not in ("selector", "template")), "")
        inner = View(generator.data.get(kind), (*generator.route, kind))
        if inner.data.get("template"):
            yield Unknowable(f"the `template` of a generator `{kind}`", self.found.at((*inner.route, "template")))
        if kind == "list":
            yield from self._list(inner)
        elif kind == "git" and self.repository.is_this(text(inner.data.get("repoURL"))):
            yield from self._directories(inner)
            yield from self._files(inner)
        elif kind in ("matrix", "merge") and depth < _DEPTH:
            yield from self._combined(kind, inner, depth)
        else:
            yield Unknowable(f"the generator `{kind}` asks a server", self.found.at(generator.route))

    def _list(self, generator: View) -> Iterator[Element | Unknowable]:
        for element in generator.items("elements"):
            yield Element(element.data, (InDocument(self.found.file, self.found.document, element.route),))
        if generator.data.get("elementsYaml"):
            yield Unknowable("`elementsYaml` is made by a template", self.found.at((*generator.route, "elementsYaml")))

    def _directories(self, generator: View) -> Iterator[Element]:
        wanted: dict[Path, None] = {}
        unwanted: set[Path] = set()
        for each in generator.items("directories"):
            paths = matching(text(each.data.get("path")), self.repository.root, directories=True)
            if each.data.get("exclude") is True:
                unwanted.update(paths)
            else:
                wanted.update(dict.fromkeys(paths))
        for path in wanted:
            if path not in unwanted:
                yield Element(self._path_parameters(path.relative_to(self.repository.root)))

    def _files(self, generator: View) -> Iterator[Element | Unknowable]:
        for each in generator.items("files"):
            for path in matching(text(each.data.get("path")), self.repository.root):
                yield from self._of_file(path, each)

    def _of_file(self, path: Path, entry: View) -> Iterator[Element | Unknowable]:
        try:
            with path.open("rb") as stream:
                raw = stream.read(FILE_BYTES + 1)
            if len(raw) > FILE_BYTES:
                raise ValueError(f"larger than {FILE_BYTES // 2**20} MiB")
            content = as_utf8(raw).decode("utf-8-sig")
        except (OSError, ValueError) as error:
            yield Unknowable(f"`{path.name}` cannot be read: {error}", self.found.at(entry.route))
            return
        file = SourceFile(display(str(path)), content)
        known = self._path_parameters(path.relative_to(self.repository.root).parent, path.name)
        for document in documents(file):
            if not isinstance(document, Document):
                yield Unknowable(f"`{path.name}` cannot be read: {document.reason}", self.found.at(entry.route))
            else:
                items = document.data if isinstance(document.data, list) else [document.data]
                for index, item in enumerate(items):
                    if isinstance(item, dict):
                        base: Route = (index,) if isinstance(document.data, list) else ()
                        yield Element({**item, **known}, (InDocument(file, document, base),))

    def _path_parameters(self, path: Path, filename: str = "") -> dict[str, Any]:
        normalized = re.sub(r"[^a-z0-9.-]", "-", path.name.lower())
        segments = list(path.parts)
        if self.is_go:
            about = {"path": path.as_posix(), "basename": path.name, "basenameNormalized": normalized}
            return {"path": {**about, "segments": segments, "filename": filename}}
        numbered = {f"path[{index}]": segment for index, segment in enumerate(segments)}
        named = {"path.basename": path.name, "path.basenameNormalized": normalized, "path.filename": filename}
        return {"path": path.as_posix(), **named, **numbered}

    def _combined(self, kind: str, generator: View, depth: int) -> Iterator[Element | Unknowable]:
        """A matrix is the product of its two generators; a merge adds to the first what others say of equal keys."""
        parts = [
            list(islice(self.elements(each, depth + 1), _MOST_ELEMENTS + 1)) for each in generator.items("generators")
        ]
        yield from (each for part in parts for each in part if isinstance(each, Unknowable))
        known = [[each for each in part if isinstance(each, Element)] for part in parts]
        if kind == "matrix":
            for combination in product(*known):
                yield _joined(combination)
            return
        keys = generator.data.get("mergeKeys")
        names = [text(key) for key in keys] if isinstance(keys, list) else []
        for element in known[0] if known else ():
            same = [
                other
                for part in known[1:]
                for other in part
                if all(other.parameters.get(name) == element.parameters.get(name) for name in names)
            ]
            yield _joined((element, *same))


def _joined(elements: tuple[Element, ...]) -> Element:
    """What some elements give together; of equal names the last wins, and is where it is looked for first."""
    parameters: dict[str, Any] = {}
    for each in elements:
        parameters.update(each.parameters)
    return Element(parameters, tuple(place for each in reversed(elements) for place in each.places))


def _flat(parameters: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Parameters by dotted names, as templates without `goTemplate` know them."""
    found: dict[str, str] = {}
    for key, value in parameters.items():
        if isinstance(value, dict):
            found.update(_flat(value, f"{prefix}{key}."))
        elif not isinstance(value, list):
            found[prefix + key] = _said(value)
    return found


def _dotted(parameters: Mapping[str, Any], name: str) -> str | None:
    """The scalar that a path of names leads to."""
    value: Any = parameters
    for step in name.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return None if value is None or isinstance(value, (dict, list)) else _said(value)


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
