"""Which of a chart's values may be printed: through the dot, variables, and what named templates are given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ....location import Route
from .expression import INCLUDES, NOTHING, Call, Constant, Expression, ValueAccess, parse_expression, walk
from .gives import (
    NONE,
    ROOT,
    Gives,
    any_item,
    bounded,
    given_below,
    given_by_call,
    known_part,
    loosely,
    widened,
)
from .gotemplate import Segment, Template, assigned, parse_template

_DEPTH = 20
_PASSES = 30
_MOST = 300
"""How many named templates are followed, each for what it is given."""
_SAYS_NO_MORE = frozenset(
    (
        *("eq", "ne", "lt", "le", "gt", "ge", "not", "empty", "has", "hasKey", "contains", "hasPrefix", "hasSuffix"),
        *("kindIs", "kindOf", "typeIs", "typeIsLike", "typeOf", "deepEqual", "semverCompare", "regexMatch"),
        *("mustRegexMatch", "len", "fail", "sha1sum", "sha256sum", "sha512sum", "adler32sum"),
    )
)
"""Functions that give nothing of what they are given: an answer, a number, a hash."""
_SETS = frozenset(("set", "unset", "merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite"))


class Frame(NamedTuple):
    """A template by its file, or a named one in it, with what its dot is given."""

    template: Template
    file: str
    define: str | None = None
    given: Gives = ROOT

    @property
    def key(self) -> tuple[object, ...]:
        return id(self.template), self.define, self.given


class Reads(NamedTuple):
    """The places among the values; the empty route where that is all of them. `fills_in` says that some are filled in
    as templates are.
    """

    routes: frozenset[Route]
    fills_in: bool


Homes = Callable[[Expression, str], "Iterable[Frame] | None"]
"""The templates that a name means which a file includes, whatever they are given; None for any."""


@dataclass
class _Found:
    """What is come to on the way: other templates, and whether there is more than can be told."""

    frames: list[Frame] = field(default_factory=list)
    is_all: bool = False
    fills_in: bool = False

    def add(self, other: _Found) -> None:
        self.frames += other.frames
        self.is_all |= other.is_all
        self.fills_in |= other.fills_in


@dataclass
class _Inside:
    """What words stand for in a frame: the dot at each action, and variables whatever is assigned to them anywhere."""

    frame: Frame
    actions: dict[int, Segment]
    dots: dict[int, Gives] = field(default_factory=dict)
    variables: dict[str, Gives] = field(default_factory=dict)
    found: _Found = field(default_factory=_Found)


@dataclass
class ValueReading:
    """Follows the actions of some templates."""

    homes: Homes
    _known: dict[tuple[object, ...], _Inside] = field(default_factory=dict)

    def of(self, frame: Frame, at: Iterable[int] | None = None, *, follows: bool = True) -> Reads:
        """What the actions of a template may print, or those of them that begin `at` some places; with what these
        include, if it `follows` that.
        """
        found = _Found([frame])
        routes: set[Route] = set()
        seen: set[tuple[object, ...]] = set()
        while found.frames and not found.is_all and len(seen) < _MOST and (follows or not seen):
            each = found.frames.pop()
            if each.key not in seen:
                seen.add(each.key)
                routes.update(self._printed(each, at if each is frame else None, found))
        if follows and (found.is_all or found.frames):
            routes.add(())
        return Reads(frozenset(routes), found.fills_in)

    def given_at(self, expression: Expression, frame: Frame, offset: int) -> Gives:
        """What an expression gives that an action says."""
        inside = self._inside(frame)
        return self._given(expression, inside.dots.get(offset, frame.given), inside, _Found())

    def _printed(self, frame: Frame, at: Iterable[int] | None, found: _Found) -> Iterator[Route]:
        inside = self._inside(frame)
        found.add(inside.found)
        for segment in map(inside.actions.get, inside.actions if at is None else at):
            if segment is not None and _may_print(segment):
                given = self._given(parse_expression(segment.body), inside.dots[segment.start], inside, found)
                yield from (known_part(place) for _, place in given)

    def _inside(self, frame: Frame) -> _Inside:
        """Goes through a frame until nothing more is assigned to a variable."""
        if frame.key not in self._known:
            inside = self._known[frame.key] = _Inside(frame, {each.start: each for each in _segments(frame)})
            for _ in range(_PASSES):
                known = dict(inside.variables)
                inside.found = _Found()
                self._pass(inside)
                if inside.variables == known:
                    return inside
            inside.found.is_all = True
        return self._known[frame.key]

    def _pass(self, inside: _Inside) -> None:
        open_ = [inside.frame.given]
        for segment in inside.actions.values():
            dot = inside.dots[segment.start] = open_[-1]
            opens = segment.keyword in ("if", "with", "range")
            if segment.keyword in ("else", "end") and len(open_) > 1:
                open_.pop()
                dot = open_[-1]
                opens = segment.keyword == "else"
            variables = assigned(segment.body) if "$" in segment.body else ()
            is_dot = segment.keyword in ("with", "range") or segment.body.split()[:2] == ["else", "with"]
            if variables or is_dot:
                given = self._given(parse_expression(segment.body), dot, inside, inside.found)
                given = any_item(given) if segment.keyword == "range" else given
                for name in variables:
                    more = loosely([given]) if _is_key(name, segment) else given
                    inside.variables[name] = bounded({*inside.variables.get(name, NONE), *widened(more)})
            if opens:
                open_.append(given if is_dot else dot)

    def _given(self, expression: Expression, dot: Gives, inside: _Inside, found: _Found, depth: int = 0) -> Gives:
        if depth > _DEPTH:
            found.is_all = True
            return NONE
        if isinstance(expression, ValueAccess):
            return given_below(self._base(expression.base, dot, inside, found, depth), expression.names)
        if isinstance(expression, Constant) or expression.name in _SAYS_NO_MORE:
            return NONE
        if expression.name in INCLUDES:
            self._include(expression, dot, inside, found, depth)
            return NONE
        each = [self._given(argument, dot, inside, found, depth + 1) for argument in expression.arguments]
        if expression.name == "tpl" and each:
            _fill_in(expression.arguments[0], each.pop(), inside.frame.file, found)
        return given_by_call(expression, each)

    def _base(self, base: Expression | str | None, dot: Gives, inside: _Inside, found: _Found, depth: int) -> Gives:
        if base is None or base == "$":
            return dot if base is None else inside.frame.given
        if isinstance(base, str):
            return inside.variables.get(base, NONE)
        return self._given(base, dot, inside, found, depth + 1)

    def _include(self, call: Call, dot: Gives, inside: _Inside, found: _Found, depth: int) -> None:
        name, *more = call.arguments or (NOTHING,)
        given = self._given(more[0], dot, inside, found, depth + 1) if more else NONE
        homes = self.homes(name, inside.frame.file)
        found.is_all |= homes is None
        found.frames += [each._replace(given=given) for each in homes or ()]


def _fill_in(text: Expression, given: Gives, file: str, found: _Found) -> None:
    """A template in a string runs like another; what else is filled in may read anything, if it is one."""
    if not isinstance(text, Constant):
        found.fills_in = True
    elif isinstance(text.value, str) and "{{" in text.value:
        try:
            found.frames.append(Frame(parse_template(text.value), file, None, given))
        except ValueError:  # Helm refuses it
            return


def _segments(frame: Frame) -> Iterator[Segment]:
    """The actions of a template that are its own."""
    template = frame.template
    pairs = zip(template.segments, template.owners, strict=True)
    return (segment for segment, owner in pairs if owner == frame.define and segment.body)


def _is_key(name: str, segment: Segment) -> bool:
    """Whether a variable is the first of the two that `range` assigns."""
    return segment.keyword == "range" and re.search(rf"{re.escape(name)}\s*,", segment.body) is not None


def _may_print(segment: Segment) -> bool:
    return segment.role == "output" or segment.keyword == "block" or (segment.keyword == "assign" and _sets(segment))


def _sets(segment: Segment) -> bool:
    """Whether it puts something into a mapping, which may be printed wherever that is."""
    calls = (each for each in walk(parse_expression(segment.body)) if isinstance(each, Call) and each.name in _SETS)
    firsts = [call.arguments[0] for call in calls if call.arguments]
    return not all(isinstance(first, Call) and first.name in ("dict", "deepCopy") for first in firsts)
