"""Nodes of several documents in one text, whose regions are led back to the documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ...documents.document import Document
from ...documents.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ...location import Location, Part, Precision, Span
from ...sourcefile import SourceFile
from ..overlays.nodes import leaves
from .objects import ObjectInFile


class _Piece(NamedTuple):
    start: int
    end: int
    lead: Callable[[Span], Location]


class Joined:
    """Begins with the file in which a release says what it deploys."""

    def __init__(self, named: Location) -> None:
        self._texts = [named.file.text]
        self._length = len(named.file.text) + 1
        self._pieces = [_Piece(0, self._length, lambda span: named._replace(span=span))]
        self._starts: dict[int, int] = {}
        self._kept: list[Document] = []

    @property
    def text(self) -> str:
        """All texts, each with a line's end."""
        return "\n".join((*self._texts, ""))

    def taken(self, found: ObjectInFile, node: Node) -> Node:
        """A node of a document, with its region in this text."""
        key = id(found.document)
        if key not in self._starts:
            self._kept.append(found.document)  # an id is one as long as its object lives
            self._starts[key] = self._begun(found.file.text, lambda span: _led(found, span))
        return _moved(node, self._starts[key])

    def tree(self, file: SourceFile, tree: MappingNode) -> MappingNode:
        """The tree of a whole file, with its region in this text."""
        start = self._begun(file.text, lambda span: Location(file, span))
        return MappingNode(
            [(_moved(key, start), _moved(value, start)) for key, value in tree.pairs], start, self._length
        )

    def _begun(self, text: str, lead: Callable[[Span], Location]) -> int:
        """Where one text more begins in this one."""
        start = self._length
        self._texts.append(text)
        self._length += len(text) + 1
        self._pieces.append(_Piece(start, self._length, lead))
        return start

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
