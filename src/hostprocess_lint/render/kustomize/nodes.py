"""A YAML text as a tree of nodes that know where they stand, and ways through it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from ...finding import Route, Span

_RESOLVER: Any = yaml.resolver.Resolver()
_STRING = "tag:yaml.org,2002:str"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Scalar(NamedTuple):
    """`style` is the quote or block indicator, `!` for a tagged one, `None` for a plain one."""

    value: str
    style: str | None
    start: int
    end: int

    @property
    def is_null(self) -> bool:
        return self.style is None and self.value in _NULLS

    @property
    def tag(self) -> str:
        """The type that YAML 1.1 gives the scalar."""
        if self.style is not None:
            return _STRING
        return str(_RESOLVER.resolve(yaml.ScalarNode, self.value, (True, False)))


class Mapping(NamedTuple):
    pairs: tuple[tuple[Node, Node], ...]
    start: int
    end: int


class Sequence(NamedTuple):
    items: tuple[Node, ...]
    start: int
    end: int


Node = Scalar | Mapping | Sequence


def entries(node: Node | None) -> Iterator[tuple[Scalar, Node]]:
    """The entries of a mapping that have a scalar key, what `<<` merges in last; nothing for any other node."""
    if not isinstance(node, Mapping):
        return
    merged: list[Node] = []
    for key, value in node.pairs:
        if isinstance(key, Scalar) and key.value == "<<" and key.style is None:
            merged.extend(value.items if isinstance(value, Sequence) else [value])
        elif isinstance(key, Scalar):
            yield key, value
    for source in merged:
        yield from entries(source)


def items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()


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


def region(node: Node) -> Span:
    """The node's own text. A block collection's end mark lies at the next token, so its last child's is taken."""
    last = _last(node)
    return Span(node.start, region(last).end if last and last.start >= node.start else node.end)


def _last(node: Node) -> Node | None:
    if isinstance(node, Scalar):
        return None
    if isinstance(node, Mapping):
        return node.pairs[-1][1] if node.pairs else None
    return node.items[-1] if node.items else None
