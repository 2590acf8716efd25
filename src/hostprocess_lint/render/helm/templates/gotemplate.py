"""Go template text becomes segments, branches and defines: enough structure to mark lines and to read conditions."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

_KEYWORDS = {"if", "else", "end", "range", "with", "define", "block", "break", "continue"}
_OPENERS = {"if", "range", "with", "define", "block"}
_ASSIGNMENT = re.compile(r"\$\w*\s*(?:,\s*\$\w+\s*)?:?=(?!=)")
_ASSIGNED = re.compile(r"(\$\w+)\s*(?:,\s*(\$\w+)\s*)?:?=(?!=)")
_WORD = re.compile(r"[A-Za-z]\w*")
_REFUSED = 20
_BLANK = " \t\r\n"
_NAME = re.compile(r'(?:define|block)\s+(?:"([^"]*)"|`([^`]*)`)')
_QUOTE_OR_CLOSING = re.compile(r"[\"'`]|\}\}")
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|\'(?:[^\'\\\n]|\\.)*\'')


class Segment(NamedTuple):
    """A run of text, an action, or a comment. `body` is an action's text without braces and trim marks.

    `role` tells actions that print (`output`) from those that only steer (`control`: keywords, assignments, `fail`).
    """

    role: Literal["text", "output", "control", "comment"]
    start: int
    end: int
    body: str = ""
    keyword: str = ""
    trims_left: bool = False
    trims_right: bool = False

    def saying(self, body: str) -> str:
        """The text of another action with the same space around it."""
        return f"{'{{- ' if self.trims_left else '{{ '}{body}{' -}}' if self.trims_right else ' }}'}"


class Branch(NamedTuple):
    """The inside of one branch of `if`, `with`, `range`, `define` or `block`.

    `expression` is what must hold here, `refused` are the conditions of the branches before it, which must not.
    """

    keyword: str
    expression: str
    refused: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Template:
    """One template file, taken apart. Of two named templates with one name the last counts, as in Go.

    `owners` says for each segment which named template it is in, `assignments` for each variable the actions that
    assign it.
    """

    text: str
    segments: tuple[Segment, ...]
    branches: tuple[Branch, ...]
    defines: dict[str, Branch]
    owners: tuple[str | None, ...]
    assignments: dict[str, list[str]]

    @property
    def bodies(self) -> tuple[str, ...]:
        """The text of every action, in their order."""
        return tuple(segment.body for segment in self.segments if segment.body)

    def around(self, offset: int) -> list[Branch]:
        """The branches that an offset lies in, outermost first."""
        return [branch for branch in self.branches if branch.start <= offset < branch.end]

    def define_at(self, offset: int) -> str | None:
        """The name of the innermost named template that an offset lies in."""
        return self.owners[self._index(offset)] if self.segments else None

    def role_at(self, offset: int) -> str:
        """The role of the segment that an offset lies in."""
        return self.segments[self._index(offset)].role

    def _index(self, offset: int) -> int:
        return bisect_right(self.segments, offset, key=_start) - 1

    def within(self, branch: Branch) -> tuple[Segment, ...]:
        """The segments inside a branch."""
        first = bisect_left(self.segments, branch.start, key=_start)
        return self.segments[first : bisect_left(self.segments, branch.end, key=_start)]

    def body(self, branch: Branch) -> str:
        return self.text[branch.start : branch.end]


def named(body: str) -> str:
    """The name that a `define` or `block` gives its inside."""
    found = _NAME.match(body)
    return (found[1] or found[2] or "") if found else ""


@lru_cache(maxsize=512)
def parse_template(text: str) -> Template:
    """Take a template apart; `ValueError` when it is none (Helm will say what is wrong with it)."""
    segments = tuple(_segments(text))
    branches = tuple(sorted(_branches(segments), key=lambda branch: branch.start))
    defines = {
        named(f"{branch.keyword} {branch.expression}"): branch
        for branch in branches
        if branch.keyword in ("define", "block")
    }
    return Template(text, segments, branches, defines, tuple(_owners(segments)), _assignments(segments))


def _assignments(segments: tuple[Segment, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for segment in segments:
        for variable in assigned(segment.body) if segment.role == "control" else ():
            found.setdefault(variable, []).append(segment.body)
    return found


def assigned(action: str) -> set[str]:
    """The variables that an action assigns."""
    return {variable for pair in _ASSIGNED.findall(action) for variable in pair if variable}


def _start(segment: Segment) -> int:
    return segment.start


def _segments(text: str) -> list[Segment]:
    segments: list[Segment] = []
    position = 0
    while position < len(text):
        opening = text.find("{{", position)
        if opening < 0:
            opening = len(text)
        if opening > position:
            segments.append(Segment("text", position, opening))
        if opening == len(text):
            break
        segment = _action(text, opening)
        segments.append(segment)
        position = segment.end
    return segments


def _action(text: str, opening: int) -> Segment:
    start = opening + 2
    trims_left = text[start : start + 1] == "-" and text[start + 1 : start + 2] in tuple(_BLANK)
    start += trims_left
    inner = start
    while text[inner : inner + 1] in tuple(_BLANK):
        inner += 1
    if text.startswith("/*", inner):
        closing = text.find("}}", text.index("*/", inner))
        if closing < 0:
            raise ValueError("unclosed comment")
        trims = text[closing - 1] == "-"
        return Segment("comment", opening, closing + 2, trims_left=trims_left, trims_right=trims)
    closing = _closing(text, start)
    body = text[start:closing]
    trims = body.endswith("-") and body[-2:-1] in (*_BLANK, "")
    body = (body[:-1] if trims else body).strip()
    keyword = _keyword(body)
    return Segment("control" if keyword else "output", opening, closing + 2, body, keyword, trims_left, trims)


def _closing(text: str, position: int) -> int:
    """Where an action's closing braces are, with braces inside strings skipped."""
    while found := _QUOTE_OR_CLOSING.search(text, position):
        if found[0] == "}}":
            return found.start()
        quoted = _QUOTED.match(text, found.start())
        if quoted is None:
            raise ValueError("unclosed string")
        position = quoted.end()
    raise ValueError("unclosed action")


