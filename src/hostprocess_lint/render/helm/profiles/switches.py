"""What switches HostProcess on in a chart that has it off: the values that its conditions wait for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ....sources.charts.chart import Chart
from ....sources.charts.metadata import Node
from ..templates.conditions import Settings, Wanted, iterated, settings
from ..templates.expression import EACH, NOWHERE, Call, parse_expression, places_given
from ..templates.gotemplate import Template
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
        enabling = _enabling(made.chart, charts, values)
        for name in (each for each in known.by_name if belongs(each, node)):
            rendered = rendered_name(name, node, charts)
            if rendered in done:
                found.extend(Switch(rendered, needed, is_more=True) for needed in _more(known, name, made))
                continue
            found.extend(
                Switch(rendered, {**enabling, **needed}, is_built)
                for needed, is_built in _mentions(known, name, made)
                if _agree(enabling, needed)
            )
        if enabling and MENTION.search(json.dumps(get(values, charts)[1], default=str)):
            found.append(Switch("/".join(f"charts/{alias}" for alias in charts) + "/", enabling))
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


def _enabling(chart: Chart, charts: tuple[str, ...], values: dict[str, Any]) -> Settings:
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
            yield from _solved(known, (Spot(template, match.start(1)),), made.charts, made.values)


def _mentions(known: Templates, name: str, made: Building) -> Iterator[tuple[Settings, bool]]:
    """The settings for each mention in a template, or in a named template that it includes; whether it is built."""
    template, charts, values = known.by_name[name], made.charts, made.values
    for match in islice(MENTION.finditer(template.text), _MOST) if made.may_name_it(template) else ():
        if template.define_at(match.start()) is None:
            yield from ((each, False) for each in _solved(known, (Spot(template, match.start()),), charts, values))
    outputs = (each for each in template.segments if each.role == "output" and template.define_at(each.start) is None)
    for segment in islice(outputs, _MOST):
        here = Spot(template, segment.start)
        is_printed = prints(MENTION, segment.body, made)
        if is_printed or made.may_make(template, segment):
            yield from ((each, not is_printed) for each in _solved(known, (here,), charts, values))
        for way, branch in included(known, here, segment.body):
            inside = way[-1].template
            mentions = MENTION.finditer(inside.text, branch.start, branch.end) if made.may_name_it(inside) else ()
            for match in islice(mentions, _MOST):
                spots = (*way[:-1], way[-1]._replace(offset=match.start()))
                yield from ((each, False) for each in _solved(known, spots, charts, values))
            for inner in islice(inside.within(branch), _MOST):
                is_printed = inner.role == "output" and prints(MENTION, inner.body, made)
                if is_printed or (inner.role == "output" and made.may_make(inside, inner)):
                    spots = (*way[:-1], way[-1]._replace(offset=inner.start))
                    yield from ((each, not is_printed) for each in _solved(known, spots, charts, values))


def prints(said: re.Pattern[str], action: str, made: Building) -> bool:
    """Whether it prints values that say hostProcess, as `toYaml .Values.securityContext` may."""
    for route in made.reads(action) if made.is_in_values(said) else ():
        value = get(made.values, scoped(route, made.charts))[1] if route else None
        if isinstance(value, (dict, list)) and said.search(json.dumps(value, default=str)):
            return True
    return False


def _solved(
    known: Templates, spots: tuple[Spot, ...], charts: tuple[str, ...], values: dict[str, Any]
) -> Iterator[Settings]:
    """The settings under which all the branches around some places are taken, of which each includes the next."""
    needed: Settings = {}
    wants: list[tuple[Wanted, bool]] = []
    words = Words(known, charts, values, needed)
    dot = root = NOWHERE
    for spot, behind in zip(spots, (*spots[1:], None), strict=True):
        meanings = words.meanings(spot.template, dot, root)
        around = spot.template.around(spot.offset)
        if len(around) > _MOST:
            return  # no chart is like that, and as many mentions may be that deep
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
    for want, is_range in sorted(wants, key=lambda each: not each[0].truth):
        expression, truth, meanings = want
        more = iterated(expression, meanings) if is_range else settings(expression, truth, meanings)
        if more is None:
            return
        needed.update({scoped(route, charts): value for route, value in more.items()})
    yield _with_whole_lists(needed, values)


def _with_whole_lists(needed: Settings, values: dict[str, Any]) -> Settings:
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
