"""The elements that the generators of an ApplicationSet give, as far as no server has to be asked.

Which parameters each gives, and how two are combined, is that of applicationset/generators of argo-cd (list.go, git.go,
matrix.go, merge.go, generator_spec_processor.go).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from ...documents.document import Document, documents
from ...documents.firstlook import as_utf8
from ...finding import Location, Precision, Route
from ...limits import FILE_BYTES
from ...pods.pod import View
from ...sourcefile import SourceFile
from ..paths import display
from .homes import merged
from .objects import ObjectInFile, text
from .patterns import Matches, in_git, matching
from .places import Below, InDocument, ValueLocator
from .release import Unknowable
from .repository import Repository

Fill = Callable[[str, Mapping[str, Any]], str]
"""What a template becomes with some parameters. Raises ValueError where nobody here can say."""

MOST_ELEMENTS = 1_000
_DEPTH = 2
_TOO_MANY = f"more than {MOST_ELEMENTS:,} elements: the rest is not judged"
_NO_KINDS = ("selector", "template")


class Element(NamedTuple):
    """What one element of a generator gives, and where that is written."""

    parameters: Mapping[str, Any]
    places: tuple[ValueLocator, ...] = ()


class Generators:
    """The generators of one ApplicationSet; with `is_go` parameters keep their shape, else they are flat."""

    def __init__(self, found: ObjectInFile, repository: Repository, is_go: bool, fill: Fill) -> None:
        self.found = found
        self.repository = repository
        self.is_go = is_go
        self.fill = fill

    def elements(self, generator: View) -> Iterator[Element | Unknowable]:
        """What a generator gives, no more than can be judged, or what cannot be known of it."""
        yield from self._some(self._elements(generator, None, 0), generator.route)

    def _some(self, found: Iterator[Element | Unknowable], route: Route) -> Iterator[Element | Unknowable]:
        yield from islice(found, MOST_ELEMENTS)
        if next(found, None) is not None:
            yield Unknowable(_TOO_MANY, self.found.at(route), "HPC005")

    def _elements(self, generator: View, outer: Element | None, depth: int) -> Iterator[Element | Unknowable]:
        """Those of a generator, whose own texts an `outer` element of a matrix fills in."""
        kind = next((key for key in generator.data if key not in _NO_KINDS), "")
        inner = View(generator.data.get(kind), (*generator.route, kind))
        if outer is not None:
            try:
                inner = View(filled_in(inner.data, outer.parameters, self.fill), inner.route)
            except ValueError as error:
                yield Unknowable(f"a generator that cannot be filled in: {error}", self.found.at(inner.route), "HPC002")
                return
        for element in self._of_kind(kind, generator, inner, depth):
            if isinstance(element, Unknowable) or selects(generator.data.get("selector"), flat(element.parameters)):
                yield element

    def _of_kind(self, kind: str, generator: View, inner: View, depth: int) -> Iterator[Element | Unknowable]:
        if kind == "list":
            yield from self._list(inner)
        elif kind == "git" and self.repository.is_this(text(inner.data.get("repoURL"))):
            yield from self._directories(inner) if inner.data.get("directories") else self._files(inner)
        elif kind == "git":
            url = text(inner.data.get("repoURL"))
            yield Unknowable(f"the generator `git` reads {url}, another repository", self.found.at(generator.route))
        elif kind == "matrix" and depth < _DEPTH:
            yield from self._matrix(inner, depth)
        elif kind == "merge" and depth < _DEPTH:
            yield from self._merge(inner, depth)
        else:
            yield Unknowable(f"the generator `{kind}` asks a server", self.found.at(generator.route))

    def _list(self, generator: View) -> Iterator[Element | Unknowable]:
        for element in generator.items("elements"):
            yield Element(element.data, (self.found.mapping(element.route),))
        written = text(generator.data.get("elementsYaml"))
        route = (*generator.route, "elementsYaml")
        if not written:
            return
        found = list(documents(SourceFile("", written)))
        if len(found) != 1 or not isinstance(found[0], Document) or not isinstance(found[0].data, list):
            yield Unknowable("`elementsYaml` cannot be read as a list", self.found.at(route), "HPC002")
            return
        for index, item in enumerate(found[0].data):
            if isinstance(item, dict):
                yield Element(item, (Below(self.found.string(route), (index,)),))

    def _directories(self, generator: View) -> Iterator[Element | Unknowable]:
        wanted: dict[Path, None] = {}
        unwanted: set[Path] = set()
        for each in generator.items("directories"):
            pattern = text(each.data.get("path"))
            found = matching(pattern, self.repository.root, directories=True, deep=False)
            yield from self._unless_all(found, each)
            if each.data.get("exclude") is True:
                unwanted.update(found.paths)
            else:
                wanted.update(dict.fromkeys(found.paths))
        for path in sorted(path for path in wanted if path not in unwanted):
            steps = path.relative_to(self.repository.root)
            if not any(step.startswith(".") for step in steps.parts):  # hidden ones are no directories to Argo CD
                yield from self._with_values(generator, self._path_parameters(generator, steps), ())

    def _files(self, generator: View) -> Iterator[Element | Unknowable]:
        wanted: dict[Path, View] = {}
        for each in generator.items("files"):
            found = in_git(text(each.data.get("path")), self.repository.root)
            yield from self._unless_all(found, each)
            for path in found.paths:
                if each.data.get("exclude") is True:
                    wanted.pop(path, None)
                else:
                    wanted.setdefault(path, each)
        for path in sorted(wanted):
            yield from self._of_file(path, wanted[path], generator)

    def _unless_all(self, found: Matches, entry: View) -> Iterator[Unknowable]:
        if not found.is_all:
            reason = "a pattern that means more than can be looked at: the rest is not judged"
            yield Unknowable(reason, self.found.at(entry.route), "HPC005")

    def _of_file(self, path: Path, entry: View, generator: View) -> Iterator[Element | Unknowable]:
        try:
            with path.open("rb") as stream:
                raw = stream.read(FILE_BYTES + 1)
            if len(raw) > FILE_BYTES:
                raise ValueError(f"larger than {FILE_BYTES // 2**20} MiB")
            content = as_utf8(raw).decode("utf-8-sig")
        except (OSError, ValueError) as error:
            yield Unknowable(f"`{path.name}` cannot be read: {error}", self.found.at(entry.route), "HPC001")
            return
        file = SourceFile(display(str(path)), content)
        steps = path.relative_to(self.repository.root)
        known = self._path_parameters(generator, steps.parent, path.name)
        for document in documents(file):
            if not isinstance(document, Document):
                place = Location(file, document.span, Precision.LINE)
                yield Unknowable(f"`{path.name}` cannot be read: {document.reason}", place, "HPC001")
                continue
            is_list = isinstance(document.data, list)
            listed: list[Any] = document.data if isinstance(document.data, list) else [document.data]
            for index, item in enumerate(listed):
                if isinstance(item, dict):
                    place_of = InDocument(file, document, (index,) if is_list else ())
                    yield from self._with_values(generator, {**item, **known}, (place_of,))

    def _with_values(
        self, generator: View, parameters: dict[str, Any], places: tuple[ValueLocator, ...]
    ) -> Iterator[Element | Unknowable]:
        """With the generator's own `values`, which may be templates of the other parameters."""
        values = generator.data.get("values")
        if not isinstance(values, dict) or not values:
            yield Element(parameters, places)
            return
        try:
            own = {key: self.fill(text(value), parameters) for key, value in values.items()}
        except ValueError as error:
            at = self.found.at((*generator.route, "values"))
            yield Unknowable(f"`values` that cannot be filled in: {error}", at, "HPC002")
            return
        yield Element({**parameters, "values": own}, (self.found.mapping(generator.route), *places))

    def _path_parameters(self, generator: View, path: Path, filename: str = "") -> dict[str, Any]:
        shown = path.as_posix()
        about: dict[str, Any] = {"basename": path.name or ".", "basenameNormalized": normalized(path.name)}
        if filename:
            about |= {"filename": filename, "filenameNormalized": normalized(filename)}
        prefix = text(generator.data.get("pathParamPrefix"))
        if self.is_go:
            found: dict[str, Any] = {"path": {"path": shown, **about, "segments": shown.split("/")}}
            return {prefix: found} if prefix else found
        name = f"{prefix}.path" if prefix else "path"
        numbered = {f"{name}[{index}]": segment for index, segment in enumerate(shown.split("/"))}
        return {name: shown, **{f"{name}.{key}": value for key, value in about.items()}, **numbered}

    def _matrix(self, generator: View, depth: int) -> Iterator[Element | Unknowable]:
        """The product of the generators; each is filled in with what those before it give, and cannot replace that."""
        known: list[Element] = [Element({})]
        for each in generator.items("generators"):
            combined: list[Element] = []
            for before in known:
                for element in self._some(self._elements(each, before, depth + 1), each.route):
                    if isinstance(element, Unknowable):
                        yield element
                    else:
                        parameters = merged(dict(element.parameters), dict(before.parameters), nulls=False)
                        combined.append(Element(parameters, (*before.places, *element.places)))
                    if len(combined) > MOST_ELEMENTS:
                        break
                if len(combined) > MOST_ELEMENTS:
                    break
            known = combined
        yield from known

    def _merge(self, generator: View, depth: int) -> Iterator[Element | Unknowable]:
        """The elements of the first generator, with what later ones say of equal keys."""
        parts: list[list[Element]] = []
        for each in generator.items("generators"):
            part = list(self._some(self._elements(each, None, depth + 1), each.route))
            yield from (element for element in part if isinstance(element, Unknowable))
            parts.append([element for element in part if isinstance(element, Element)])
        keys = generator.data.get("mergeKeys")
        names = [text(key) for key in keys] if isinstance(keys, list) else []
        by_key = [{_key(element, names): element for element in reversed(part)} for part in parts[1:]]
        for element in parts[0] if parts else ():
            found = element
            for others in by_key:
                other = others.get(_key(element, names))
                if other is not None:
                    parameters = merged(dict(found.parameters), dict(other.parameters), nulls=False)
                    found = Element(parameters, (*other.places, *found.places))
            yield found


