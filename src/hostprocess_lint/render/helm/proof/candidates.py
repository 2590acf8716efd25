"""Which values may have made or allowed a rendered line: guesses, best first, for rendering to prove."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from ....location import Route
from ..profiles.values import all_routes, get, scopes
from ..templates.conditions import required_values
from ..templates.expression import parse_expression, values_read
from ..templates.gotemplate import Template, parse_template
from ..templates.templates import Templates
from .inlines import holds_line
from .markers import Mark

_TEXTS = 50
"""How many values and files that are templates themselves are looked into for one line."""


class ScoredLine(NamedTuple):
    """A rendered line as guesses are scored by it: its key, if it has one, its value, and the whole of it."""

    key: str | None
    value: str
    whole: str


@dataclass(frozen=True, slots=True)
class Guesser:
    """Guesses about a chart's templates under one set of values; `files` are the texts that they may read besides."""

    templates: Templates
    values: dict[str, Any]
    files: Callable[[], Iterable[str]] = tuple

    def makers(self, marks: list[Mark], charts: tuple[str, ...], line: ScoredLine) -> list[Route]:
        """The values that may be what the line says. `marks` lead from the line's own outwards over its callers."""
        found: dict[Route, float] = {}
        for depth, mark in enumerate(marks):
            template = self.templates.by_name[mark.file]
            texts = [output.body for output in mark.outputs]
            around = template.around(mark.start)
            for route, hops in self._read(texts, template, charts):
                self._score(found, route, charts, line, 6 - depth - hops)
            for branch in around:
                weight = 4 if branch.keyword in ("with", "range") else 1
                for route, hops in self.templates.references([branch.expression], template):
                    self._score(found, route, charts, line, weight - depth - hops)
        if line.key is not None and not any(route[-1] == line.key for route in found):
            own = get(self.values, charts)[1]
            for route, value in all_routes(own, charts):
                if route and route[-1] == line.key and route not in found:
                    found[route] = 1 + _likeness(route, value, line)
        return [route for route, _ in sorted(found.items(), key=lambda item: -item[1])]

    def _read(self, bodies: list[str], template: Template, charts: tuple[str, ...]) -> Iterator[tuple[Route, int]]:
        """The values that actions read, also those in texts among these and in files, which `tpl` fills in."""
        read = list(self.templates.references(bodies, template))
        yield from read
        texts = [text for route, _ in read for text in self._texts(route, charts)]
        if any(".Files" in body for body in (*bodies, *(each.expression for each in template.branches))):
            texts += [text for text in self.files() if "{{" in text]
        for text in texts[:_TEXTS]:
            with suppress(ValueError):  # no template
                yield from self.templates.references(parse_template(text).bodies, template, 1)

    def _texts(self, route: Route, charts: tuple[str, ...]) -> Iterator[str]:
        for start in scopes(route, charts, self.values)[:1]:
            for _, value in all_routes(get(self.values, start)[1], start):
                if isinstance(value, str) and "\n" in value and "{{" in value:
                    yield value

    def gates(self, marks: list[Mark], charts: tuple[str, ...]) -> dict[Route, bool]:
        """The values in the conditions around a line and its callers, innermost first; and whether that is proof.

        It is where the line is only reached if the value itself is true (or false), however the rest turns out.
        """
        found: dict[Route, bool] = {}
        for mark in marks:
            template = self.templates.by_name[mark.file]
            rebound = mark.define is not None
            is_plain = mark.define is None and not self.templates.change_values
            certain: set[Route] = set()
            around = [each for each in template.around(mark.start) if each.keyword not in ("define", "block")]
            for branch in around:
                for route, off_the_root in required_values(branch):
                    certain.update(scopes(route, charts, self.values)[:1] if not rebound or off_the_root else ())
                rebound = rebound or branch.keyword in ("with", "range")
            for branch in reversed(around):
                for route, _ in self.templates.references([branch.expression, *branch.refused], template):
                    for scope in scopes(route, charts, self.values):
                        found[scope] = found.get(scope, False) or (scope in certain and is_plain)
        return found

    def helper_use(self, mark: Mark, route: Route) -> tuple[str, str, int, int] | None:
        """The named template that an action includes and that reads a value: name, file, and extent of the use."""
        for define in self.templates.included([output.body for output in mark.outputs]):
            file, branch = self.templates.defines[define]
            for segment in self.templates.by_name[file].within(branch):
                if any(keys and keys == route[-len(keys) :] for keys in values_read(parse_expression(segment.body))):
                    return define, file, segment.start, segment.end
        return None

    def _score(
        self, found: dict[Route, float], route: Route, charts: tuple[str, ...], line: ScoredLine, score: int
    ) -> None:
        for start in scopes(route, charts, self.values)[:1]:
            for place, value in all_routes(get(self.values, start)[1], start):
                likely = score + _likeness(place, value, line)
                if place and likely > found.get(place, -99):
                    found[place] = likely


def _likeness(route: Route, value: Any, line: ScoredLine) -> float:
    """How much a value looks like a line: the same name, text, or a part of the text (the later the better)."""
    score = 8.0 if holds_line(value, line.whole) else 0.0
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
