"""A built document, and what the marked build knows of its leaves."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ....documents.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ....location import Precision, Route
from ....sources.overlays.nodes import descend, scalar_entries, string
from ....sources.overlays.references import Role
from .likeness import says_the_same
from .marks import HOME, PATCHED, Marking, is_marked
from .texts import TextNode

Traced = tuple[TextNode, Precision]
_HASH = re.compile(r"-[0-9a-z]{10}\Z")


@dataclass(frozen=True, slots=True)
class BuiltDocument:
    """A built document: its tree, the resource that it began as, its strategic-merge patches, its marked leaves.

    `precision` is what a place without a mark is known with: not even the file, if patches could not be marked.
    """

    tree: Node
    home: TextNode | None
    patches: tuple[TextNode, ...]
    leaves: Mapping[Route, Traced]
    marking: Marking
    precision: Precision


def align(plain: Sequence[Node], marked: Sequence[Node], marking: Marking, whole: bool) -> list[BuiltDocument] | None:
    """The documents of a plain build with what the marked one knows of them, if the two have the same ones."""
    twins = _twins(plain, marked, marking)
    if twins is None:
        return None
    documents = []
    for tree, twin in zip(plain, twins, strict=True):
        found = dict(_origins(tree, twin, marking, ()))
        home, patches = _home(twin, found, marking), tuple(_patches(twin, marking))
        documents.append(
            BuiltDocument(tree, home, patches, found, marking, Precision.EXACT if whole else Precision.FILE)
        )
    return documents


def _twins(plain: Sequence[Node], marked: Sequence[Node], marking: Marking) -> list[Node] | None:
    """What each document of the plain build is in the marked one, which may order them otherwise: it sorts by names,
    and one that a replacement makes is marked.
    """
    waiting: dict[tuple[str, ...], deque[Node]] = {}
    for twin in marked:
        waiting.setdefault(_named_by(twin, marking), deque()).append(twin)
    found = [waiting.get(_named_by(tree, marking), deque()) for tree in plain]
    counts = Counter(map(id, found))
    if len(plain) != len(marked) or any(len(alike) != counts[id(alike)] for alike in found):
        return None
    return [alike.popleft() for alike in found]


def _named_by(tree: Node, marking: Marking) -> tuple[str, ...]:
    """What tells a built document from others; a hash of its data is one of marks in the marked build."""
    routes = (("kind",), ("apiVersion",), ("metadata", "namespace"), ("metadata", "name"))
    *said, name = (marking.unmarked(string(tree, *route)) for route in routes)
    return *said, _HASH.sub("", name)


def _origins(tree: Node, twin: Node, marking: Marking, route: Route) -> Iterator[tuple[Route, Traced]]:
    if isinstance(tree, ScalarNode) and isinstance(twin, ScalarNode):
        named = marking.named(twin.value)
        if named and not is_marked(tree.value):
            # The last one, for `name:tag`: of what `images` sets, the tag.
            proved = (len(named) == 1 and says_the_same(named[0].node, tree)) or marking.unmarked(
                twin.value
            ) == tree.value
            is_part = named[-1].route[-2:-1] == ("literals",)  # of `key=value` the value alone
            yield route, (named[-1], Precision.EXACT if proved and not is_part else Precision.LINE)
    elif isinstance(tree, MappingNode) and isinstance(twin, MappingNode):
        other = {key.value: value for key, value in scalar_entries(twin)}
        for key, value in scalar_entries(tree):
            if key.value in other:
                yield from _origins(value, other[key.value], marking, (*route, key.value))
    elif isinstance(tree, SequenceNode) and isinstance(twin, SequenceNode) and len(tree.items) == len(twin.items):
        for index, (item, other_item) in enumerate(zip(tree.items, twin.items, strict=True)):
            yield from _origins(item, other_item, marking, (*route, index))


def _home(twin: Node, found: Mapping[Route, Traced], marking: Marking) -> TextNode | None:
    """The resource whose own mark is still there, else the one that most marked leaves come from."""
    named = marking.named(string(twin, "metadata", "annotations", HOME))
    if named:
        return named[0]
    counts = Counter(
        (id(place.text), place.document) for place, _ in found.values() if place.text.role is Role.RESOURCE
    )
    for (text, document), _ in counts.most_common(1):
        first = next(p for p, _ in found.values() if (id(p.text), p.document) == (text, document))
        return TextNode(first.text, first.document)
    return None


def _patches(twin: Node, marking: Marking) -> Iterator[TextNode]:
    for key, value in scalar_entries(descend(twin, ("metadata", "annotations"))):
        if key.value.startswith(PATCHED) and isinstance(value, ScalarNode):
            yield from marking.named(value.value)
