"""All templates of a chart: the named ones in them, what they include, and which values they read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from ....location import Route
from ....sources.charts.chart import Chart, is_template
from ....sources.charts.metadata import Node
from .expression import Call, Expression, ValueAccess, includes, parse_expression, values_read, variables_read, walk
from .gotemplate import Branch, Segment, Template, named, parse_template

_MERGES = ("merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite")
_DEPTH = 4
_MOST = 100


@dataclass(frozen=True)
class Templates:
    """The templates by their members' names, and the named templates with the file that each is in.

    `files` are the members by what Helm calls each, `ambiguous` the names that several named templates have.
    """

    by_name: dict[str, Template]
    defines: dict[str, tuple[str, Branch]]
    files: dict[str, str]
    ambiguous: frozenset[str]

    @cached_property
    def change_values(self) -> bool:
        """Whether an action may change a chart's values, so that what a file says is not what another action reads."""
        return any(_changes(parse_expression(body)) for each in self.by_name.values() for body in each.bodies)

    def included(self, bodies: Iterable[str]) -> list[str]:
        """The named templates that actions include, and those that these include."""
        found: list[str] = []
        pending = list(bodies)
        while pending:
            for name in includes(parse_expression(pending.pop(0))):
                if name in self.defines and name not in found and len(found) < _MOST:
                    found.append(name)
                    pending.extend(self.bodies_of(name))
        return found

    def bodies_of(self, define: str) -> tuple[str, ...]:
        """The actions in a named template."""
        file, branch = self.defines[define]
        return tuple(segment.body for segment in self.by_name[file].within(branch) if segment.body)

    def homes(self, own: str, defines: list[str] | None) -> set[str]:
        """A template and the files of the named ones that it can include (`includable`); all where that is any."""
        return {own, *self.by_name} if defines is None else {own, *(self.defines[name][0] for name in defines)}

    def includable(self, own: str) -> list[str] | None:
        """The named templates that a template includes; None where it may include any, or is given others' text."""
        bodies = self.by_name[own].bodies if own in self.by_name else ()
        defines = self.included(bodies)
        files = {self.defines[name][0] for name in defines} - {own}
        inside = (body for each in (bodies, *(self.by_name[file].bodies for file in files)) for body in each)
        unbounded = len(defines) == _MOST or any(_includes_any(parse_expression(body)) for body in inside)
        return None if unbounded else defines

    def read_by(self, own: str) -> frozenset[Route]:
        """The values that a template and what it includes may read; the empty route where that is all of them."""
        homes = [self.by_name.get(name) for name in self.homes(own, self.includable(own))]
        actions = [parse_expression(body) for home in homes if home for body in home.bodies]
        if own not in self.by_name or any(isinstance(e, Call) and e.name == "tpl" for a in actions for e in walk(a)):
            return frozenset(((),))
        return frozenset(route for action in actions for route in values_read(action))

    def references(self, bodies: Iterable[str], template: Template, depth: int = 0) -> Iterator[tuple[Route, int]]:
        """The values that actions read, through variables and named templates, and how far away each is."""
        seen: set[str] = set()
        pending = [(parse_expression(body), template, depth) for body in bodies]
        while pending:
            expression, home, hops = pending.pop(0)
            yield from ((route, hops) for route in values_read(expression))
            if hops >= _DEPTH:
                continue
            for name in includes(expression):
                if name in self.defines and name not in seen:
                    seen.add(name)
                    file = self.by_name[self.defines[name][0]]
                    pending.extend((parse_expression(body), file, hops + 1) for body in self.bodies_of(name))
            for variable in variables_read(expression):
                if variable not in seen:
                    seen.add(variable)
                    pending.extend(
                        (parse_expression(body), home, hops + 1) for body in home.assignments.get(variable, ())
                    )


def _changes(expression: Expression) -> bool:
    """Whether it sets something in a mapping that it has not made: `merge (dict …) .Values.x` changes its own only."""
    for each in walk(expression):
        if isinstance(each, Call) and each.name in ("set", "unset", *_MERGES) and each.arguments:
            first = each.arguments[0]
            if not (isinstance(first, Call) and first.name in ("dict", "deepCopy")):
                return True
    return False


def _includes_any(expression: Expression) -> bool:
    """Whether it includes a template by a computed name, or by its place."""
    by_place = any("BasePath" in each.names for each in walk(expression) if isinstance(each, ValueAccess))
    return by_place or None in includes(expression)


def read_templates(chart: Chart) -> Templates:
    """Take every template of a chart apart; what is no template is left to Helm to complain about."""
    by_name: dict[str, Template] = {}
    for name, member in chart.members.items():
        text = member.text if is_template(name) else None
        if text is not None:
            with suppress(ValueError):
                by_name[name] = parse_template(text)
    defines = {define: (name, branch) for name, each in by_name.items() for define, branch in each.defines.items()}
    every = Counter(named(each.body) for template in by_name.values() for each in template.segments if _defines(each))
    ambiguous = frozenset(name for name, count in every.items() if count > 1)
    return Templates(by_name, defines, dict(_files(chart.node, chart.node.name, by_name)), ambiguous)


def _defines(segment: Segment) -> bool:
    return segment.keyword in ("define", "block")


def _files(node: Node, called: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The templates of a chart and of those in it, by what Helm calls each."""
    own = f"{node.folder}templates/"
    yield from ((f"{called}/{name.removeprefix(node.folder)}", name) for name in names if name.startswith(own))
    for alias, child in node.children.items():
        yield from _files(child, f"{called}/charts/{alias}", names)
