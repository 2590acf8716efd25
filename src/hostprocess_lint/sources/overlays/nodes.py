"""Ways through a tree of YAML nodes."""

from __future__ import annotations

from collections.abc import Iterator

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


def leaves(node: Node | None, route: Route = ()) -> Iterator[tuple[Route, Scalar]]:
    if isinstance(node, Scalar):
        yield route, node
    for key, value in entries(node):
        yield from leaves(value, (*route, key.value))
    for index, item in enumerate(items(node)):
        yield from leaves(item, (*route, index))
