"""What switches HostProcess on in a chart that has it off: the values that its conditions wait for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

from ....sources.charts.chart import Chart
from ....sources.charts.metadata import Node
from ..templates.conditions import Settings, Wanted, iterated, settings
from ..templates.expression import EACH, NOWHERE, Call, parse_expression, places_given
from ..templates.gotemplate import Segment, Template
from ..templates.reading import Frame
from ..templates.templates import Templates
from .building import Building
from .saying import KEY, MENTION, SAYS_MORE
from .values import get, with_placed
from .words import Spot, Words, included, scoped

_MOST = 200
_LONGEST = 150
"""A key of which each letter is escaped, with what may stand before its colon."""


@dataclass(frozen=True, slots=True)
class Switch:
    """Values that may make a template render HostProcess; the template is Helm's name of it, without the chart's.

    `is_built` says that the word does not stand there: the template may put it together. `is_more` that the template
    renders HostProcess already, elsewhere in it.
    """

    template: str
    settings: Settings
    is_built: bool = False
    is_more: bool = False


def switches(chart_and_below: Iterable[Building], done: set[str]) -> list[Switch]:
    """For each place that mentions HostProcess what would have to be set, the fewest values first.

    Of templates that are done, those that have rendered it, what they say in their own text and have not rendered.
    """
    found: list[Switch] = []
    for made in chart_and_below:
        known, charts, node, values = made.known, made.charts, made.node, made.values
        first = enabling(made.chart, charts, values)
        for name in (each for each in known.by_name if belongs(each, node)):
            rendered = rendered_name(name, node, charts)
            if rendered in done:
                found.extend(Switch(rendered, needed, is_more=True) for needed in _more(known, name, made))
                continue
            found.extend(
                Switch(rendered, {**first, **needed}, is_built)
                for needed, is_built in _mentions(known, name, made)
                if _agree(first, needed)
            )
        if first and MENTION.search(json.dumps(get(values, charts)[1], default=str)):
            found.append(Switch("/".join(f"charts/{alias}" for alias in charts) + "/", first))
    wanted = (switch for switch in found if switch.settings)
    return sorted(wanted, key=lambda switch: (switch.is_more, switch.is_built, len(switch.settings)))


def belongs(name: str, node: Node) -> bool:
    """Whether a template is a chart's own, not a subchart's."""
    return name.startswith(f"{node.folder}templates/")


def rendered_name(name: str, node: Node, charts: tuple[str, ...]) -> str:
    """A template as Helm calls it, without the chart's name."""
    return "".join(f"charts/{alias}/" for alias in charts) + name.removeprefix(node.folder)


def _agree(first: Settings, second: Settings) -> bool:
    return all(second.get(route, value) == value for route, value in first.items())


def enabling(chart: Chart, charts: tuple[str, ...], values: dict[str, Any]) -> Settings:
    """What `Chart.yaml` wants set before a subchart is rendered at all: conditions, else tags."""
    found: Settings = {}
    for depth, alias in enumerate(charts):
        above = charts[:depth]
        for dependency in chart.subchart(above).dependencies:
            if alias == dependency.called and not dependency.is_enabled(values, above):
                found.update(dict.fromkeys(dependency.decided_by(values, above), True))
    return found


def _more(known: Templates, name: str, made: Building) -> Iterator[Settings]:
    """The settings for each place in a template's own text that says HostProcess."""
    template = known.by_name[name]
    for match in islice(SAYS_MORE.finditer(template.text), _MOST) if made.may_name_it(template) else ():
        if template.define_at(match.start(1)) is None:
            yield from _solved(known, (Spot(template, name, match.start(1)),), made.charts, made.values)


def _mentions(known: Templates, name: str, made: Building) -> Iterator[tuple[Settings, bool]]:
    """The settings for each place that mentions HostProcess; whether it is built."""
    for spots, is_built in mentions(known, name, made):
        yield from ((each, is_built) for each in _solved(known, spots, made.charts, made.values))


def mentions(known: Templates, name: str, made: Building) -> Iterator[tuple[tuple[Spot, ...], bool]]:
    """Each mention in a template, or in a named template that it includes, with the way there; whether it is built."""
    template = known.by_name[name]
    for match in islice(MENTION.finditer(template.text), _MOST) if made.may_name_it(template) else ():
        if template.define_at(match.start()) is None:
            yield (Spot(template, name, match.start()),), False
    own = Frame(template, name)
    actions = (each for each in template.segments if each.body and template.define_at(each.start) is None)
    for segment in islice(actions, _MOST):
        here = Spot(template, name, segment.start)
        yield from _made_by(segment, (here,), own, made)
        for way, branch in included(known, here, segment.body):
            inside = way[-1].template
            found = MENTION.finditer(inside.text, branch.start, branch.end) if made.may_name_it(inside) else ()
            for match in islice(found, _MOST):
                yield (*way[:-1], way[-1]._replace(offset=match.start())), False
            frame = _frame(way, made)
            for inner in islice(inside.within(branch), _MOST):
                yield from _made_by(inner, (*way[:-1], way[-1]._replace(offset=inner.start)), frame, made)


