"""Which place of the sources made a place of a built document."""

from __future__ import annotations

from collections.abc import Callable

from ....documents.nodes import Node, ScalarNode, SequenceNode
from ....location import Precision, Route
from ....sources.overlays.nodes import descend, items, leaves, string
from ....sources.overlays.references import Role
from .built import BuiltDocument, Traced
from .likeness import follow, holds_the_same, says_the_same
from .texts import Text, TextNode


def origin(document: BuiltDocument, route: Route) -> Traced | None:
    """The place that made a node of a document, and how surely; `None` if no line can be shown to have."""
    if route in document.leaves:
        return document.leaves[route]
    node = descend(document.tree, route)
    if not isinstance(node, ScalarNode):
        return _collection(document, route)
    return _beside(document, route, node) or _named(document, route, node)


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
        and says_the_same(place.node, node)
    ]
    return (found[0], Precision.LINE) if len(found) == 1 else None


def _operand(value: TextNode, operation: Node, built: Node, route: Route) -> TextNode | None:
    """The part of an operation's value that goes to a route, if its path leads there."""
    length = leads_to(operation, route)
    return follow(value, descend(built, route[:length]), route[length:]) if length else None


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
    whole = _nearest(document, route, lambda written: holds_the_same(written, built) and holds_the_same(built, written))
    if whole and any(leaves(built)):
        return _choose(whole, ""), document.precision
    place = written_node(document, route)
    return (place, Precision.LINE if document.precision is Precision.EXACT else Precision.FILE) if place else None


def _beside(document: BuiltDocument, route: Route, node: ScalarNode) -> Traced | None:
    """A scalar that cannot carry a mark is where its nearest marked relatives are, if it has the same value there."""
    carries = document.marking.carries
    equal = _nearest(document, route, lambda written: says_the_same(written, node) and not carries(written))
    return (_choose(equal, str(route[-1])), document.precision) if equal else None


def _nearest(document: BuiltDocument, route: Route, is_it: Callable[[Node], bool]) -> list[TextNode]:
    """Where the sources write what is at a route: beside the nearest of what came from them."""
    for length in range(len(route) - 1, -1, -1):
        ancestor = descend(document.tree, route[:length])
        places = (follow(place, ancestor, route[length:]) for place in _candidates(document, route[:length]))
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
    return follow(document.home, document.tree, route) if document.home else None


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
