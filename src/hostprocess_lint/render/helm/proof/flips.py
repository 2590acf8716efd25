"""The proof that a value made or allowed a rendered line: change the value, render again, look at the line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from ....limits import CHART_SECONDS, FLIPS_PER_CHART, FLIPS_PER_FINDING
from ....location import Route, Span
from ....sources.charts.archive import Package
from ....sources.layering import layered
from ..engine.contract import Engine, EngineError, Rendering, Values
from ..profiles.values import get, override
from .alignment import Alignment, Layout, Render, layout
from .inlines import holds_line, with_line_changed

_SUFFIX = "zq7"
_SEPARATOR = re.compile(r"^---", re.MULTILINE)
_CONTAINERS = re.compile(r"(?:^|[\s{,\"'])containers[\"']?[ \t]*:", re.MULTILINE)


class Effect(Enum):
    """What changing a value did to a line."""

    NONE = "none"
    SAID = "said"
    CHANGED = "changed"
    GONE = "gone"


class RenderedLine(NamedTuple):
    """A rendered line, the marker that answers for it, the line at the end of which that stands, and what is meant."""

    line: int
    number: int
    end: int
    columns: Span


@dataclass(slots=True)
class FlipBudget:
    """How many extra renders a chart may still cost, and how much time all its renders."""

    flips: int = FLIPS_PER_CHART
    seconds: float = CHART_SECONDS

    def spend(self) -> bool:
        """Take one of the extra renders, if there is one left."""
        if self.flips <= 0 or self.seconds <= 0:
            return False
        self.flips -= 1
        return True

    @contextmanager
    def timed(self, engine: Engine) -> Iterator[None]:
        """Count the time of one render. What the scan does in between is not the chart's."""
        before = engine.spent
        try:
            yield
        finally:
            self.seconds -= engine.spent - before


class Flipper:
    """Renders one chart under one profile with single values changed; each change only once."""

    def __init__(
        self,
        given: Values,
        effective: Values,
        render: Render,
        budget: FlipBudget,
        package: Package,
        rendering: Rendering,
    ) -> None:
        self._package = package
        self._rendering = rendering
        self._shared: dict[Route, bool] = {}
        self._given = given
        self._effective = effective
        self._render = render
        self._budget = budget
        self._layouts: dict[tuple[str, Package, Route, Any], Layout | None] = {}
        self.left = FLIPS_PER_FINDING

    def effect(
        self, route: Route, name: str, place: RenderedLine, aligned: Alignment, *, remove: bool
    ) -> Effect | None:
        """What another value at `route` (none at all, with `remove`) does to a line; None when it cannot be known."""
        _, value = get(self._effective, route)
        line = aligned.layout.lines[place.line].strip()
        changed: Any = None
        if holds_line(value, line):
            changed = with_line_changed(value, line, _SUFFIX)
        elif not remove and not isinstance(value, (dict, list)):
            changed = sentinel(value)
        after = self._layout(aligned, name, route, changed)
        if after is None or place.line in aligned.unstable:
            return None
        return _effect(aligned.layout, after, place, changed)

    def is_shared(self, route: Route) -> bool:
        """Whether another value at `route` changes pods that have no part in HostProcess."""
        if route not in self._shared:
            has_others = bool(_others(self._rendering))
            self._shared[route] = has_others and self._budget.spend() and self._changes_others(route)
        return self._shared[route]

    def _changes_others(self, route: Route) -> bool:
        _, value = get(self._effective, route)
        changed = None if isinstance(value, (dict, list)) else sentinel(value)
        values = layered(self._given, override(self._effective, route, changed))
        try:
            gone = _others(self._rendering) - _others(self._render(self._package, values))
            # What differs in any case, as random text does, is not the value's doing.
            return bool(gone) and bool(gone & _others(self._render(self._package, self._given)))
        except EngineError:
            return False

    def _layout(self, aligned: Alignment, name: str, route: Route, changed: Any) -> Layout | None:
        key = (name, aligned.package, route, changed)
        if key not in self._layouts:
            if self.left <= 0 or not self._budget.spend():
                return None
            self.left -= 1
            values = layered(self._given, override(self._effective, route, changed))
            try:
                text = self._render(aligned.package, values).get(name, "")
            except EngineError:
                self._layouts[key] = None
            else:
                self._layouts[key] = layout(text)
        return self._layouts[key]


def _others(rendering: Rendering) -> set[str]:
    """The documents with pods that are no HostProcess ones, by their text."""
    documents = {document for text in rendering.values() for document in _SEPARATOR.split(text)}
    return {each for each in documents if _CONTAINERS.search(each) and "hostprocess" not in each.lower()}


def sentinel(value: Any) -> Any:
    """Another value of the same type, recognisable where it is printed."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 7919
    return f"{value}{_SUFFIX}" if isinstance(value, str) else _SUFFIX


def _effect(before: Layout, after: Layout, place: RenderedLine, changed: Any) -> Effect:
    old, new = before.blocks(place.number), after.blocks(place.number)
    text = before.lines[place.line]
    counts = [sum(block.count(text) for block in blocks) for blocks in (old, new)]
    turn = before.printed[place.number].index(place.end)
    if len(old) == len(new) and len(old[turn]) == len(new[turn]):
        written = new[turn][place.line - place.end - 1]
        if not _touches(text, written, place.columns):
            return Effect.NONE
        return Effect.SAID if _says(written, text, changed) else Effect.CHANGED
    return Effect.GONE if counts[1] < counts[0] else Effect.NONE


def _touches(before: str, after: str, columns: Span) -> bool:
    """Whether two versions of a line differ at some columns of the first: a line may show several values."""
    is_ahead = columns.start > 0 and after.endswith(before[columns.start - 1 :])
    is_behind = columns.end < len(before) and after.startswith(before[: columns.end + 1])
    return before != after and not is_ahead and not is_behind


def _says(written: str, before: str, changed: Any) -> bool:
    """Whether the changed line shows the changed value itself, so that it is the value that the line is made of."""
    shown = str(changed).lower() if isinstance(changed, bool) else str(changed)
    return shown in written and shown not in before
