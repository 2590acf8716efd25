"""The picture of the whole review: from the environments over the accounts to what these reach."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...review.review import Card
from .markup import Markup, tag

_WIDTH, _HEIGHT = 960, 340
_GAP, _BAR, _TOP = 12, 10, 34
_COLUMNS = (180, 445, 650)
_HEADINGS = ("Account on the node", "Reaches")
_MOST = 7
NOWHERE = "no environment said"
OTHERS = "others"

_CLASSES = {
    "directory": "directories of the node",
    "pipe": "pipes of the node",
    "network": "the node's network",
    "secret": "Secrets",
    "token": "API token",
}


class _Node(NamedTuple):
    """A name in a column, how many workloads are there, how far it reaches, and its place."""

    name: str
    workloads: int
    weight: int
    y: float
    height: float


def flow(cards: Sequence[Card]) -> Markup:
    """Bands are as wide as there are workloads in them; a workload in two places is in both."""
    by_place = any(card.environments for card in cards)
    headings = ("Environment" if by_place else "Namespace", *_HEADINGS)
    all_places = [_places(card, by_place) for card in cards]
    columns = [_ranked(list(part)) for part in zip(*all_places, strict=True)]
    nodes = [_stacked(counts, _weights(cards, column)) for column, counts in enumerate(columns)]
    drawn: list[Markup] = []
    for left in (0, 1):
        pairs: Counter[tuple[str, str]] = Counter()
        for places in all_places:
            ends = [
                dict.fromkeys(name if name in nodes[at] else OTHERS for name in places[at]) for at in (left, left + 1)
            ]
            pairs.update((one, other) for one in ends[0] for other in ends[1])
        drawn += _bands(pairs, nodes[left], nodes[left + 1], left)
    for column, found in enumerate(nodes):
        drawn.append(tag("text", headings[column], x=_text_x(column), y=14, cls="h", text_anchor=_anchor(column)))
        drawn += [part for node in found.values() for part in _labelled(node, column)]
    return tag(
        "svg",
        drawn,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT + _TOP}",
        role="img",
        aria_label=_told(nodes, headings),
        cls="flow",
    )


def _places(card: Card, by_environment: bool) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Where a workload is in each column."""
    reach = card.reach
    classes = [_CLASSES[thing.kind] for thing in reach.things if thing.kind in _CLASSES]
    powers = [thing.bare for thing in reach.of("power") if thing.bare]
    accounts = tuple(dict.fromkeys(thing.what for thing in reach.of("account")))
    here = card.environments or (NOWHERE,) if by_environment else (card.resource.namespace or "no namespace said",)
    return here, accounts or ("no account",), tuple(dict.fromkeys((*classes, *powers)))


def _ranked(names: list[tuple[str, ...]]) -> list[tuple[str, int]]:
    """The names that most workloads have, and the rest as one."""
    counts = Counter(name for each in names for name in dict.fromkeys(each))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if len(ranked) <= _MOST + 1:
        return ranked
    kept = dict(ranked[:_MOST])
    rest = sum(any(name not in kept for name in each) for each in names)
    return [*kept.items(), (OTHERS, rest)]


def _weights(cards: Sequence[Card], column: int) -> dict[str, int]:
    """How far each name of a column reaches at most."""
    found: defaultdict[str, int] = defaultdict(int)
    for card in cards:
        for thing in card.reach.things:
            names = {
                1: (thing.what,) if thing.kind == "account" else (),
                2: (_CLASSES.get(thing.kind, thing.bare),),
            }.get(column, ())
            for name in names:
                found[name] = max(found[name], thing.weight)
    return found


def _stacked(counts: list[tuple[str, int]], weights: dict[str, int]) -> dict[str, _Node]:
    """The nodes of a column one below the other, over its whole height."""
    room = _HEIGHT - _GAP * (len(counts) - 1)
    total = sum(count for _, count in counts) or 1
    smallest = 14.0
    wanted = [max(smallest, room * count / total) for _, count in counts]
    scale = room / sum(wanted) if wanted else 1
    found, y = {}, float(_TOP)
    for (name, count), height in zip(counts, wanted, strict=True):
        found[name] = _Node(name, count, weights.get(name, 0), y, height * scale)
        y += height * scale + _GAP
    return found


def _bands(
    pairs: Counter[tuple[str, str]], left: dict[str, _Node], right: dict[str, _Node], column: int
) -> Iterator[Markup]:
    out: Counter[str] = Counter()
    into: Counter[str] = Counter()
    for (one, other), count in pairs.items():
        out[one] += count
        into[other] += count
    start = {name: node.y for name, node in left.items()}
    end = {name: node.y for name, node in right.items()}
    x, to = _COLUMNS[column] + _BAR, _COLUMNS[column + 1]
    middle = (x + to) // 2
    order = {name: number for number, name in enumerate((*left, *right))}
    for (one, other), count in sorted(pairs.items(), key=lambda item: (order[item[0][0]], order[item[0][1]])):
        thick, thin = left[one].height * count / out[one], right[other].height * count / into[other]
        y, z = start[one], end[other]
        start[one] += thick
        end[other] += thin
        way = (
            f"M{x} {y:.1f}C{middle} {y:.1f} {middle} {z:.1f} {to} {z:.1f}V{z + thin:.1f}"
            f"C{middle} {z + thin:.1f} {middle} {y + thick:.1f} {x} {y + thick:.1f}Z"
        )
        weight = right[other].weight if column == 0 else min(left[one].weight, right[other].weight)
        yield tag("path", tag("title", f"{one} → {other}: {count}"), d=way, cls=f"b w{weight}")


def _labelled(node: _Node, column: int) -> Iterator[Markup]:
    y, height = f"{node.y:.1f}", f"{node.height:.1f}"
    yield tag("rect", x=_COLUMNS[column], y=y, width=_BAR, height=height, rx=2, cls=f"n w{node.weight}")
    name = node.name if len(node.name) <= 40 else f"{node.name[:39]}…"
    at = f"{node.y + node.height / 2 + 4:.1f}"
    label = (name, tag("tspan", f" {node.workloads}", cls="c"))
    yield tag("text", *label, x=_text_x(column), y=at, text_anchor=_anchor(column), cls="t")


def _text_x(column: int) -> int:
    return _COLUMNS[column] - 8 if column < 2 else _COLUMNS[column] + _BAR + 8


def _anchor(column: int) -> str:
    return "end" if column < 2 else "start"


def _told(nodes: list[dict[str, _Node]], headings: Sequence[str]) -> str:
    """The same in words."""
    parts = (
        f"{heading}: {', '.join(f'{node.name} {node.workloads}' for node in found.values())}"
        for heading, found in zip(headings, nodes, strict=True)
    )
    return "Workloads by " + "; ".join(parts)
