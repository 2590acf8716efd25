"""A Go template is filled in, and each line of what comes of it is led back to the template's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from ...documents.actions import outside
from ...documents.document import Document
from ...location import Location, Part, Precision, Route, Span
from ...sourcefile import SourceFile
from .functions import translated
from .places import ValueLocator, value_at


class Expand(Protocol):
    """What a Go template becomes with some parameters; `definitions` are templates that it may include.

    Raises ValueError where nobody here can say.
    """

    def __call__(self, template: str, parameters: Mapping[str, Any], definitions: str = "", /) -> str: ...


ACTION = "{{"
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_INSIDE = re.compile(r"""-?\s*/\*[\s\S]*?\*/\s*-?(?=\}\})|(?:"(?:\\.|[^"\\\n])*"|`[^`]*`|(?!\}\})[^"`])*""")
_QUOTED = r"\s*(?P<quote>\|\s*s?quote\s*)?-?\}\}"
_PARAMETER = re.compile(rf"\{{\{{-?\s*\.(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*){_QUOTED}")
_IN_ACTION = re.compile(
    r"""(?<![\w.$])(?:(?P<must>requiredEnv)|env)\s+["`](?P<name>[A-Za-z_]\w*)["`]"""
    r"""|(?P<quoted>"(?:\\.|[^"\\])*"|`[^`]*`)"""
)
_VARIABLE = re.compile(rf"""\{{\{{-?\s*(?:env|requiredEnv)\s+["`](?P<name>[A-Za-z_]\w*)["`]{_QUOTED}""")


class Filled(NamedTuple):
    """What came of a template. `lines` are those of the template, from 1, that its own came from; 0 is unknown.

    It is empty where every line is the template's own. `unknown` are what it prints and nobody here knows: it stands
    there as a variable, `${Values.image}`.
    """

    text: str
    lines: tuple[int, ...] = ()
    unknown: tuple[str, ...] = ()


def fill(template: str, parameters: Mapping[str, Any], expand: Expand) -> Filled:
    """A template filled in. Raises ValueError."""
    if ACTION not in template:
        return Filled(template)
    unknown: dict[str, None] = {}

    def known(action: str) -> str:
        """An action; one that prints a single parameter or variable that nothing gives is a text."""
        found = _PARAMETER.fullmatch(action)
        if found and value_at(parameters, tuple(found["name"].split("."))) is not None:
            return action
        found = found or _VARIABLE.fullmatch(action)
        if not found:
            return translated(_IN_ACTION.sub(variable, action))
        unknown[found["name"]] = None
        return f'"${{{found["name"]}}}"' if found["quote"] else f"${{{found['name']}}}"

    asked: dict[str, None] = {}

    def variable(found: re.Match[str]) -> str:
        """A variable that decides something: one that nobody sets is empty, and one that must be set a text."""
        if found["quoted"]:
            return found["quoted"]
        asked[found["name"]] = None
        return f'"${{{found["name"]}}}"' if found["must"] else '""'

    text = expand(_each_action(template, known), parameters)
    return Filled(text, unknown=(*(name for name in unknown if f"${{{name}}}" in text), *asked))


def _each_action(template: str, change: Callable[[str], str]) -> str:
    """A template with its actions changed, up to the first that has no end: such a one is no template."""
    parts: list[str] = []
    done = 0
    while (start := template.find(ACTION, done)) >= 0:
        found = _INSIDE.match(template, start + 2)
        end = found.end() if found else start
        if not template.startswith("}}", end):
            break
        parts += (template[done:start], change(template[start : end + 2]))
        done = end + 2
    return "".join((*parts, template[done:]))


def fill_lines(template: str, parameters: Mapping[str, Any], expand: Expand) -> Filled:
    """A template filled in, and where its lines come from: told by marks in a second one, which must agree with it."""
    result = fill(template, parameters, expand)
    if ACTION not in template:
        return result
    unknown = result._replace(lines=(0,) * (result.text.count("\n") + 1))
    if _OPEN in template:
        return unknown
    try:
        marked = fill(_marked(template), parameters, expand).text
    except ValueError:
        return unknown
    if _MARK.sub("", marked) != result.text:
        return unknown
    found = ([int(number) for number in _MARK.findall(line)] for line in marked.split("\n"))
    return result._replace(lines=tuple(numbers[-1] if numbers else 0 for numbers in found))


def _marked(template: str) -> str:
    """The template with a mark at the end of each line that prints something, outside of its actions."""
    lines, inside = [], False
    for number, line in enumerate(template.split("\n"), 1):
        ends_inside = line.rfind(ACTION) > line.rfind("}}") if ACTION in line or "}}" in line else inside
        around = ("x" if _PARAMETER.search(line) else "").join(outside(line)).strip()
        lines.append(line if inside or ends_inside or not around else f"{line}{_OPEN}{number}{_CLOSE}")
        inside = ends_inside
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class FilledText:
    """A document, and the file that it is written in. `lines` are those of a template that was filled in to it."""

    file: SourceFile
    document: Document
    lines: tuple[int, ...] = ()

    def at(self, route: Route, part: Part = Part.PAIR) -> Location:
        """The place of an entry of the document."""
        return self.led_back(self.document.span(route, part))

    def place(self, place: ValueLocator) -> ValueLocator:
        """A place in the document as one in the file."""
        return _LedBack(self, place) if self.lines else place

    def led_back(self, span: Span) -> Location:
        """A region of the document in the file: exact where the template has that line as it is."""
        if not self.lines:
            return Location(self.file, span)
        text = self.document.text
        number = text.position(span.start)[0]
        line = self.lines[number - 1] if number <= len(self.lines) else 0
        if not line:
            return Location(self.file, Span(*self.file.line_span(1)), Precision.FILE)
        start, end = self.file.line_span(line)
        if text.line(number) == self.file.line(line) and text.position(span.end)[0] == number:
            moved = start - text.line_span(number)[0]
            return Location(self.file, Span(span.start + moved, span.end + moved))
        indent = len(self.file.text[start:end]) - len(self.file.text[start:end].lstrip())
        return Location(self.file, Span(start + indent, end), Precision.LINE)


@dataclass(frozen=True, slots=True)
class _LedBack:
    """A place in what a template was filled in to, as one in the template."""

    text: FilledText
    place: ValueLocator

    def locate(self, route: Route, part: Part) -> Location | None:
        found = self.place.locate(route, part)
        return self.text.led_back(found.span) if found else None
