"""All templates of a chart: the named ones in them, what they include, and which values they read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from ....finding import Route
from ....sources.charts.chart import Chart, is_template
from .gotemplate import Branch, Template, parse

VALUES = re.compile(r"\.Values((?:\.[A-Za-z_]\w*)*)")
_INDEX = re.compile(r'\bindex\s+(?:\$\w*|\.\w+)?\.Values((?:\.\w+)*)((?:\s+"[^"]+")+)\s*\)?((?:\.\w+)*)')
INCLUDE = re.compile(r'\b(?:include|template)\s+"([^"]+)"')
_ANY = re.compile(r"\bBasePath\b|\b(?:include|template)\s+[^\s\"]")
# `merge (dict …) .Values.x` changes nothing but what it has made.
_CHANGES = re.compile(r"\b(?:set|unset|(?:m|mustM)erge(?:Overwrite)?)\s+(?!\(\s*(?:dict|deepCopy)\b)")
_TPL = re.compile(r"\btpl\b")
_VARIABLE = re.compile(r"\$(\w+)")
_DEPTH = 4
_MOST = 100


@dataclass(frozen=True)
class Templates:
    """The templates by their members' names, and the named templates with the file that each is in."""

    by_name: dict[str, Template]
    defines: dict[str, tuple[str, Branch]]

    @cached_property
    def change_values(self) -> bool:
        """Whether an action may change a chart's values, so that what a file says is not what another action reads."""
        segments = (segment for each in self.by_name.values() for segment in each.segments)
        return any(_CHANGES.search(segment.body) for segment in segments)

    def included(self, texts: list[str]) -> list[str]:
        """The named templates that expressions include, and those that these include."""
        found: list[str] = []
        pending = list(texts)
        while pending:
            for name in INCLUDE.findall(pending.pop(0)):
                if name in self.defines and name not in found and len(found) < _MOST:
                    found.append(name)
                    file, branch = self.defines[name]
                    pending.append(self.by_name[file].body(branch))
        return found

    def homes(self, own: str, defines: list[str] | None) -> set[str]:
        """A template and the files of the named ones that it can include (`includable`); all where that is any."""
        return {own, *self.by_name} if defines is None else {own, *(self.defines[name][0] for name in defines)}

    def includable(self, own: str) -> list[str] | None:
        """The named templates that a template includes; None where it may include any, or is given others' text."""
        text = self.by_name[own].text if own in self.by_name else ""
        defines = self.included([text])
        files = {self.defines[name][0] for name in defines} - {own}
        is_any = len(defines) == _MOST or any(
            _ANY.search(each) for each in (text, *(self.by_name[file].text for file in files))
        )
        return None if is_any else defines

    def read_by(self, own: str) -> frozenset[Route]:
        """The values that a template and what it includes may read; the empty route where that is all of them."""
        included = self.includable(own)
        texts = [self.by_name[name].text for name in self.homes(own, included) if name in self.by_name]
        if own not in self.by_name or any(_TPL.search(text) for text in texts):
            return frozenset(((),))
        return frozenset(route for text in texts for route in read_routes(text))

    def references(self, texts: list[str], template: Template, depth: int = 0) -> Iterator[tuple[Route, int]]:
        """The values that expressions read, through variables and named templates, and how far away each is."""
        seen: set[str] = set()
        pending = [(text, template, depth) for text in texts]
        while pending:
            text, home, hops = pending.pop(0)
            yield from ((route, hops) for route in read_routes(text))
            if hops >= _DEPTH:
                continue
            for name in INCLUDE.findall(text):
                if name in self.defines and name not in seen:
                    seen.add(name)
                    file, branch = self.defines[name]
                    pending.append((self.by_name[file].body(branch), self.by_name[file], hops + 1))
            for variable in _VARIABLE.findall(text):
                if f"${variable}" not in seen:
                    seen.add(f"${variable}")
                    pending.extend((body, home, hops + 1) for body in home.assignments.get(f"${variable}", ()))


def read_routes(expression: str) -> Iterator[Route]:
    """The places below `.Values` that an expression names."""
    for match in VALUES.finditer(expression):
        yield tuple(key for key in match[1].split(".") if key)
    for match in _INDEX.finditer(expression):
        keys = [*match[1].split("."), *re.findall(r'"([^"]+)"', match[2]), *match[3].split(".")]
        yield tuple(key for key in keys if key)


def read_templates(chart: Chart) -> Templates:
    """Take every template of a chart apart; what is no template is left to Helm to complain about."""
    by_name: dict[str, Template] = {}
    for name, member in chart.members.items():
        text = member.text if is_template(name) else None
        if text is not None:
            with suppress(ValueError):
                by_name[name] = parse(text)
    defines = {define: (name, branch) for name, each in by_name.items() for define, branch in each.defines.items()}
    return Templates(by_name, defines)


def includes(define: str) -> re.Pattern[str]:
    """What an action looks like that includes a named template."""
    return re.compile(r'\b(?:include|template)\s+"' + re.escape(define) + '"')
