"""The nodes of a document become plain data."""

from __future__ import annotations

from ..location import Route
from .nodes import MappingNode, Node, ScalarNode, SequenceNode, Unreadable, is_merge, key_name


class Builder:
    """Nodes become data: aliases shared, merge keys merged, and noted what is written twice or over what is merged."""

    def __init__(self) -> None:
        self.duplicates: list[Route] = []
        self.overrides: list[Route] = []
        self.dropped: list[tuple[Route, object]] = []
        """What counts no more as its key is written again, and the way to that."""
        self._route: list[str | int] = []
        self._built: dict[int, object] = {}

    def build(self, node: Node) -> object:
        if isinstance(node, ScalarNode):
            return node.meaning
        if not node.anchored:
            return self._collection(node)
        if id(node) not in self._built:
            self._built[id(node)] = self._collection(node)
        return self._built[id(node)]

    def _collection(self, node: MappingNode | SequenceNode) -> object:
        return self._mapping(node) if isinstance(node, MappingNode) else self._list(node)

    def _list(self, node: SequenceNode) -> list[object]:
        return [
            item.meaning if item.__class__ is ScalarNode else self._below(i, item) for i, item in enumerate(node.items)
        ]

    def _below(self, step: str | int, node: Node) -> object:
        self._route.append(step)
        data = self.build(node)
        self._route.pop()
        return data

    def _mapping(self, node: MappingNode) -> dict[str, object]:
        data: dict[str, object] = {}
        merged: set[str] = set()  # what is merged in, and not written
        for key, value in node.pairs:
            name = key_name(key)
            if name == "<<" and is_merge(key):
                self._merge(data, merged, key, value)
                continue
            if name in data:
                way = (*self._route, name)
                (self.overrides if name in merged else self.duplicates).append(way)
                self.dropped.append((way, data[name]))
                merged.discard(name)
            data[name] = value.meaning if isinstance(value, ScalarNode) else self._below(name, value)
        return data

    def _merge(self, data: dict[str, object], merged: set[str], key: Node, value: Node) -> None:
        """Later entries win, merged or not: goyaml.v2 fills its map in the order of the text (tried with kubectl 1.37).
        Of a list of mappings the first wins. An alias of a list is refused; what an alias stands for is written before
        its key.
        """
        listed = value.items if isinstance(value, SequenceNode) and value.start > key.start else [value]
        for source in reversed(listed):
            found = self.build(source)
            if not isinstance(found, dict):
                raise Unreadable("`<<` takes a mapping or a list of mappings", key.start)
            self.overrides.extend((*self._route, each) for each in data if each in found)
            merged.update(each for each in found if each not in data)
            data.update(found)
