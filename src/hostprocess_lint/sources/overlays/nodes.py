"""Ways through a tree of YAML nodes."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as MappingOf

from ...documents.yamlnodes import Mapping, Node, Scalar, Sequence, is_merge
from ...finding import Route


def entries(node: Node | None) -> Iterator[tuple[Scalar, Node]]:
    """The entries of a mapping that have a scalar key, what `<<` merges in last; nothing for any other node."""
    if not isinstance(node, Mapping):
        return
    merged: list[Node] = []
    for key, value in node.pairs:
        if is_merge(key):
            merged.extend(items(value) or [value])
        elif isinstance(key, Scalar):
            yield key, value
    for source in merged:
        yield from entries(source)


def items(node: Node | None) -> list[Node]:
    return node.items if isinstance(node, Sequence) else []


def entry(node: Node | None, key: str) -> tuple[Scalar, Node] | None:
    return next((pair for pair in entries(node) if pair[0].value == key), None)


def child(node: Node | None, step: str | int) -> Node | None:
    if isinstance(step, int):
        elements = items(node)
        return elements[step] if 0 <= step < len(elements) else None
    found = entry(node, step)
    return found[1] if found else None


def descend(node: Node | None, route: Route) -> Node | None:
    for step in route:
        node = child(node, step)
    return node


def string(node: Node | None, *route: str | int) -> str:
    """The text of the scalar at a route, or nothing."""
    found = descend(node, route)
    return found.value if isinstance(found, Scalar) else ""


def edited(node: Node, changes: MappingOf[int, Node | None]) -> Node | None:
    """The tree with other nodes for some, by their ids; None takes a list's item or a mapping's entry out.

    What does not change is the same node as before.
    """
    if id(node) in changes:
        return changes[id(node)]
    if isinstance(node, Mapping):
        pairs = [(key, edited(value, changes)) for key, value in node.pairs]
        if any(new is not old for (_, new), (_, old) in zip(pairs, node.pairs, strict=True)):
            kept = [(key, value) for key, value in pairs if value is not None]
            return Mapping(kept, node.start, node.end, node.tag, node.anchored)
    elif isinstance(node, Sequence):
        found = [edited(item, changes) for item in node.items]
        if any(new is not old for new, old in zip(found, node.items, strict=True)):
            return Sequence([item for item in found if item is not None], node.start, node.end, node.tag, node.anchored)
    return node


def leaves(node: Node | None, route: Route = ()) -> Iterator[tuple[Route, Scalar]]:
    if isinstance(node, Scalar):
        yield route, node
    for key, value in entries(node):
        yield from leaves(value, (*route, key.value))
    for index, item in enumerate(items(node)):
        yield from leaves(item, (*route, index))
