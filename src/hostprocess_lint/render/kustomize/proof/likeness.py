"""What is written and what is built, side by side: whether they say the same, and where one has what the other has."""

from __future__ import annotations

from ....documents.nodes import Node, ScalarNode
from ....location import Route
from ....sources.overlays.nodes import child, items, leaves, string
from .texts import TextNode


def says_the_same(written: Node | None, built: ScalarNode) -> bool:
    """Whether two scalars say the same, and the same kind of thing."""
    if not isinstance(written, ScalarNode) or written.value != built.value:
        return False
    return type(written.meaning) is type(built.meaning)


def follow(place: TextNode, built: Node | None, tail: Route) -> TextNode | None:
    """Goes down a tail in the built document and the written one side by side; list items meet by name or by value."""
    node = place.node
    for step in tail:
        below = child(built, step)
        position = _same_item(built, node, below, step) if isinstance(step, int) else step
        if position is None or below is None:
            return None
        place, built, node = place.at(position), below, child(node, position)
        if node is None:
            return None
    return place


def _same_item(built: Node | None, written: Node | None, item: Node | None, index: int) -> int | None:
    wanted = _identity(item)
    matches = [i for i, other in enumerate(items(written)) if wanted and _identity(other) == wanted]
    if len(matches) == 1:
        return matches[0]
    same_shape = len(items(built)) == len(items(written))
    return index if same_shape and holds_the_same(item, child(written, index)) else None


def _identity(item: Node | None) -> str:
    return item.value if isinstance(item, ScalarNode) else string(item, "name")


def holds_the_same(built: Node | None, written: Node | None) -> bool:
    """Whether two nameless items hold the same, defaults and additions of the build aside."""
    if built is None or written is None:
        return False
    have = dict(leaves(built))
    return all(route in have and says_the_same(scalar, have[route]) for route, scalar in leaves(written))