def filled_in(data: Any, parameters: Mapping[str, Any], fill: Fill) -> Any:
    """Every string of some data filled in, keys too."""
    if isinstance(data, dict):
        return {fill(key, parameters): filled_in(value, parameters, fill) for key, value in data.items()}
    if isinstance(data, list):
        return [filled_in(item, parameters, fill) for item in data]
    return fill(data, parameters) if isinstance(data, str) else data


def flat(parameters: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Parameters by dotted names, as templates without `goTemplate` know them."""
    found: dict[str, str] = {}
    for key, value in parameters.items():
        if isinstance(value, list):
            value = {str(index): item for index, item in enumerate(value)}
        if isinstance(value, dict):
            found.update(flat(value, f"{prefix}{key}."))
        else:
            found[prefix + key] = said(value)
    return found


def said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def selects(selector: Any, parameters: Mapping[str, str]) -> bool:
    """Whether a label selector, of which there may be none, takes an element by its parameters."""
    view = View(selector, ())
    labels = view.data.get("matchLabels")
    wanted = labels if isinstance(labels, dict) else {}
    if any(parameters.get(name) != text(value) for name, value in wanted.items()):
        return False
    return all(_holds(each, parameters) for each in view.items("matchExpressions"))


def _holds(expression: View, parameters: Mapping[str, str]) -> bool:
    key, values = text(expression.data.get("key")), expression.data.get("values")
    listed = [text(value) for value in values] if isinstance(values, list) else []
    operator = expression.data.get("operator")
    if operator == "In":
        return parameters.get(key) in listed
    if operator == "NotIn":
        return parameters.get(key) not in listed
    return (key in parameters) is (operator == "Exists")


def _key(element: Element, names: list[str]) -> tuple[str, ...]:
    return tuple(repr(element.parameters.get(name)) for name in names)


def normalized(name: str) -> str:
    """As a part of an object's name (SanitizeName in applicationset/utils)."""
    return re.sub(r"[^a-z0-9.-]", "-", name.lower())[:253].strip("-.")