def _made_by(
    segment: Segment, spots: tuple[Spot, ...], frame: Frame, made: Building
) -> Iterator[tuple[tuple[Spot, ...], bool]]:
    """The place of an action that prints values which say HostProcess, or may put the word together."""
    is_printed = made.prints(MENTION, frame, segment, follows=False)
    if is_printed or (segment.role == "output" and made.may_make(frame, segment)):
        yield spots, not is_printed


def _frame(way: tuple[Spot, ...], made: Building) -> Frame:
    """The named template at the end of a way, with what it is given there."""
    frame = Frame(way[0].template, way[0].file)
    for here, inside in pairwise(way):
        given = made.folding.written.given_at(inside.handed_on, frame, here.offset)
        frame = Frame(inside.template, inside.file, inside.template.define_at(inside.offset), given)
    return frame


def _solved(
    known: Templates, spots: tuple[Spot, ...], charts: tuple[str, ...], values: dict[str, Any]
) -> Iterator[Settings]:
    """The settings under which all the branches around some places are taken, of which each includes the next."""
    needed: Settings = {}
    wants = wanted_at(spots, Words(known, charts, values, needed))
    for want, is_range in wants or ():
        more = solved(want, is_range, charts)
        if more is None:
            return
        needed.update(more)
    if wants is not None:
        yield with_whole_lists(needed, values)


def solved(want: Wanted, is_range: bool, charts: tuple[str, ...]) -> Settings | None:
    """The settings under which a condition holds, as far as it is understood; None where none can."""
    expression, truth, meanings = want
    more = iterated(expression, meanings) if is_range else settings(expression, truth, meanings)
    return None if more is None else {scoped(route, charts): value for route, value in more.items()}


def wanted_at(spots: tuple[Spot, ...], words: Words) -> list[tuple[Wanted, bool]] | None:
    """What has to hold for some places to be come to, of which each includes the next; whether `range` asks it."""
    wants: list[tuple[Wanted, bool]] = []
    dot = root = NOWHERE
    for spot, behind in zip(spots, (*spots[1:], None), strict=True):
        meanings = words.meanings(spot.template, dot, root)
        around = spot.template.around(spot.offset)
        if len(around) > _MOST:
            return None  # no chart is like that, and as many mentions may be that deep
        for branch in around:
            if branch.keyword in ("define", "block"):
                continue
            wants.extend((Wanted(parse_expression(text), False, meanings), False) for text in branch.refused)
            expression = parse_expression(branch.expression)
            if branch.keyword in ("if", "with", "range") and branch.expression:
                wants.append((Wanted(expression, True, meanings), branch.keyword == "range"))
            if branch.keyword in ("with", "range"):
                handed_on = Call(EACH, (expression,)) if branch.keyword == "range" else expression
                meanings = meanings._replace(dot=places_given(handed_on, meanings.scope))
        lines = _line_outputs(spot.template, spot.offset)
        wants.extend((Wanted(parse_expression(text), True, meanings), False) for text in lines)
        if behind is not None:
            dot = root = places_given(behind.handed_on, meanings.scope)
    # What must hold comes first: it may be all that it takes for the rest not to hold.
    return sorted(wants, key=lambda each: not each[0].truth)


def with_whole_lists(needed: Settings, values: dict[str, Any]) -> Settings:
    """Settings in which no item of a list is set, but the list: that is how Helm takes them."""
    found: Settings = {}
    for route, value in sorted(needed.items(), key=lambda each: len(each[0])):
        steps = next((index for index, key in enumerate(route) if isinstance(key, int)), len(route))
        if steps == len(route):
            found[route] = value
        else:
            whole = found[route[:steps]] if route[:steps] in found else get(values, route[:steps])[1]
            found[route[:steps]] = with_placed(whole, route[steps:], value)
    return found


def _line_outputs(template: Template, offset: int) -> list[str]:
    """What is printed on the line of a mention: `hostProcess: {{ .Values.x }}` wants `.Values.x`."""
    if not re.match(KEY, template.text[offset : offset + _LONGEST], re.IGNORECASE):
        return []
    end = template.text.find("\n", offset)
    inside = [segment for segment in template.segments if offset < segment.start < (end if end >= 0 else offset)]
    return [segment.body for segment in inside if segment.role == "output" and not segment.body.startswith("include")]
