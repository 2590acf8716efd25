"""A template that fails: which one, where, and the chart without it, so that the others are rendered all the same."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from ...sources.charts.archive import Member
from ...sources.charts.chart import Chart
from .templates.gotemplate import parse_template

_PLACE = re.compile(r"(?:^|[\s(])(\S+?):(\d+)(?=[:)\s])")
_EXECUTION = re.compile(r"(?:execution|parse) error at \(\S+?:\d+(?::\d+)?\): |\S+:\d+:\d+\s+executing ")


class Failure(NamedTuple):
    """What Helm says about a template, and the line that it names."""

    member: str
    line: int
    message: str


def failing(message: str, chart: Chart) -> Failure | None:
    """The template that Helm's message is about: the first that it names, as that includes the others."""
    for name, line in _PLACE.findall(message):
        member = chart.place(name).member
        if member in chart.templates:
            return Failure(member, int(line), message)
    return None


def without(chart: Chart, members: frozenset[str]) -> Chart:
    """A chart in which some templates print nothing; what they define is still there for others."""
    kept = {name: _definitions(member) if name in members else member for name, member in chart.members.items()}
    return replace(chart, members=kept)


def _definitions(member: Member) -> Member:
    try:
        template = parse_template(member.text or "")
    except ValueError:
        return replace(member, data=b"")
    blocks = [
        f"{{{{ define {_quoted(name)} }}}}{template.text[branch.start : branch.end]}{{{{ end }}}}"
        for name, branch in template.defines.items()
        if branch.keyword == "define"
    ]
    return replace(member, data="".join(blocks).encode())


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def cause(message: str) -> str:
    """Helm's message without the place, which is the finding's own."""
    return _EXECUTION.sub("", message, count=1)
