"""Which template line made which rendered line: a marked render, believed only where it equals the plain one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from ....sources.charts.archive import Member, Package, pack
from ....sources.charts.chart import Chart, is_template
from ..engine.contract import EngineError, Rendering, Values
from ..templates.templates import Templates
from .markers import Keep, Mark, Marked, keep_all, keep_outside_defines, mark_template, strip

_KEY = re.compile(r"""^\s*(?:- )*["']?[\w./-]+["']?:(?=\s|$)""")
_DIGEST = re.compile(r"\b[0-9a-f]{7,64}\b")
_BISECTIONS = 12

Render = Callable[[Package, Values], Rendering]


@dataclass(frozen=True, slots=True)
class Layout:
    """A rendered file's lines, and the markers that stood on them, in order and by the marker's number."""

    lines: list[str]
    markers: dict[int, list[Marked]]
    marked: list[int]
    printed: dict[int, list[int]]

    def block_end(self, line: int) -> int | None:
        """The line whose first marker answers for this one: itself, or the next with a marker.

        A line without any is an inner line of what an action printed, and the marker is behind that action.
        """
        following = bisect_left(self.marked, line)
        return self.marked[following] if following < len(self.marked) else None

    def forged(self, markers: int) -> bool:
        """Whether there are markers that nobody set: a template can print what looks like one."""
        return any(each.number >= markers for line in self.markers.values() for each in line)

    def blocks(self, number: int) -> list[list[str]]:
        """The lines that one marker answers for, once for each line that it was printed on."""
        return [self._block(end) for end in self.printed.get(number, ())]

    def _block(self, end: int) -> list[str]:
        before = bisect_left(self.marked, end) - 1
        return self.lines[self.marked[before] + 1 if before >= 0 else 0 : end + 1]


def layout(text: str) -> Layout:
    """Take the markers out of rendered text."""
    plain, markers = strip(text)
    printed: dict[int, list[int]] = {}
    for line, on_line in markers.items():
        for number in {marked.number for marked in on_line}:
            printed.setdefault(number, []).append(line)
    return Layout(plain.split("\n"), markers, list(markers), printed)


@dataclass(frozen=True, slots=True)
class Alignment:
    """A file whose marked render equals its plain one: the layout, the marks, and the package that was rendered.

    `unstable` are the lines that are not to be believed.
    """

    layout: Layout
    marks: tuple[Mark, ...]
    package: Package
    unstable: frozenset[int]


class Aligner:
    """Aligns the files of one chart under one profile, each when it is first asked for."""

    def __init__(self, chart: Chart, templates: Templates, values: Values, render: Render) -> None:
        self._chart = chart
        self._templates = templates
        self._values = values
        self._render = render
        self._known: dict[str, Alignment | None] = {}
        self._again: dict[str, str] = {}

    def align(self, name: str, plain: str) -> Alignment | None:
        """The alignment of a rendered file, or None where no way of marking leaves its text as it is."""
        if name not in self._known:
            self._known[name] = None if strip(plain).text != plain else self._climb_down(name, plain.split("\n"))
        return self._known[name]

    def _climb_down(self, name: str, plain: list[str]) -> Alignment | None:
        """Mark less and less: everything, nothing in named templates, this file only, the lines of it that can be."""
        own = self._chart.place(name).member

        def own_lines(file: str, line: int, define: str | None) -> bool:
            return file == own and define is None

        included = self._templates.homes(own, self._templates.includable(own))

        def attempt(keep: Keep) -> Alignment | None:
            """At first with only the templates that this one includes: most need no more."""
            few = self._attempt(name, plain, keep, lambda file: file in included)
            return few or self._attempt(name, plain, keep, lambda file: True)

        for keep in (keep_all, keep_outside_defines, own_lines):
            aligned = attempt(keep)
            if aligned:
                return aligned
        text = self._chart.members[own].text or ""
        bad = _bad_lines(
            lambda first, last: bool(attempt(lambda *line: own_lines(*line) and first <= line[1] <= last)),
            (1, text.count("\n") + 1),
            [_BISECTIONS],
        )
        return attempt(lambda *line: own_lines(*line) and line[1] not in bad)

    def _attempt(self, name: str, plain: list[str], keep: Keep, needed: Callable[[str], bool]) -> Alignment | None:
        """Mark and render the file with the others that are needed."""
        package, marks = mark_chart(self._chart, keep, needed)
        try:
            marked = layout(self._render(package, self._values)[name])
        except (EngineError, KeyError):
            return None
        unstable = self._differences(name, plain, marked.lines)
        if unstable is None or marked.forged(len(marks)):
            return None
        return Alignment(marked, tuple(marks), package, unstable)

    def _differences(self, name: str, plain: list[str], lines: list[str]) -> frozenset[int] | None:
        """The lines that differ harmlessly (random, or a digest of marked text); None when others do."""
        if lines == plain:
            return frozenset()
        if len(lines) != len(plain):
            return None
        differing = [index for index, line in enumerate(plain) if line != lines[index]]
        left = [index for index in differing if not _harmless(plain[index], lines[index])]
        again = self._second_plain(name) if left else []
        if left and (len(again) != len(plain) or any(again[index] == plain[index] for index in left)):
            return None
        return frozenset(differing)

    def _second_plain(self, name: str) -> list[str]:
        """Another plain render, to tell random text; after the marked one, so that the clock has moved too."""
        if not self._again:
            try:
                self._again = self._render(self._chart.package(), self._values)
            except EngineError:
                self._again = {"": ""}
        return self._again.get(name, "").split("\n")


def _bad_lines(can_be_marked: Callable[[int, int], bool], lines: tuple[int, int], left: list[int]) -> set[int]:
    """The lines of a file that cannot be marked, found by halving; all of them when that takes too long."""
    first, last = lines
    if left[0] <= 0:
        return set(range(first, last + 1))
    left[0] -= 1
    if can_be_marked(first, last):
        return set()
    if first == last:
        return {first}
    middle = (first + last) // 2
    bad = _bad_lines(can_be_marked, (first, middle), left)
    return bad | _bad_lines(can_be_marked, (middle + 1, last), left)


def mark_chart(chart: Chart, keep: Keep, needed: Callable[[str], bool]) -> tuple[Package, list[Mark]]:
    """A chart with markers in its templates, without the templates that are not needed."""
    marks: list[Mark] = []
    members: dict[str, Member] = {}
    for name, member in chart.members.items():
        text = member.text if is_template(name) else None
        if text is None:
            members[name] = member
        elif needed(name):
            members[name] = Member(mark_template(text, name, marks, keep).encode(), member.file)
    return Package(pack(members), lasting=not chart.node.children), marks


def _harmless(plain: str, marked: str) -> bool:
    """Only the alignment matters: the same text but for digests, or the same key at the same depth."""
    if _DIGEST.sub("", plain) == _DIGEST.sub("", marked):
        return True
    keys = _KEY.match(plain), _KEY.match(marked)
    return bool(keys[0] and keys[1] and keys[0][0] == keys[1][0])
