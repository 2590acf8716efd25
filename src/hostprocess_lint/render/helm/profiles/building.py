"""Whether an action may put the word hostProcess together, of its own texts and of what it prints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from ....location import Route
from ....sources.charts.chart import Chart, is_template
from ....sources.charts.metadata import Node
from ....sources.charts.relevance import Pieces, joins_to_a_word, pieces, says_a_word
from ....sources.charts.rewriting import rewrites
from ..templates.folding import Folding
from ..templates.gotemplate import Segment, Template
from ..templates.reading import Frame
from ..templates.templates import Templates
from .actiontext import asked_by, hides_the_word, line_of, printed_as_it_is, strings_in
from .saying import may_name_it
from .values import get, possible_scopes

_MOST_READ = 50_000_000
"""How many characters are looked at for all actions of a chart."""
_MOST = 2**16
"""How many characters of a value or a file are looked at."""
_BODIES = 500
"""How many actions one is followed through."""


class _Made(NamedTuple):
    """What one action prints: the actions on the way, the texts of named templates, what stands beside it, and values.

    The first `own` of the actions are on its line.
    """

    bodies: tuple[str, ...]
    own: int
    texts: tuple[str, ...]
    beside: str
    routes: frozenset[Route]


@dataclass
class Building:
    """What the actions of one chart, or of a subchart, are made of.

    `charts` are the names by which values lead to the subchart, and `node` it is.
    """

    chart: Chart
    known: Templates
    charts: tuple[str, ...]
    node: Node
    values: dict[str, Any]
    _asked: dict[tuple[object, ...], bool] = field(default_factory=dict)
    _answered: dict[_Made, bool] = field(default_factory=dict)
    _pieces: dict[str, Pieces] = field(default_factory=dict)
    _inside: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    _shown: dict[Route, str] = field(default_factory=dict)
    _in_values: dict[re.Pattern[str], bool] = field(default_factory=dict)
    _rewriting: dict[str, bool] = field(default_factory=dict)
    _naming: dict[int, bool] = field(default_factory=dict)
    _spent: int = 0

    @property
    def _is_too_much(self) -> bool:
        """What there is too much of to be looked at may make anything."""
        return self._spent > _MOST_READ

    @cached_property
    def folding(self) -> Folding:
        """The templates as they run in it."""
        return Folding(self.known, "/charts/".join((self.chart.node.name, *self.charts)))

    def may_make(self, frame: Frame, segment: Segment) -> bool:
        """Whether the word could come of it: rather too often than not."""
        place = (*frame.key, segment.start)
        if place not in self._asked:
            made = self._made(frame, segment)
            if made not in self._answered:  # the same line stands in many templates
                self._answered[made] = self._is_too_much or any(map(self._rewrites, made.bodies)) or self._says(made)
            self._asked[place] = self._answered[made]
        return self._asked[place]

    def makes(self, frame: Frame, segment: Segment) -> bool:
        """Whether it can hardly be meant otherwise, which is told where it is never rendered: the word is several
        strings one behind the other, or the letters that are left of one.
        """
        if not self._is_too_much and not self.may_make(frame, segment):
            return False
        made = self._made(frame, segment)
        if self._is_too_much:  # what is on the line itself tells, in bounded time
            return joins_to_a_word(each for body in made.bodies[: made.own] for each in strings_in(body))
        if any(hides_the_word("".join(strings_in(body))) for body in made.bodies[: made.own] if self._rewrites(body)):
            return True
        values = (get(self.values, scope)[1] for scope in self._scopes(made.routes))
        whole = (*made.beside.split(), *made.texts, *(each for body in made.bodies for each in strings_in(body)))
        return joins_to_a_word((*whole, *(value for value in values if isinstance(value, str))))

    def prints(self, said: re.Pattern[str], frame: Frame, segment: Segment, *, follows: bool = True) -> bool:
        """Whether an action prints values that say hostProcess, as `toYaml .Values.securityContext` may; or what it
        includes, if it `follows` that.
        """
        if not self._is_in_values(said):
            return False
        routes = self.folding.written.of(frame, (segment.start,), follows=follows).routes
        found = (get(self.values, scope)[1] for scope in self._scopes(routes))
        return any(said.search(json.dumps(each, default=str)) for each in found if isinstance(each, (dict, list)))

    def may_name_it(self, template: Template) -> bool:
        """Whether a template's text could hold the key: asked for each action that includes something of it."""
        if id(template) not in self._naming:
            self._naming[id(template)] = may_name_it(template.text)
        return self._naming[id(template)]

    def frame(self, template: Template, file: str, at: int) -> Frame:
        """A template, or the named one in it that holds a place, given the root."""
        return Frame(template, file, template.define_at(at))

    def _is_in_values(self, said: re.Pattern[str]) -> bool:
        """Whether the values say it anywhere."""
        if said not in self._in_values:
            values = json.dumps(self.values, default=str)
            self._in_values[said] = may_name_it(values) and said.search(values) is not None
        return self._in_values[said]

    def _says(self, made: _Made) -> bool:
        return says_a_word(map(self._pieces_of, self._printed(made))) or self._is_too_much

    def _pieces_of(self, text: str) -> Pieces:
        """What a text has of the words, looked at once, and no more than may be."""
        if text not in self._pieces:
            if self._is_too_much:
                return Pieces()
            raw = text.encode("utf-8", "surrogatepass")
            self._spent += len(raw)
            self._pieces[text] = pieces(raw)
        return self._pieces[text]

    def _printed(self, made: _Made) -> Iterator[str]:
        """All texts that may come of it: strings, values, files."""
        yield made.beside
        yield from made.texts
        yield from map(self._value, self._scopes(made.routes))
        for body in made.bodies:
            yield from strings_in(body)
        if any(".Template" in body for body in made.bodies):
            yield from self.known.by_name
        if any(".Chart" in body for body in made.bodies):
            yield from self._metadata
        if any(".Files" in body for body in made.bodies):
            yield from self._files

    def _made(self, frame: Frame, segment: Segment) -> _Made:
        template = frame.template
        line = line_of(template, segment)
        bodies: dict[str, None] = {}
        texts: dict[str, None] = {}
        outputs = [each for each in template.within(line) if each.role == "output"]
        routes = self.folding.written.of(frame, {each.start for each in outputs}).routes
        pending = [each.body for each in outputs]
        own = len(set(pending))
        while pending and len(bodies) < _BODIES:
            body = pending.pop(0)
            if body in bodies:
                continue
            bodies[body] = None
            asks = asked_by(body)
            pending += [each for name in asks.variables for each in template.assignments.get(name, ())]
            for name in asks.includes:
                if name in self.known.defines:
                    actions, text = self._named(name)
                    pending += actions
                    texts[text] = None
        return _Made(tuple(bodies), own, tuple(texts), printed_as_it_is(template.body(line)), routes)

    def _named(self, name: str) -> tuple[tuple[str, ...], str]:
        """The actions and the text of a named template."""
        if name not in self._inside:
            file, branch = self.known.defines[name]
            self._inside[name] = (
                self.known.bodies_of(name),
                printed_as_it_is(self.known.by_name[file].body(branch)[:_MOST]),
            )
        return self._inside[name]

    def _value(self, scope: Route) -> str:
        if scope not in self._shown:
            self._shown[scope] = _text(get(self.values, scope)[1])
        return self._shown[scope]

    def _rewrites(self, body: str) -> bool:
        if body not in self._rewriting:
            self._rewriting[body] = rewrites([_action(body)])
        return self._rewriting[body]

    def _scopes(self, routes: Iterable[Route]) -> Iterator[Route]:
        return (scope for route in routes for scope in possible_scopes(route, self.charts))

    @cached_property
    def _metadata(self) -> tuple[str, ...]:
        """What stands in `Chart.yaml`, each of which is printed as it is."""
        members = self.chart.members.items()
        return tuple(member.text or "" for name, member in members if name.rpartition("/")[2] == "Chart.yaml")

    @cached_property
    def _files(self) -> tuple[str, ...]:
        members = self.chart.members.items()
        return tuple((member.text or "")[:_MOST] for name, member in members if not is_template(name))


def buildings(chart: Chart, known: Templates, values: dict[str, Any]) -> tuple[Building, ...]:
    """A chart and all below it: what is found out of one's actions is found out once."""
    return tuple(Building(chart, known, charts, node, values) for charts, node in _subcharts(chart.node, ()))


def _subcharts(node: Node, charts: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Node]]:
    """A chart and all below it, each with the names by which values lead there."""
    yield charts, node
    for alias, child in node.children.items():
        yield from _subcharts(child, (*charts, alias))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return (value if isinstance(value, str) else json.dumps(value, default=str))[:_MOST]


def _action(body: str) -> bytes:
    return f"{{{{ {body} }}}}".encode("utf-8", "surrogatepass")
