"""The tree of a document: nodes that know where they stand."""

from __future__ import annotations

from ..location import Span
from .scalars import MAY_BE_NO_STRING, TAG, plain_scalar, tagged


class Unreadable(Exception):  # noqa: N818 (it is not a bug)
    """A document that Kubernetes could not read (`rule` HPC001), or one over a limit (HPC005)."""

    def __init__(self, reason: str, start: int = 0, rule: str = "HPC001") -> None:
        super().__init__(reason)
        self.reason = reason
        self.start = start
        self.rule = rule


class ScalarNode:
    """`style` is the quote or block indicator, None for a plain one; `meaning` is what Kubernetes reads. A tag fits its
    value.
    """

    __slots__ = ("end", "meaning", "start", "style", "tag", "value")

    def __init__(self, value: str, style: str | None, start: int, end: int, tag: str | None = None) -> None:
        self.value = value
        self.style = style
        self.start = start
        self.end = end
        self.tag = tag
        self.meaning: str | bool | int | float | None = value
        if tag is not None:
            self.meaning = tagged(tag, value)
        elif style is None and value[:1] in MAY_BE_NO_STRING:
            self.meaning = plain_scalar(value)


class MappingNode:
    """Its entries in their order."""

    __slots__ = ("anchored", "end", "pairs", "start", "tag")

    def __init__(
        self, pairs: list[tuple[Node, Node]], start: int, end: int, tag: str | None = None, anchored: bool = False
    ) -> None:
        self.pairs = pairs
        self.start = start
        self.end = end
        self.tag = tag
        self.anchored = anchored


class SequenceNode:
    """A list."""

    __slots__ = ("anchored", "end", "items", "start", "tag")

    def __init__(self, items: list[Node], start: int, end: int, tag: str | None = None, anchored: bool = False) -> None:
        self.items = items
        self.start = start
        self.end = end
        self.tag = tag
        self.anchored = anchored


Node = ScalarNode | MappingNode | SequenceNode
"""A node and its region, which begins behind anchor and tag and ends with the last text of its own.

What an alias names is one node in several places; its region is where it is written. No node contains itself.
"""


def node_span(node: Node) -> Span:
    return Span(node.start, node.end)


def is_merge(key: Node) -> bool:
    """Whether a key merges other mappings in."""
    if not isinstance(key, ScalarNode) or key.value != "<<":
        return False
    return key.tag == f"{TAG}merge" or (key.tag is None and key.style is None)


def key_name(key: Node) -> str:
    """A mapping key as JSON has it. Raises Unreadable for what can be none."""
    if not isinstance(key, ScalarNode):
        raise Unreadable("a mapping or list cannot be a key", key.start)
    value = key.meaning
    if isinstance(value, str):
        return value
    if value is None:
        raise Unreadable("null cannot be a key", key.start)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
