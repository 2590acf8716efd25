"""Which values may have made or allowed a rendered line: guesses, best first, for rendering to prove."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..finding import Route
from .chart import Chart, is_template
from .gotemplate import Branch, Template, parse
from .markers import Mark
from .values import get, places

_VALUES = re.compile(r"\.Values((?:\.[A-Za-z_]\w*)*)")
_INDEX = re.compile(r'\bindex\s+(?:\$\w*|\.\w+)?\.Values((?:\.\w+)*)((?:\s+"[^"]+")+)\s*\)?((?:\.\w+)*)')
_INCLUDE = re.compile(r'\b(?:include|template)\s+"([^"]+)"')
_VARIABLE = re.compile(r"\$(\w+)")
_DEPTH = 4


class Guess(NamedTuple):
    """A place among the values, and how well it fits."""

    route: Route
    score: float


class Line(NamedTuple):
    """A rendered line as guesses are scored by it: its key, if it has one, and its value."""

    key: str | None
    value: str


class Guesser:
    """Reads the templates of one chart for what they refer to."""

    def __init__(self, chart: Chart, values: dict[str, Any]) -> None:
        self._values = values
        self.templates: dict[str, Template] = {}
        self.defines: dict[str, tuple[str, Branch]] = {}
        for name, member in chart.members.items():
            if is_template(name) and member.text is not None:
                try:
                    template = parse(member.text)
                except ValueError:
                    continue
                self.templates[name] = template
                self.defines.update({define: (name, branch) for define, branch in template.defines.items()})

    def makers(self, marks: list[Mark], charts: tuple[str, ...], line: Line) -> list[Route]:
        """The values that may be what the line says. `marks` lead from the line's own outwards over its callers."""
        found: dict[Route, float] = {}
        for depth, mark in enumerate(marks):
            template = self.templates[mark.file]
            texts = [output.body for output in mark.outputs]
            around = template.around(mark.start)
            for route, hops in self._references(texts, template):
                self._score(found, route, charts, line, 6 - depth - hops)
            for branch in around:
                weight = 4 if branch.keyword in ("with", "range") else 1
                for route, hops in self._references([branch.expression], template):
                    self._score(found, route, charts, line, weight - depth - hops)
        if line.key is not None and not any(route[-1] == line.key for route in found):
            own = get(self._values, charts)[1]
            for route, value in places(own, charts):
                if route and route[-1] == line.key and route not in found:
                    found[route] = 1 + _likeness(route, value, line)
        return [route for route, _ in sorted(found.items(), key=lambda item: -item[1])]

    def gates(self, marks: list[Mark], charts: tuple[str, ...]) -> list[Route]:
        """The values in the conditions around a line and its callers, innermost first."""
        found: list[Route] = []
        for mark in marks:
            template = self.templates[mark.file]
            for branch in reversed(template.around(mark.start)):
                if branch.keyword in ("define", "block"):
                    continue
                for route, _ in self._references([branch.expression, *branch.refused], template):
                    found.extend(self._scoped(route, charts))
        return list(dict.fromkeys(found))

    def callers(self, define: str) -> re.Pattern[str]:
        """What an action looks like that includes a named template."""
        return re.compile(r'\b(?:include|template)\s+"' + re.escape(define) + '"')

    def helper_use(self, mark: Mark, route: Route) -> tuple[str, str, int, int] | None:
        """The named template that an action includes and that reads a value: name, file, and extent of the use."""
        for define in self.included([output.body for output in mark.outputs]):
            file, branch = self.defines[define]
            template = self.templates[file]
            for match in _VALUES.finditer(template.text, branch.start, branch.end):
                keys = tuple(key for key in match[1].split(".") if key)
                if keys and keys == route[-len(keys) :]:
                    return define, file, match.start(), match.end()
        return None

    def included(self, texts: list[str]) -> list[str]:
        """The named templates that expressions include, and those that these include."""
        found: list[str] = []
        pending = list(texts)
        while pending:
            for name in _INCLUDE.findall(pending.pop(0)):
                if name in self.defines and name not in found and len(found) < 20:
                    found.append(name)
                    file, branch = self.defines[name]
                    pending.append(self.templates[file].body(branch))
        return found

    def _references(self, texts: list[str], template: Template, depth: int = 0) -> Iterator[tuple[Route, int]]:
        """The values that expressions read, through variables and named templates, and how far away each is."""
        seen: set[str] = set()
        pending = [(text, template, depth) for text in texts]
        while pending:
            text, home, hops = pending.pop(0)
            for match in _VALUES.finditer(text):
                yield tuple(key for key in match[1].split(".") if key), hops
            for match in _INDEX.finditer(text):
                keys = [*match[1].split("."), *re.findall(r'"([^"]+)"', match[2]), *match[3].split(".")]
                yield tuple(key for key in keys if key), hops
            if hops >= _DEPTH:
                continue
            for name in _INCLUDE.findall(text):
                if name in self.defines and name not in seen:
                    seen.add(name)
                    file, branch = self.defines[name]
                    pending.append((self.templates[file].body(branch), self.templates[file], hops + 1))
            for variable in _VARIABLE.findall(text):
                if f"${variable}" not in seen:
                    seen.add(f"${variable}")
                    pending.extend((body, home, hops + 1) for body in self.assignments(variable, home))

    def assignments(self, variable: str, template: Template) -> list[str]:
        """The actions of a template that assign a variable."""
        pattern = re.compile(rf"\${variable}\s*(?:,\s*\$\w+\s*)?:?=(?!=)|,\s*\${variable}\s*:?=(?!=)")
        controls = (segment.body for segment in template.segments if segment.role == "control")
        return [body for body in controls if pattern.search(body)]

    def _score(self, found: dict[Route, float], route: Route, charts: tuple[str, ...], line: Line, score: int) -> None:
        for start in self._scoped(route, charts)[:1]:
            for place, value in places(get(self._values, start)[1], start):
                likely = score + _likeness(place, value, line)
                if place and likely > found.get(place, -99):
                    found[place] = likely

    def _scoped(self, route: Route, charts: tuple[str, ...]) -> list[Route]:
        """Where a subchart's `.Values.x` is among the whole chart's values: its own part of them, or the globals."""
        scopes: list[Route] = [(*charts, *route)]
        if route[:1] == ("global",):
            scopes = [(*charts[:count], *route) for count in range(len(charts) + 1)]
        return [scope for scope in scopes if scope and get(self._values, scope)[0]]


def _likeness(route: Route, value: Any, line: Line) -> float:
    """How much a value looks like a line: the same name, text, or a part of the text (the later the better)."""
    score = 0.0
    if line.key is not None and route[-1] == line.key:
        score += 5
    if isinstance(value, (dict, list)):
        return score + (1 if not line.value else -3)
    written = str(value).lower() if isinstance(value, bool) else str(value)
    if written == line.value and written:
        score += 4
    elif isinstance(value, str) and value and value in line.value:
        score += 2 + line.value.rfind(value) / (len(line.value) + 1)
    return score
