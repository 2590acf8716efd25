"""Ways through a tree of YAML nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...documents.nodes import MappingNode, Node, ScalarNode, SequenceNode, is_merge
from ...location import Route


def scalar_entries(node: Node | None) -> Iterator[tuple[ScalarNode, Node]]:
    """The entries of a mapping that have a scalar key, what `<<` merges in last; nothing for any other node."""
    if not isinstance(node, MappingNode):
        return
    merged: list[Node] = []
    for key, value in node.pairs:
        if is_merge(key):
            merged.extend(items(value) or [value])
        elif isinstance(key, ScalarNode):
            yield key, value
    for source in merged:
        yield from scalar_entries(source)


def items(node: Node | None) -> list[Node]:
    return node.items if isinstance(node, SequenceNode) else []


def entry(node: Node | None, key: str) -> tuple[ScalarNode, Node] | None:
    return next((pair for pair in scalar_entries(node) if pair[0].value == key), None)


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
    return found.value if isinstance(found, ScalarNode) else ""


def listed_texts(node: Node | None) -> list[str]:
    """The texts of a list's scalars."""
    return [item.value for item in items(node) if isinstance(item, ScalarNode)]


def with_entry(mapping: MappingNode, key: ScalarNode, value: Node) -> MappingNode:
    """The mapping with one entry more, or another one of that key."""
    others = [pair for pair in mapping.pairs if not is_key(pair[0], key.value)]
    return MappingNode([*others, (key, value)], mapping.start, mapping.end)


def is_key(node: Node, key: str | int) -> bool:
    return isinstance(node, ScalarNode) and node.value == key


def edited(node: Node, changes: Mapping[int, Node | None]) -> Node | None:
    """The tree with other nodes for some, by their ids; None takes a list's item or a mapping's entry out.

    What does not change is the same node as before.
    """
    if id(node) in changes:
        return changes[id(node)]
    if isinstance(node, MappingNode):
        pairs = [(key, edited(value, changes)) for key, value in node.pairs]
        if any(new is not old for (_, new), (_, old) in zip(pairs, node.pairs, strict=True)):
            kept = [(key, value) for key, value in pairs if value is not None]
            return MappingNode(kept, node.start, node.end, node.tag, node.anchored)
    elif isinstance(node, SequenceNode):
        found = [edited(item, changes) for item in node.items]
        if any(new is not old for new, old in zip(found, node.items, strict=True)):
            return SequenceNode(
                [item for item in found if item is not None], node.start, node.end, node.tag, node.anchored
            )
    return node


def leaves(node: Node | None, route: Route = ()) -> Iterator[tuple[Route, ScalarNode]]:
    if isinstance(node, ScalarNode):
        yield route, node
    for key, value in scalar_entries(node):
        yield from leaves(value, (*route, key.value))
    for index, item in enumerate(items(node)):
        yield from leaves(item, (*route, index))
