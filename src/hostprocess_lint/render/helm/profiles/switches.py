"""What switches HostProcess on in a chart that has it off: the values that its conditions wait for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ....location import Route
from ....sources.charts.chart import Chart
from ....sources.charts.metadata import Node
from ..templates.conditions import API_VERSIONS, Meanings, Settings, settings
from ..templates.expression import Expression, TemplateScope, parse_expression, value_routes
from ..templates.gotemplate import Branch, Template
from ..templates.templates import Templates
from .building import Building
from .values import get

_MOST = 200
_LONGEST = 150
"""A key of which each letter is escaped, with what may stand before its colon."""
_LETTERS = "".join(rf"(?:{each}|\\(?:x{ord(each):02x}|u{ord(each):04x}|U{ord(each):08x}))" for each in "hostProcess")
"""The key, with each letter as YAML may spell it: what escapes is as good as what is written plainly."""
_KEY = rf"""(?<!\w){_LETTERS}["']?\s*:\s*"""
_PROPERTIES = r"(?:[!&]\S+\s+|#[^\n]*\n\s*)*"
_TRUE = r"""(?:["']?(?:true|yes|on)\b|\*\w)"""
"""What YAML takes for true, in any case as a type is told that is wrong, and an alias, which may be anything."""
_MENTION = re.compile(rf"""{_KEY}|["'`]{_LETTERS}["'`]""", re.IGNORECASE)
SAYS_MORE = re.compile(rf"""^[^#\n]*?({_KEY}{_PROPERTIES}(?:{_TRUE}|["']?\{{\{{))""", re.MULTILINE | re.IGNORECASE)
SAYS_TRUE = re.compile(rf"{_KEY}{_PROPERTIES}{_TRUE}", re.IGNORECASE)


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


def how_often_host_process(text: str) -> int:
    """How often rendered text holds a field `hostProcess: true`, however that is spelt."""
    return sum(1 for _ in SAYS_TRUE.finditer(text))


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
        if enabling and _MENTION.search(json.dumps(get(values, charts)[1], default=str)):
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
    for match in islice(SAYS_MORE.finditer(template.text), _MOST):
        if template.define_at(match.start(1)) is None:
            yield from _solved(known, [(template, match.start(1))], made.charts, made.values)


def _mentions(known: Templates, name: str, made: Building) -> Iterator[tuple[Settings, bool]]:
    """The settings for each mention in a template, or in a named template that it includes; whether it is built."""
    template, charts, values = known.by_name[name], made.charts, made.values
    for match in islice(_MENTION.finditer(template.text), _MOST):
        if template.define_at(match.start()) is None:
            yield from ((each, False) for each in _solved(known, [(template, match.start())], charts, values))
    outputs = (each for each in template.segments if each.role == "output" and template.define_at(each.start) is None)
    for segment in islice(outputs, _MOST):
        here = (template, segment.start)
        is_printed = prints(_MENTION, segment.body, made)
        if is_printed or made.may_make(template, segment):
            yield from ((each, not is_printed) for each in _solved(known, [here], charts, values))
        for define in known.included([segment.body]):
            home, branch = known.defines[define]
            inside = known.by_name[home]
            for match in islice(_MENTION.finditer(inside.text, branch.start, branch.end), _MOST):
                yield from ((each, False) for each in _solved(known, [here, (inside, match.start())], charts, values))
            for inner in islice(inside.within(branch), _MOST):
                is_printed = inner.role == "output" and prints(_MENTION, inner.body, made)
                if is_printed or (inner.role == "output" and made.may_make(inside, inner)):
                    around = [here, (inside, inner.start)]
                    yield from ((each, not is_printed) for each in _solved(known, around, charts, values))


def prints(said: re.Pattern[str], action: str, made: Building) -> bool:
    """Whether it prints values that say hostProcess, as `toYaml .Values.securityContext` may."""
    for route in made.reads(action) if made.is_in_values(said) else ():
        value = get(made.values, _scoped(route, made.charts))[1] if route else None
        if isinstance(value, (dict, list)) and said.search(json.dumps(value, default=str)):
            return True
    return False


def _solved(
    known: Templates, spots: list[tuple[Template, int]], charts: tuple[str, ...], values: dict[str, Any]
) -> Iterator[Settings]:
    """The settings under which all the branches around some places are taken."""
    needed: Settings = {}
    wants: list[tuple[str, bool, Meanings]] = []
    for template, offset in spots:
        meanings = _meanings(known, template, charts, values, needed)
        around = template.around(offset)
        if len(around) > _MOST:
            return  # no chart is like that, and as many mentions may be that deep
        for branch in around:
            wants.extend((text, False, meanings) for text in branch.refused)
            if branch.keyword in ("if", "with", "range") and branch.expression:
                wants.append((branch.expression, True, meanings))
            meanings = meanings._replace(dot=_dot(branch, meanings))
        wants.extend((text, True, meanings) for text in _line_outputs(template, offset))
    # What must hold comes first: it may be all that it takes for the rest not to hold.
    for text, truth, meanings in sorted(wants, key=lambda want: not want[1]):
        more = settings(parse_expression(text), truth, meanings)
        if more is None:
            return
        needed.update({_scoped(route, charts): value for route, value in more.items()})
    yield needed


def _dot(branch: Branch, meanings: Meanings) -> Route | None:
    """The place of the dot inside of a branch: that of what `with` is given."""
    if branch.keyword == "with" and branch.expression:
        return next(iter(value_routes(parse_expression(branch.expression), TemplateScope(meanings.dot))), None)
    return None if branch.keyword in ("range", "define", "block") else meanings.dot


def _line_outputs(template: Template, offset: int) -> list[str]:
    """What is printed on the line of a mention: `hostProcess: {{ .Values.x }}` wants `.Values.x`."""
    if not re.match(_KEY, template.text[offset : offset + _LONGEST], re.IGNORECASE):
        return []
    end = template.text.find("\n", offset)
    inside = [segment for segment in template.segments if offset < segment.start < (end if end >= 0 else offset)]
    return [segment.body for segment in inside if segment.role == "output" and not segment.body.startswith("include")]


def _meanings(
    known: Templates, template: Template, charts: tuple[str, ...], values: dict[str, Any], needed: Settings
) -> Meanings:
    """What is known of a template's values: those that are needed already, else those that it has."""

    def value(route: Route) -> Any:
        route = _scoped(route, charts)
        return needed[route] if route in needed else get(values, route)[1]

    asked: set[str] = set()  # each helper and variable once: they may go round in circles

    def variable(name: str) -> Expression | None:
        if name in asked:
            return None
        asked.add(name)
        assigned = template.assignments.get(name)
        return parse_expression(assigned[0]) if assigned else None

    def helper(name: str) -> list[Expression]:
        """The conditions around what a helper prints when it means yes."""
        if name not in known.defines or name in asked:
            return []
        asked.add(name)
        file, branch = known.defines[name]
        home = known.by_name[file]
        body = home.text[branch.start : branch.end]
        said = re.search(r"\btrue\b(?!\s*[)}])", body)
        if said is None:
            return []
        around = home.around(branch.start + said.start())
        inside = (each for each in around if each.keyword in ("if", "with") and each.start > branch.start)
        return [parse_expression(each.expression) for each in inside]

    return Meanings(value, variable, helper)


def _scoped(route: Route, charts: tuple[str, ...]) -> Route:
    return route if route[:1] in (("global",), (API_VERSIONS,)) else (*charts, *route)