def _keyword(body: str) -> str:
    """What makes an action print nothing: a keyword, an assignment, a `fail`, or being empty."""
    if not body:
        return "empty"
    word = _WORD.match(body)
    if word and word[0] in _KEYWORDS:
        return word[0]
    if word and word[0] == "fail":
        return "fail"
    return "assign" if _ASSIGNMENT.match(body) else ""


def _branches(segments: tuple[Segment, ...]) -> list[Branch]:
    branches: list[Branch] = []
    open_ones: list[Branch] = []
    for segment in segments:
        if segment.keyword in _OPENERS:
            expression = segment.body[len(segment.keyword) :].strip()
            open_ones.append(Branch(segment.keyword, expression, (), segment.end, -1))
        elif segment.keyword in ("else", "end") and open_ones:
            ended = open_ones.pop()
            branches.append(ended._replace(end=segment.start))
            if segment.keyword == "else":
                open_ones.append(_else_branch(ended, segment))
    return branches


def _owners(segments: tuple[Segment, ...]) -> Iterator[str | None]:
    open_ones: list[str | None] = [None]
    for segment in segments:
        yield open_ones[-1]
        if segment.keyword in ("define", "block"):
            open_ones.append(named(segment.body))
        elif segment.keyword in _OPENERS:
            open_ones.append(open_ones[-1])
        elif segment.keyword == "end" and len(open_ones) > 1:
            open_ones.pop()


def _else_branch(before: Branch, segment: Segment) -> Branch:
    rest = segment.body[len("else") :].strip()
    word = _WORD.match(rest)
    keyword = word[0] if word and word[0] in ("if", "with") else "else"
    expression = rest[len(keyword) :].strip() if keyword != "else" else ""
    refused = (*before.refused, before.expression)[-_REFUSED:] if before.expression else before.refused
    return Branch(keyword, expression, refused, segment.end, -1)
