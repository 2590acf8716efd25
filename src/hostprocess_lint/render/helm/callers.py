"""A named template that fails: Helm says where that is, and not who calls it by `template` instead of `include`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ...sources.charts.chart import Chart
from .failures import Failure
from .templates.expression import includes, parse_expression
from .templates.gotemplate import Template
from .templates.templates import Templates, read_templates

_PLACE = re.compile(r"(?:^|[\s(])(\S+?):(\d+):(\d+)(?=[:)\s])")


def callers(message: str, chart: Chart) -> list[Failure]:
    """The templates that call the named one which Helm's message is about, each at the line that does."""
    templates = read_templates(chart)
    name = _failing(message, chart, templates)
    if name is None:
        return []
    lines = ((member, _line(templates, member, name)) for member in chart.templates)
    return [Failure(member, line, message) for member, line in lines if line]


def at_fault(suspects: Sequence[Failure], fails: Callable[[frozenset[str]], bool]) -> Failure | None:
    """One of some templates that makes a rendering fail as it does. `fails` says whether one without some still does.

    It does as long as any of those at fault is in it, so each that is left out tells of all before it.
    """
    low, high = 0, len(suspects)
    if not suspects or fails(frozenset(each.member for each in suspects)):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if fails(frozenset(each.member for each in suspects[:middle])):
            low = middle
        else:
            high = middle
    return suspects[low]


def _failing(message: str, chart: Chart, templates: Templates) -> str | None:
    """The named template that the first place of a message is in, if that is in none that calls others."""
    for rendered, line, column in _PLACE.findall(message):
        template = templates.by_name.get(chart.place(rendered).member)
        if template is not None:
            start = sum(map(len, template.text.split("\n")[: int(line) - 1])) + int(line) - 1
            return template.define_at(min(start + int(column), len(template.text) - 1))
    return None


def _line(templates: Templates, member: str, name: str) -> int:
    """The first line of a template on which it comes to a named one; 0 where it does not."""
    template = templates.by_name.get(member)
    return 0 if template is None else next(_lines(templates, template, name), 0)


def _lines(templates: Templates, template: Template, name: str) -> Iterator[int]:
    for owner, segment in zip(template.owners, template.segments, strict=True):
        if segment.body and owner is None:
            own = includes(parse_expression(segment.body))
            if name in own or name in templates.included([segment.body]):
                yield template.text.count("\n", 0, segment.start) + 1
