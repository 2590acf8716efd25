"""The picture of one workload's reach: a tree from the workload to its accounts, its node, and its service account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...review.review import Card, Thing
from .markup import Markup, tag
from .words import WEIGHTS

_WIDTH = 460
_LINE = 22
_STEP = 24
_MARGIN = 12
_LETTERS = 8  # what a letter takes at most, in half pixels
_MOST = 7
"""Of one kind; the list beside has all."""


class _Row(NamedTuple):
    """One line of the tree."""

    depth: int
    text: str
    weight: int = 0


def picture(card: Card) -> Markup:
    """An SVG that scales with its column; readers that do not see it have the list beside."""
    rows = list(_rows(card))
    height = len(rows) * _LINE + 8
    drawn = [*_branches(rows), *(_drawn(row, number) for number, row in enumerate(rows))]
    called = f"What {card.resource} reaches"
    return tag("svg", drawn, viewBox=f"0 0 {_WIDTH} {height}", role="img", aria_label=called, cls="reach")


def _rows(card: Card) -> Iterator[_Row]:
    reach = card.reach
    yield _Row(0, f"{card.resource.kind} {card.resource.name}")
    yield from _first(reach.of("account"), 1)
    given = [reach.of(kind) for kind in ("directory", "pipe", "network", "port", "secret")]
    if any(given):
        # Containers of several accounts may have it: it hangs on none of these.
        yield _Row(1, "the node", max(thing.weight for things in given for thing in things))
    for things in given:
        yield from _first(things)
    powers = reach.of("power")
    furthest = max((thing.weight for thing in powers), default=1)
    yield _Row(1, f"service account {reach.service_account}", furthest)
    yield from _first(reach.of("token"))
    if not reach.of("token"):
        yield _Row(2, "no API token mounted")
    yield from _first(powers)
    if not powers:
        yield _Row(2, "what RBAC lets it do is not in the scan")


def _first(things: tuple[Thing, ...], depth: int = 2) -> Iterator[_Row]:
    for thing in things[:_MOST]:
        yield _Row(depth, thing.what, thing.weight)
    if len(things) > _MOST:
        yield _Row(depth, f"and {len(things) - _MOST} more", 1)


def _branches(rows: list[_Row]) -> Iterator[Markup]:
    """A line from each row to the row above that it belongs to."""
    open_at: dict[int, int] = {}
    for number, row in enumerate(rows):
        above = open_at.get(row.depth - 1)
        open_at[row.depth] = number
        if above is None:
            continue
        x, y, end = _x(row.depth - 1), _y(number), _x(row.depth)
        way = f"M{x} {_y(above) + 6}V{y - 8}Q{x} {y} {x + 8} {y}H{end - 6}"
        yield tag("path", d=way, cls=f"l {_class(row)}")


def _drawn(row: _Row, number: int) -> Markup:
    x, y = _x(row.depth), _y(number)
    most = (_WIDTH - x - 12) * 2 // (_LETTERS + 6)
    shown = row.text if len(row.text) <= most else f"{row.text[: most - 1]}…"
    label = tag("text", shown, x=x + 12, y=y + 4, cls=f"t d{row.depth}")
    whole = tag("title", row.text) if shown != row.text else None
    return tag("g", whole, _mark(row, x, y), label)


def _mark(row: _Row, x: int, y: int) -> Markup:
    """Weight is shown by shape too: a diamond, a filled and an empty dot."""
    if row.weight == 3:
        return tag("path", d=f"M{x} {y - 6}L{x + 6} {y}L{x} {y + 6}L{x - 6} {y}Z", cls="m w3")
    return tag("circle", cx=x, cy=y, r=5 if row.depth < 2 else 4, cls=f"m {_class(row)}")


def _class(row: _Row) -> str:
    return f"w{row.weight}" if row.weight in WEIGHTS else "w0"


def _x(depth: int) -> int:
    return _MARGIN + depth * _STEP


def _y(number: int) -> int:
    return _LINE // 2 + 4 + number * _LINE
