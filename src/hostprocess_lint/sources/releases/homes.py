"""Where the entries of a `spec` are written that is made of several texts: a template, patches of it, files beside it.

A route is one into the whole. Each layer knows which part of that it says, and where; of several the topmost counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from ...documents.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ...location import Location, Part, Precision, Route
from .objects import ObjectInFile
from .places import Below, FilledIn, OneEntry, ValueLocator, value_at


class SpecLayer(Protocol):
    """One of the texts."""

    def says(self, route: Route) -> bool: ...

    def at(self, route: Route, part: Part) -> Location: ...

    def mapping(self, route: Route) -> ValueLocator: ...

    def string(self, route: Route) -> ValueLocator: ...

    def entry(self, route: Route) -> ValueLocator: ...

    def node(self, route: Route) -> tuple[ObjectInFile, Node] | None: ...


@dataclass(frozen=True, slots=True)
class InObject:
    """What a mapping of a document says, at `base` in it, of what is `below` a route of the whole.

    `data` is that mapping, filled in with the parameters of `elements` where there is a `template` of it.
    """

    data: Any
    found: ObjectInFile
    base: Route = ()
    below: Route = ()
    template: Any = None
    elements: tuple[ValueLocator, ...] = ()

    def says(self, route: Route) -> bool:
        depth = len(self.below)
        return route[:depth] == self.below[: len(route)] and _is_there(self.data, route[depth:])

    def at(self, route: Route, part: Part) -> Location:
        return self.found.at(self._way(route), part)

    def mapping(self, route: Route) -> ValueLocator:
        return self._filled(self.found.mapping(self._way(route)), route)

    def string(self, route: Route) -> ValueLocator:
        return self._filled(self.found.string(self._way(route)), route)

    def entry(self, route: Route) -> ValueLocator:
        return self._filled(self.found.entry(self._way(route)), route)

    def node(self, route: Route) -> tuple[ObjectInFile, Node] | None:
        node = self.found.document.node(self._way(route))
        if node is None:
            return None
        inner = route[len(self.below) :]
        return self.found, node if self.template is None else filled(node, value_at(self.data, inner))

    def _way(self, route: Route) -> Route:
        return (*self.base, *route[len(self.below) :])

    def _filled(self, place: ValueLocator, route: Route) -> ValueLocator:
        if self.template is None:
            return place
        inner = route[len(self.below) :]
        return FilledIn(place, value_at(self.template, inner), value_at(self.data, inner), self.elements)


@dataclass(frozen=True, slots=True)
class InPatch:
    """What YAML in a string says, a template; `place` knows the places in it, `key` is the way to the string."""

    data: Any
    found: ObjectInFile
    key: Route
    place: ValueLocator
    base: Route = ()

    def says(self, route: Route) -> bool:
        return _is_there(self.data, route)

    def at(self, route: Route, part: Part) -> Location:
        known = self.place.locate((*self.base, *route), part)
        return known or self.found.at(self.key, Part.KEY)._replace(precision=Precision.LINE)

    def mapping(self, route: Route) -> ValueLocator:
        return Below(self.place, (*self.base, *route))

    def string(self, route: Route) -> ValueLocator:
        return OneEntry(self.place, (*self.base, *route), Precision.LINE)

    def entry(self, route: Route) -> ValueLocator:
        return OneEntry(self.place, (*self.base, *route))

    def node(self, route: Route) -> tuple[ObjectInFile, Node] | None:
        node = self.found.document.node(self.key)
        return (self.found, _made(value_at(self.data, route), node.start, node.end)) if node else None


@dataclass(frozen=True, slots=True)
class Stack:
    """The layers, the topmost first."""

    layers: tuple[SpecLayer, ...]

    def of(self, route: Route) -> SpecLayer:
        return next((layer for layer in self.layers if layer.says(route)), self.layers[-1])

    def at(self, route: Route, part: Part = Part.PAIR) -> Location:
        """The place of an entry."""
        return self.of(route).at(route, part)

    def mapping(self, route: Route) -> ValueLocator:
        """The values that are a mapping of the whole: each is where its own layer says it."""
        return _InStack(self, route)

    def string(self, route: Route) -> ValueLocator:
        """The values that are YAML in a string of the whole."""
        return self.of(route).string(route)

    def entry(self, route: Route) -> ValueLocator:
        """The single value that an entry of the whole sets."""
        return self.of(route).entry(route)

    def node(self, route: Route) -> tuple[ObjectInFile, Node] | None:
        """The node that says an entry, and the document that it is in."""
        return self.of(route).node(route)


@dataclass(frozen=True, slots=True)
class _InStack:
    stack: Stack
    base: Route

    def locate(self, route: Route, part: Part) -> Location | None:
        return self.stack.of((*self.base, *route)).mapping(self.base).locate(route, part)


def filled(node: Node, data: Any) -> Node:
    """A node with what it has been filled in to; it stays where it is."""
    if isinstance(node, ScalarNode):
        return (
            node if data == node.meaning or not isinstance(data, str) else ScalarNode(data, '"', node.start, node.end)
        )
    if isinstance(node, SequenceNode) and isinstance(data, list) and len(data) == len(node.items):
        return SequenceNode([filled(*pair) for pair in zip(node.items, data, strict=True)], node.start, node.end)
    if isinstance(node, MappingNode) and isinstance(data, dict) and len(data) == len(node.pairs):
        pairs = zip(node.pairs, data.items(), strict=True)
        found = [(filled(key, name), filled(value, inner)) for (key, value), (name, inner) in pairs]
        return MappingNode(list(found), node.start, node.end)
    return node


def _made(data: Any, start: int, end: int) -> Node:
    """Data as nodes, all of which are at one place."""
    if isinstance(data, dict):
        pairs: list[tuple[Node, Node]] = [
            (ScalarNode(str(key), '"', start, end), _made(value, start, end)) for key, value in data.items()
        ]
        return MappingNode(pairs, start, end)
    if isinstance(data, list):
        return SequenceNode([_made(item, start, end) for item in data], start, end)
    if isinstance(data, str):
        return ScalarNode(data, '"', start, end)
    return ScalarNode("null" if data is None else str(data).lower(), None, start, end)


def _is_there(data: Any, route: Route) -> bool:
    for step in route:
        if isinstance(step, int):
            if not (isinstance(data, list) and step < len(data)):
                return False
        elif not (isinstance(data, dict) and step in data):
            return False
        data = data[step]
    return True
