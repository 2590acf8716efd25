"""One document: its data, and the place of everything in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..location import Part, Route, Span
from ..sourcefile import SourceFile
from .building import Builder
from .nodes import MappingNode, Node, ScalarNode, SequenceNode, is_merge, key_name, node_span

Enter = Callable[[Route], tuple[Node | None, Node] | None]
"""The key (of a list's item None) and the value that a route leads to."""


class Document:
    """One YAML or JSON document: plain data, and the region of every key and value.

    `data` holds dicts with string keys, lists, strings, numbers, booleans and None. `number` counts the parts between
    the `---` lines of `text`, from 0. `duplicates` are the routes of keys that stand twice in their mapping,
    `overrides` of those that stand there once and are merged in as well.

    Raises Unreadable.
    """

    __slots__ = (
        "_enter",
        "_entries",
        "_known",
        "_root",
        "data",
        "dropped",
        "duplicates",
        "number",
        "overrides",
        "text",
    )

    def __init__(self, text: SourceFile, number: int, root: Node) -> None:
        self.text = text
        self.number = number
        self._root: Node | None = root
        self._enter: Enter | None = None
        self._entries: dict[int, dict[str, tuple[Node, Node]] | None] = {}
        self._known: dict[Route, tuple[Node | None, Node] | None] = {}
        builder = Builder()
        self.data = builder.build(root)
        self.duplicates: tuple[Route, ...] = tuple(builder.duplicates)
        self.overrides: tuple[Route, ...] = tuple(builder.overrides)
        self.dropped: tuple[tuple[Route, object], ...] = tuple(builder.dropped)

    @classmethod
    def lazily(cls, text: SourceFile, data: object, enter: Enter) -> Document:
        """A document whose data is known already, in which no key stands twice. `enter` looks an entry up."""
        document = cls.__new__(cls)
        document.text, document.number, document.data = text, 0, data
        document.duplicates = document.overrides = document.dropped = ()
        document._root, document._enter, document._entries, document._known = None, enter, {}, {}  # noqa: SLF001 - its own
        return document

    @property
    def root(self) -> Node:
        if self._root is None:
            found = self.entry(())
            assert found is not None
            self._root = found[1]
        return self._root

    def nodes(self) -> Iterator[Node]:
        """Every node, keys included, in the order of the text; collections once."""
        stack, seen = [self.root], set()
        while stack:
            node = stack.pop()
            if isinstance(node, ScalarNode):
                yield node
            elif id(node) not in seen:  # aliases would make it a tree of any size
                seen.add(id(node))
                yield node
                inner = node.items if isinstance(node, SequenceNode) else [each for pair in node.pairs for each in pair]
                stack.extend(reversed(inner))

    def node(self, route: Route) -> Node | None:
        """The node that a route leads to, or None."""
        entry = self.entry(route)
        return entry[1] if entry else None

    def span(self, route: Route, part: Part = Part.VALUE) -> Span:
        """The region of a part of an entry; where there is no such entry, the key of the nearest one above.

        A list item has no key and stands for itself in every part. A collection over several lines is represented by
        its first entry: an underline never runs over a subtree.
        """
        entry = self.entry(route, earlier=part is Part.EARLIER)
        while entry is None:
            route, part = route[:-1], Part.KEY
            entry = self.entry(route)
        key, value = entry
        if key is None:
            return self._brief(value)
        if part in (Part.KEY, Part.EARLIER):
            return node_span(key)
        if part is Part.VALUE:
            return self._brief(value)
        return self._pair(key, value)

    def _pair(self, key: Node, value: Node) -> Span:
        """Key and value, where the value is no subtree and stands behind its key (an alias's value may not)."""
        if isinstance(value, ScalarNode) or self._one_line(value):
            return Span(key.start, max(value.end, key.end) if value.start >= key.end else key.end)
        return node_span(key)

    def _brief(self, node: Node) -> Span:
        while not isinstance(node, ScalarNode) and not self._one_line(node):
            if isinstance(node, MappingNode):
                return self._pair(*node.pairs[0]) if node.pairs else node_span(node)
            if not node.items:
                break
            node = node.items[0]
        return node_span(node)

    def _one_line(self, node: Node) -> bool:
        find = self.text.text.find
        return find("\n", node.start, node.end) < 0 and find("\r", node.start, node.end) < 0

    def entry(self, route: Route, earlier: bool = False) -> tuple[Node | None, Node] | None:
        """The key (of a list's item None) and the value that a route leads to; `earlier`: the first of equal keys."""
        if self._root is None and self._enter is not None:
            return self._enter(route)
        if route in self._known and not earlier:
            return self._known[route]
        if not route:
            return None, self.root
        above = self.entry(route[:-1])
        found = self._step(above[1], route[-1], earlier) if above else None
        if not earlier:
            self._known[route] = found  # most places of one object are asked for by way of the same ones
        return found

    def _step(self, node: Node, step: str | int, earlier: bool) -> tuple[Node | None, Node] | None:
        if isinstance(step, str):
            return self._named(node, step, first=earlier)
        return (None, node.items[step]) if isinstance(node, SequenceNode) and step < len(node.items) else None

    def _named(self, mapping: Node, name: str, first: bool) -> tuple[Node, Node] | None:
        """The entry of a mapping; a large one is read once, however often it is asked."""
        if first or not isinstance(mapping, MappingNode) or len(mapping.pairs) < _LARGE:
            return _lookup(mapping, name, first)
        if id(mapping) not in self._entries:
            self._entries[id(mapping)] = _indexed(mapping)
        entries = self._entries[id(mapping)]
        return _lookup(mapping, name, first) if entries is None else entries.get(name)


_LARGE = 32
"""From how many entries on an index is worth it."""


def _indexed(mapping: MappingNode) -> dict[str, tuple[Node, Node]] | None:
    """The entries by their names, the last of each; None where others are merged in."""
    if any(is_merge(key) for key, _ in mapping.pairs):
        return None
    return {key_name(key): (key, value) for key, value in mapping.pairs}


def _lookup(mapping: Node, name: str, first: bool) -> tuple[Node, Node] | None:
    """The entry of a mapping that counts, which is the last one, merged ones included; `first`: the first written."""
    found = None
    if isinstance(mapping, MappingNode):
        for key, value in mapping.pairs:
            means = key.meaning if isinstance(key, ScalarNode) else None
            if means != name and means != "<<" and means.__class__ is str:
                continue  # so it is with most keys, and this is asked for each step of each place
            if is_merge(key):
                sources = value.items if isinstance(value, SequenceNode) else (value,)
                found = next((hit for source in sources if (hit := _lookup(source, name, first))), found)
            elif key_name(key) == name:
                found = key, value
            if first and found:
                break
    return found
