"""Where a value of a release is written: in its own mapping, in a string of it, at a parameter, in a values file.

The document may be a file's, or a rendered one: then its `provenance` knows which file made it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from ...documents.actions import outside
from ...documents.document import Document
from ...documents.nodes import ScalarNode
from ...documents.retrace import offsets
from ...documents.stream import documents
from ...location import Location, Part, Precision, Route, Span
from ...rendered import Provenance
from ...sourcefile import SourceFile

_PARAMETER = re.compile(r"\{\{-?\s*\.?([A-Za-z_][\w.-]*)\s*(?:\|[^{}]*)?-?\}\}")
_AS_YAML = re.compile(r"\{\{-?\s*(?:toYaml\s+\.([\w.]+)|\.([\w.]+)\s*\|\s*toYaml)\b[^{}]*\}\}")
_ACTION = "{{"


class ValueLocator(Protocol):
    """Knows where values are written."""

    def locate(self, route: Route, part: Part) -> Location | None:
        """The place of a value, by its way among those that are meant; None where it is not written there."""
        ...


def led(
    file: SourceFile,
    document: Document,
    provenance: Provenance | None,
    route: Route,
    part: Part = Part.PAIR,
    span: Span | None = None,
) -> Location:
    """The place of an entry of a document, or of a `span` within it, in the file that it comes from."""
    where = span or document.span(route, part)
    if provenance is None:
        return Location(file, where)
    return provenance.locate(document.number, route, part, where).location


@dataclass(frozen=True, slots=True)
class InDocument:
    """Values that are a mapping of a document; `base` is the way to it."""

    file: SourceFile
    document: Document
    base: Route = ()
    provenance: Provenance | None = None

    def locate(self, route: Route, part: Part) -> Location | None:
        whole = (*self.base, *route)
        if self.document.entry(whole) is None:
            return None
        return led(self.file, self.document, self.provenance, whole, part)


@dataclass(frozen=True, slots=True)
class InYamlString:
    """Values that are YAML in a string of a document; `base` is the way to the string."""

    file: SourceFile
    document: Document
    base: Route
    provenance: Provenance | None

    def locate(self, route: Route, part: Part) -> Location | None:
        node = self.document.node(self.base)
        if not isinstance(node, ScalarNode):
            return None
        inner = one_document(node.value)
        if inner is None or inner.entry(route) is None:
            return None
        span = inner.span(route, part)
        written = offsets(self.document.text.text, node.start, node.end, node.style, node.value)
        if written is None or span.end <= span.start:
            return self.line(0)
        return self._led(Span(written[span.start], written[span.end - 1] + 1))

    def line(self, number: int) -> Location:
        """A 1-based line of the string, where it can be retraced; else where the string begins."""
        node = self.document.node(self.base)
        key = led(self.file, self.document, self.provenance, self.base, Part.KEY)._replace(precision=Precision.LINE)
        if number < 1 or not isinstance(node, ScalarNode):
            return key
        written = offsets(self.document.text.text, node.start, node.end, node.style, node.value)
        starts = [0, *(match.end() for match in re.finditer("\n", node.value))]
        if written is None or number > len(starts):
            return key
        start, end = self.file.line_span(self.file.position(written[starts[number - 1]])[0])
        indent = len(self.file.text[start:end]) - len(self.file.text[start:end].lstrip())
        return self._led(Span(start + indent, end))._replace(precision=Precision.LINE)

    def _led(self, span: Span) -> Location:
        return led(self.file, self.document, self.provenance, self.base, Part.VALUE, span)


@dataclass(frozen=True, slots=True)
class AtEntry:
    """A single value that an entry of a document sets, whatever way it is asked for."""

    file: SourceFile
    document: Document
    base: Route
    provenance: Provenance | None = None

    def locate(self, route: Route, part: Part) -> Location:
        return led(self.file, self.document, self.provenance, self.base, part)


@dataclass(frozen=True, slots=True)
class FilledIn:
    """Values that a tool's template was filled in to.

    `written` is the string or mapping as it stands in the template, `result` what came of it. What one parameter alone
    has made is written where that parameter is, in one of `elements`; anything else is known by its line.
    """

    template: ValueLocator
    written: object
    result: object
    elements: tuple[ValueLocator, ...]

    def locate(self, route: Route, part: Part) -> Location | None:
        if self.written == self.result:
            return self.template.locate(route, part)
        if isinstance(self.written, str) and isinstance(self.result, str):
            return self._of_text(self.written, self.result, route)
        return self._parameter(str(value_at(self.written, route))) or self._line(self.template.locate(route, Part.PAIR))

    def _of_text(self, written: str, result: str, route: Route) -> Location | None:
        inner = one_document(result)
        if not isinstance(self.template, InYamlString) or inner is None:
            return self._parameter(written) or self._line(self.template.locate((), Part.PAIR))
        if inner.entry(route) is None:
            return None
        number = inner.text.position(inner.span(route).start)[0]
        lines, made = written.split("\n"), result.split("\n")
        if len(lines) != len(made):  # lines were repeated or left out: the one that this can have come of
            number = _origin(lines, made[number - 1])
        if not number:
            return self._printed(written, route) or self._line(self.template.line(0))
        return self._parameter(lines[number - 1]) or self._line(self.template.line(number))

    def _printed(self, written: str, route: Route) -> Location | None:
        """Where a value is written in a parameter that the template prints whole, as YAML."""
        for match in _AS_YAML.finditer(written):
            name = tuple((match[1] or match[2]).split("."))
            for above in range(len(route)):
                for each in self.elements:
                    found = each.locate((*name, *route[above:]), Part.VALUE)
                    if found is not None:
                        return found
        return None

    def _parameter(self, text: str) -> Location | None:
        """Where the one parameter in a text is written."""
        names = _PARAMETER.findall(text)
        if len(names) != 1 or text.count(_ACTION) != 1:
            return None
        route = tuple(names[0].split("."))
        return next((found for each in self.elements if (found := each.locate(route, Part.VALUE))), None)

    def _line(self, location: Location | None) -> Location | None:
        return location._replace(precision=Precision.LINE) if location else None


@dataclass(frozen=True, slots=True)
class Below:
    """A part of what another place knows: what is at `base` in that."""

    place: ValueLocator
    base: Route

    def locate(self, route: Route, part: Part) -> Location | None:
        return self.place.locate((*self.base, *route), part)


@dataclass(frozen=True, slots=True)
class OneEntry:
    """One entry of what another place knows, whatever way it is asked for; no closer than `precision`."""

    place: ValueLocator
    base: Route
    precision: Precision = Precision.EXACT

    def locate(self, route: Route, part: Part) -> Location | None:
        found = self.place.locate(self.base, part)
        return found and found._replace(precision=max(found.precision, self.precision, key=list(Precision).index))


@dataclass(frozen=True, slots=True)
class WholeFile:
    """A single value that is all the text of a file."""

    file: SourceFile

    def locate(self, route: Route, part: Part) -> Location | None:
        start, end = self.file.line_span(1)
        return Location(self.file, Span(start, end))


def value_at(data: Any, route: Route) -> Any:
    """What a way into plain data leads to; None where it leads nowhere."""
    for step in route:
        if isinstance(data, dict):
            data = data.get(step)
        else:
            data = data[step] if isinstance(data, list) and isinstance(step, int) and step < len(data) else None
    return data


def _origin(lines: list[str], made: str) -> int:
    """The number of the one line of a template that a line of what it became can come from; 0 where it is not sure."""
    found = [number for number, line in enumerate(lines, 1) if line.strip() and _may_become(line, made)]
    exact = [number for number in found if _ACTION not in lines[number - 1]]
    return next((numbers[0] for numbers in (exact, found) if len(numbers) == 1), 0)


def _may_become(line: str, made: str) -> bool:
    literals = [part.strip() for part in outside(line)]
    if not any(literals):
        return False
    at = 0
    for literal in literals:
        found = made.find(literal, at)
        if found < 0:
            return False
        at = found + len(literal)
    return made.strip().startswith(literals[0])


@lru_cache(maxsize=16)  # which is asked for every value in it
def one_document(text: str) -> Document | None:
    """The one document of a text, if it is one."""
    found = list(documents(SourceFile("", text)))
    return found[0] if len(found) == 1 and isinstance(found[0], Document) else None
