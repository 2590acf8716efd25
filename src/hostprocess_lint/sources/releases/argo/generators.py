"""The elements that the generators of an ApplicationSet give, as far as no server has to be asked.

Which parameters each gives, and how two are combined, is that of applicationset/generators of argo-cd (list.go, git.go,
matrix.go, merge.go, generator_spec_processor.go).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from ....documents.document import Document
from ....documents.stream import documents
from ....location import Route
from ....pods.view import View
from ....sourcefile import SourceFile
from ...layering import layered
from ..objects import ObjectInFile, text
from ..places import Below
from ..release import Unknowable
from ..repository import Repository
from .elements import Element, Fill, filled_in, flat
from .gitgenerator import GitGenerator
from .selecting import takes_element

MOST_ELEMENTS = 1_000
_DEPTH = 2
_TOO_MANY = f"more than {MOST_ELEMENTS:,} elements: the rest is not judged"
_NO_KINDS = ("selector", "template")


class Generators:
    """The generators of one ApplicationSet; with `is_go` parameters keep their shape, else they are flat.

    `fill_known` is what fills in texts with parameters of which not all are known, and `fill_strictly` with what must
    be there.
    """

    def __init__(
        self,
        *,
        found: ObjectInFile,
        repository: Repository,
        is_go: bool,
        fill: Fill,
        fill_known: Fill,
        fill_strictly: Fill,
    ) -> None:
        self.found = found
        self.repository = repository
        self.fill = fill
        self.fill_known = fill_known
        self.fill_strictly = fill_strictly
        self.git = GitGenerator(found, repository, is_go, fill)

    def kinds(self) -> Iterator[tuple[View, str]]:
        """The generators, of which one entry may hold several; each with its kind."""
        for generator in self.found.spec.items("generators"):
            for kind in _kinds(generator) or [""]:
                yield generator, kind

    def elements(self, generator: View, kind: str) -> Iterator[Element | Unknowable]:
        """What a generator gives, no more than can be judged, or what cannot be known of it."""
        yield from self._some(self._elements(generator, kind, None, 0), generator.route)

    def _some(self, found: Iterator[Element | Unknowable], route: Route) -> Iterator[Element | Unknowable]:
        yield from islice(found, MOST_ELEMENTS)
        if next(found, None) is not None:
            yield Unknowable(_TOO_MANY, self.found.at(route), "HPC005")

    def _elements(
        self, generator: View, kind: str, outer: Element | None, depth: int
    ) -> Iterator[Element | Unknowable]:
        """Those of a generator, whose own texts an `outer` element of a matrix fills in."""
        inner = View(generator.data.get(kind), (*generator.route, kind))
        if outer is not None and (outer.parameters or outer.is_open):
            try:
                fill = self.fill_known if outer.is_open else self.fill
                inner = View(self._filled(inner.data, outer, fill), inner.route)
            except ValueError as error:
                if outer.is_open:  # what is not known decides: it is told where the outer one is
                    return
                yield Unknowable(f"a generator that cannot be filled in: {error}", self.found.at(inner.route), "HPC002")
                return
        selector = generator.data.get("selector")
        for element in self._of_kind(kind, generator, inner, depth):
            if (
                isinstance(element, Unknowable)
                or element.is_open
                or not selector
                or takes_element(selector, flat(element.parameters))
            ):
                yield element

    def _filled(self, data: dict[str, Any], outer: Element, fill: Fill) -> dict[str, Any]:
        """A generator filled in; of its `values` those that ask for nothing that it gives itself."""
        values = data.get("values")
        rest = {key: value for key, value in data.items() if key != "values"}
        filled: dict[str, Any] = filled_in(rest, outer.parameters, fill)
        if isinstance(values, dict):
            filled["values"] = {key: self._value(text(value), outer) for key, value in values.items()}
        return filled

    def _value(self, value: str, outer: Element) -> str:
        try:
            if not outer.is_open:
                return self.fill_strictly(value, outer.parameters)
            return value if "path" in value else self.fill_known(value, outer.parameters)
        except ValueError:
            return value

    def _of_kind(self, kind: str, generator: View, inner: View, depth: int) -> Iterator[Element | Unknowable]:
        if kind == "list":
            yield from self._list(inner, depth)
        elif kind == "git" and self.repository.is_this(text(inner.data.get("repoURL"))):
            yield from self.git.elements(inner)
        elif kind == "git":
            url = text(inner.data.get("repoURL"))
            yield Unknowable(f"the generator `git` reads {url}, another repository", self.found.at(generator.route))
            yield from self._open(inner)
        elif kind == "matrix" and depth < _DEPTH:
            yield from self._matrix(inner, depth)
        elif kind == "merge" and depth < _DEPTH:
            yield from self._merge(inner, depth)
        else:
            yield Unknowable(f"the generator `{kind}` asks a server", self.found.at(generator.route))
            yield from self._open(inner) if kind not in ("matrix", "merge") else ()

    def _open(self, generator: View) -> Iterator[Element]:
        """One for all that only a server knows, with the `values` that the generator gives itself."""
        values = View(generator.data.get("values"), ()).data
        try:
            own = {key: self.fill_known(text(value), {}) for key, value in values.items()}
        except ValueError:
            return
        yield Element({"values": own} if own else {}, (self.found.mapping(generator.route),), is_open=True)

    def _list(self, generator: View, depth: int) -> Iterator[Element | Unknowable]:
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
                known = item if self.git.is_go else _flat_already(item, depth)
                yield Element(known, (Below(self.found.string(route), (index,)),))

    def _matrix(self, generator: View, depth: int) -> Iterator[Element | Unknowable]:
        """The product of the generators; each is filled in with what those before it give, and cannot replace that."""
        known: list[Element] = [Element({})]
        for each in generator.items("generators"):
            combined: list[Element] = []
            said: set[tuple[object, ...]] = set()  # each outer element asks the same
            for before in known:
                for element in self._some(self._elements(each, _kind(each), before, depth + 1), each.route):
                    if isinstance(element, Unknowable):
                        key = element.reason, element.location.key
                        yield from () if key in said else (element,)
                        said.add(key)
                    else:
                        parameters = layered(element.parameters, before.parameters)
                        is_open = before.is_open or element.is_open
                        combined.append(Element(parameters, (*before.places, *element.places), is_open))
                    if len(combined) > MOST_ELEMENTS:
                        break
                if len(combined) > MOST_ELEMENTS:
                    break
            known = combined
        yield from known

    def _merge(self, generator: View, depth: int) -> Iterator[Element | Unknowable]:
        """The elements of the first generator, with what later ones say of equal keys, as far as those are known."""
        parts: list[list[Element]] = []
        for each in generator.items("generators"):
            part = list(self._some(self._elements(each, _kind(each), None, depth + 1), each.route))
            yield from (element for element in part if isinstance(element, Unknowable))
            parts.append([element for element in part if isinstance(element, Element) and not element.is_open])
        names = [text(key) for key in generator.listed("mergeKeys")]
        by_key = [{self._key(element, names): element for element in reversed(part)} for part in parts[1:]]
        for element in parts[0] if parts else ():
            found = element
            for others in by_key:
                other = others.get(self._key(element, names))
                if other is not None:
                    parameters = layered(found.parameters, other.parameters)
                    found = Element(parameters, (*other.places, *found.places))
            yield found

    def _key(self, element: Element, names: list[str]) -> tuple[str, ...]:
        known = element.parameters if self.git.is_go else flat(element.parameters)
        return tuple(repr(known.get(name)) for name in names)


def _flat_already(item: dict[str, Any], depth: int) -> dict[str, Any]:
    """Of an element that is not made flat what is a name's text; a matrix makes one of any scalar."""
    return {
        key: value
        for key, value in item.items()
        if isinstance(value, str) or (depth and not isinstance(value, (dict, list)))
    }


def _kinds(generator: View) -> list[str]:
    """The kinds of what an entry holds; what is null counts for nothing."""
    return [key for key, value in generator.data.items() if key not in _NO_KINDS and value is not None]


def _kind(generator: View) -> str:
    return next(iter(_kinds(generator)), "")
