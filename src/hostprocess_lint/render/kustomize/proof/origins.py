"""Which place of the sources made a place of a built document: a plain build compared with a marked one."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ....documents.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ....location import Precision, Route
from ....sources.overlays.nodes import child, descend, items, leaves, scalar_entries, string
from ....sources.overlays.references import Role
from .marks import HOME, PATCHED, Marking, is_marked
from .texts import Text, TextNode

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
            proved = (len(named) == 1 and _equal(named[0].node, tree)) or marking.unmarked(twin.value) == tree.value
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


def _equal(written: Node | None, built: ScalarNode) -> bool:
    """Whether two scalars say the same, and the same kind of thing."""
    if not isinstance(written, ScalarNode) or written.value != built.value:
        return False
    return type(written.meaning) is type(built.meaning)


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


def origin(document: BuiltDocument, route: Route) -> Traced | None:
    """The place that made a node of a document, and how surely; `None` if no line can be shown to have."""
    if route in document.leaves:
        return document.leaves[route]
    node = descend(document.tree, route)
    if not isinstance(node, ScalarNode):
        return _collection(document, route)
    return _beside(document, route, node) or _named(document, route, node)


def _patches(twin: Node, marking: Marking) -> Iterator[TextNode]:
    for key, value in scalar_entries(descend(twin, ("metadata", "annotations"))):
        if key.value.startswith(PATCHED) and isinstance(value, ScalarNode):
            yield from marking.named(value.value)


def set_by_operation(texts: list[Text], document: BuiltDocument, route: Route) -> Traced | None:
    """The only JSON6902 operation that sets this value at this path: for values that cannot carry a mark."""
    node = descend(document.tree, route)
    found = [
        place
        for text in texts
        for number, tree in enumerate(text.documents)
        for index, operation in enumerate(items(tree))
        if (place := _operand(TextNode(text, number, (index, "value")), operation, document.tree, route))
        and isinstance(node, ScalarNode)
        and _equal(place.node, node)
    ]
    return (found[0], Precision.LINE) if len(found) == 1 else None


def _operand(value: TextNode, operation: Node, built: Node, route: Route) -> TextNode | None:
    """The part of an operation's value that goes to a route, if its path leads there."""
    length = leads_to(operation, route)
    return _follow(value, descend(built, route[:length]), route[length:]) if length else None


def leads_to(operation: Node, route: Route) -> int:
    """How many steps of a route the path of a JSON6902 operation has, if it leads there; else none."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in string(operation, "path").split("/")[1:]]
    head = route[: len(steps)]
    leads = len(head) == len(steps) and all(
        step == str(taken) or (isinstance(taken, int) and (step == "-" or step.isdigit()))
        for step, taken in zip(steps, head, strict=True)
    )
    return len(steps) if leads else 0


def _collection(document: BuiltDocument, route: Route) -> Traced | None:
    """A mapping or list is where its marked leaves are, the resource's own before a patch's; one of which none can be
    marked is where the whole of it is written.
    """
    found = _candidates(document, route)
    if found:
        return min(found, key=lambda place: place.text.role is not Role.RESOURCE), Precision.EXACT
    built = descend(document.tree, route)
    whole = _nearest(document, route, lambda written: _alike(written, built) and _alike(built, written))
    if whole and any(leaves(built)):
        return _choose(whole, ""), document.precision
    place = written_node(document, route)
    return (place, Precision.LINE if document.precision is Precision.EXACT else Precision.FILE) if place else None


def _beside(document: BuiltDocument, route: Route, node: ScalarNode) -> Traced | None:
    """A scalar that cannot carry a mark is where its nearest marked relatives are, if it has the same value there."""
    carries = document.marking.carries
    equal = _nearest(document, route, lambda written: _equal(written, node) and not carries(written))
    return (_choose(equal, str(route[-1])), document.precision) if equal else None


def _nearest(document: BuiltDocument, route: Route, is_it: Callable[[Node], bool]) -> list[TextNode]:
    """Where the sources write what is at a route: beside the nearest of what came from them."""
    for length in range(len(route) - 1, -1, -1):
        ancestor = descend(document.tree, route[:length])
        places = (_follow(place, ancestor, route[length:]) for place in _candidates(document, route[:length]))
        found = [place for place in places if place and place.node and is_it(place.node)]
        if found:
            return found
    return []


def _choose(places: list[TextNode], field: str) -> TextNode:
    """Of equal values the resource's where it only identifies (a patch repeats it to match), else the last patch's."""
    if field in ("name", "kind", "apiVersion", "namespace"):
        return min(places, key=lambda place: place.text.role is not Role.RESOURCE)
    return next((place for place in reversed(places) if place.text.role is Role.PATCH), places[0])


def _named(document: BuiltDocument, route: Route, node: ScalarNode) -> Traced | None:
    """The resource's own name, or one it refers to, with a prefix, suffix or hash by now."""
    place = written_node(document, route) if route[-1:] == ("name",) else None
    name = place.node.value if place and isinstance(place.node, ScalarNode) else ""
    return (place, Precision.LINE) if place and name and name in node.value else None


def written_node(document: BuiltDocument, route: Route) -> TextNode | None:
    """What the resource itself says at a route, before any patch."""
    return _follow(document.home, document.tree, route) if document.home else None


def _candidates(document: BuiltDocument, route: Route) -> list[TextNode]:
    """Where the sources hold the node at a route: upwards from the leaves below it that came from them."""
    whole = [document.home, *document.patches] if not route else []
    found = {(id(place.text), place.document, place.route): place for place in whole if place}
    for leaf, (place, _) in document.leaves.items():
        if leaf[: len(route)] == route and len(leaf) > len(route):
            above = _above(place, leaf[len(route) :])
            if above:
                found.setdefault((id(above.text), above.document, above.route), above)
    return list(found.values())


def _above(place: TextNode, tail: Route) -> TextNode | None:
    """The node from which a tail leads to the place; indices may differ, for lists are merged."""
    length = len(place.route) - len(tail)
    if length < 0 or place.text.role is Role.CONFIG:
        return None
    steps = zip(place.route[length:], tail, strict=True)
    if any(a != b and not (isinstance(a, int) and isinstance(b, int)) for a, b in steps):
        return None
    if length < 2 and isinstance(place.text.documents[place.document], SequenceNode):
        return None  # a JSON6902 operation, not what it sets
    return TextNode(place.text, place.document, place.route[:length])


def _follow(place: TextNode, built: Node | None, tail: Route) -> TextNode | None:
    """Goes down a tail in the built document and the written one side by side; list items meet by name or by value."""
    node = place.node
    for step in tail:
        below = child(built, step)
        position = _same_item(built, node, below, step) if isinstance(step, int) else step
        if position is None or below is None:
            return None
        place, built, node = place.at(position), below, child(node, position)
        if node is None:
            return None
    return place


def _same_item(built: Node | None, written: Node | None, item: Node | None, index: int) -> int | None:
    wanted = _identity(item)
    matches = [i for i, other in enumerate(items(written)) if wanted and _identity(other) == wanted]
    if len(matches) == 1:
        return matches[0]
    same_shape = len(items(built)) == len(items(written))
    return index if same_shape and _alike(item, child(written, index)) else None


def _identity(item: Node | None) -> str:
    return item.value if isinstance(item, ScalarNode) else string(item, "name")


def _alike(built: Node | None, written: Node | None) -> bool:
    """Whether two nameless items hold the same, defaults and additions of the build aside."""
    if built is None or written is None:
        return False
    have = dict(leaves(built))
    return all(route in have and _equal(scalar, have[route]) for route, scalar in leaves(written))
