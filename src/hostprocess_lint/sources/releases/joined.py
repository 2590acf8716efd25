"""Nodes of several documents in one text, whose regions are led back to the documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ...documents.yamlnodes import MappingNode, Node, ScalarNode, SequenceNode
from ...finding import Location, Part, Precision, Span
from ..overlays.nodes import leaves
from .objects import ObjectInFile


class _Piece(NamedTuple):
    start: int
    end: int
    lead: Callable[[Span], Location]


class Joined:
    """Begins with the file in which a release says what it deploys."""

    def __init__(self, named: Location) -> None:
        self.text = named.file.text + "\n"
        self._pieces = [_Piece(0, len(self.text), lambda span: named._replace(span=span))]
        self._starts: dict[int, int] = {}
        self._kept: list[ObjectInFile] = []

    def taken(self, found: ObjectInFile, node: Node) -> Node:
        """A node of a document, with its region in this text."""
        if id(found) not in self._starts:
            self._kept.append(found)  # an id is one as long as its object lives
            self._starts[id(found)] = start = len(self.text)
            self.text += found.file.text + "\n"
            self._pieces.append(_Piece(start, len(self.text), lambda span: _led(found, span)))
        return _moved(node, self._starts[id(found)])

    def led(self, span: Span) -> Location:
        """Where a region of this text is written."""
        piece = next(each for each in reversed(self._pieces) if each.start <= span.start)
        return piece.lead(Span(span.start - piece.start, span.end - piece.start))


def _moved(node: Node, by: int) -> Node:
    start, end = node.start + by, node.end + by
    if isinstance(node, ScalarNode):
        return ScalarNode(node.value, node.style, start, end, node.tag)
    if isinstance(node, SequenceNode):
        return SequenceNode([_moved(item, by) for item in node.items], start, end)
    return MappingNode([(_moved(key, by), _moved(value, by)) for key, value in node.pairs], start, end)


def _led(found: ObjectInFile, span: Span) -> Location:
    if found.provenance is None:
        return Location(found.file, span)
    way = next((way for way, leaf in leaves(found.document.root) if leaf.start <= span.start <= leaf.end), None)
    if way is None:
        return found.at(found.view.route, Part.KEY)._replace(precision=Precision.FILE)
    return found.provenance.locate(found.document.number, way, Part.VALUE, span).location
