"""Whether a template that fails could make a HostProcess pod."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ...documents.firstlook import may_hold_pods, may_say_host_process
from ...location import Route
from ...sources.charts.chart import Chart, is_template
from ...sources.charts.filesread import NO_FILES, FilesRead, read_by_actions
from ...sources.charts.relevance import covers_member
from .engine.contract import Values
from .profiles.building import Building
from .profiles.values import get, possible_scopes
from .templates.folding import Folding, Reached
from .templates.reading import Frame
from .templates.templates import Templates

_OFF = re.compile(
    r"""(?<!\w)["']?hostProcess["']?[ \t]*:[ \t]*(?:false|False|FALSE|null|~)(?=[ \t]*(?:\#.*)?$|[ \t]*[,}\]\r])"""
    r"""|^([ \t]*)hostProcess:[ \t]*\n(?!\1[ \t])(?=[ \t]*[\w"'])""",
    re.MULTILINE,
)
"""The key where it says that no pod is one, or says nothing: what comes is further to the left, or beside it."""
_COMMENT = re.compile(r"^[ \t]*#(?:(?!\{\{)[^\n\\])*$", re.MULTILINE)
"""A line that is a comment, whatever is filled in elsewhere."""


@dataclass
class Hosting:
    """What is asked of a chart's templates."""

    chart: Chart
    taken_apart: Callable[[], Templates]
    _folding: dict[tuple[str, ...], Folding] = field(default_factory=dict)
    _reached: dict[str, Reached] = field(default_factory=dict)

    @property
    def templates(self) -> Templates:
        return self.taken_apart()

    def may_matter(self, member: str, charts: tuple[str, ...], effective: Values) -> bool:
        """Whether a template, or what it includes, says HostProcess, or may print what does."""
        if member not in self.templates.by_name:
            return may_hold_pods(self.chart.members[member].data)
        reached = self._reaches(member, charts)
        if any(map(could_host, reached.texts)):
            return True
        if self._reads_what_says(read_by_actions(reached.bodies)):
            return True
        scopes = self.reach(member, charts, effective)
        if any(says_host_process(get(effective, scope)[1]) for scope in scopes):
            return True
        return self._puts_together(member, charts, effective)

    def _reads_what_says(self, read: FilesRead) -> bool:
        members = self.chart.members.items() if read != NO_FILES else ()
        files = ((name, member) for name, member in members if not is_template(name))
        return any(covers_member(read, name) and may_say_host_process(member.data) for name, member in files)

    def reach(self, member: str, charts: tuple[str, ...], effective: Values | None = None) -> set[Route]:
        """The places among a chart's values that a template may read; all where these are filled in as templates.

        Which of the `effective` values are, they say themselves.
        """
        if member not in self.templates.by_name:
            return {()}
        folding = self._folding_of(charts)
        reads = folding.folded.of(Frame(folding.file(member).template, member))
        scopes = {scope for route in reads.routes for scope in possible_scopes(route, charts)}
        if not reads.fills_in:
            return scopes
        bodies = self._reaches(member, charts).bodies
        of_values_alone = not any(".Files" in body or "{{" in body for body in bodies)
        are_plain = effective is not None and not any(_holds_templates(get(effective, scope)[1]) for scope in scopes)
        return scopes if of_values_alone and are_plain else {()}

    def _reaches(self, member: str, charts: tuple[str, ...]) -> Reached:
        if member not in self._reached:
            self._reached[member] = self._folding_of(charts).reached(member)
        return self._reached[member]

    def _folding_of(self, charts: tuple[str, ...]) -> Folding:
        base = "/charts/".join((self.chart.node.name, *charts))
        return self._folding.setdefault(charts, Folding(self.templates, base))

    def _puts_together(self, member: str, charts: tuple[str, ...], effective: Values) -> bool:
        template = self.templates.by_name[member]
        node = self.chart.subchart(charts)
        made = Building(self.chart, self.templates, charts, node, effective)
        outputs = (each for each in template.segments if each.role == "output")
        return any(made.makes(made.frame(template, member, each.start), each) for each in outputs)


def _holds_templates(value: Any) -> bool:
    return "{{" in json.dumps(value, default=str)


def could_host(text: str) -> bool:
    """Whether a text says HostProcess, but in comments and where it says that it is off."""
    left = _COMMENT.sub("", _OFF.sub("", text))
    return may_say_host_process(left.encode("utf-8", "surrogatepass"))


def says_host_process(value: Any) -> bool:
    return bool(value) and could_host(json.dumps(value, default=str))
