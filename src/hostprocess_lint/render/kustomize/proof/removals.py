"""What patches take out of a document: the JSON6902 `remove` of a field, and its `null` in a strategic merge."""

from __future__ import annotations

from collections.abc import Iterator

from ....documents.yamlnodes import Mapping, Node, Scalar, Sequence
from ....finding import Route
from ....sources.overlays.kustomization import Role
from ....sources.overlays.nodes import child, items, string
from ....sources.overlays.yamltext import emit
from ..workspace import documents_text
from .origins import leads_to
from .texts import Place, Source

_NOTHING = '{op: copy, from: "/kind", path: "/kind"}'


def removals(sources: list[Source], document: Node, route: Route) -> Iterator[Place]:
    """The places in patches that may be why a document has nothing at a route."""
    for source in sources:
        for number, tree in enumerate(source.documents) if source.role is Role.PATCH else ():
            for index, operation in enumerate(items(tree)):
                if string(operation, "op") == "remove" and leads_to(operation, route):
                    yield Place(source, number, (index,))
            if string(tree, "kind") in ("", string(document, "kind")):
                erased = _erased(tree, document, route)
                if erased is not None:
                    yield Place(source, number, erased)


def _erased(patch: Node, document: Node, route: Route) -> Route | None:
    """The way to a null in a strategic merge patch on the way to a field; items of lists meet by their names."""
    here: Node | None = patch
    built: Node | None = document
    way: Route = ()
    for step in route:
        built = child(built, step)
        taken = step
        if isinstance(step, int):
            name = string(built, "name")
            taken = next((index for index, item in enumerate(items(here)) if name == string(item, "name") != ""), -1)
        here = child(here, taken)
        way = (*way, taken)
        if isinstance(here, Scalar) and here.meaning is None:
            return way
        if here is None:
            return None
    return None


def without(place: Place) -> str:
    """The text of a place's source with nothing taken out there."""
    documents = enumerate(place.source.documents)
    return documents_text([_text(tree, place.route if index == place.document else ()) for index, tree in documents])


def _text(tree: Node, route: Route) -> str:
    if route and isinstance(tree, Sequence):  # an empty list is no patch: an operation that changes nothing instead
        others = [_NOTHING if index == route[0] else emit(item, {}) for index, item in enumerate(tree.items)]
        return "[" + ", ".join(others) + "]"
    return emit(_pruned(tree, route) if route else tree, {})


def _pruned(node: Node, route: Route) -> Node:
    step, rest = route[0], route[1:]
    if isinstance(node, Sequence):
        found = [_pruned(item, rest) if index == step else item for index, item in enumerate(node.items)]
        return Sequence(found, node.start, node.end)
    if not isinstance(node, Mapping):
        return node
    pairs = [
        (key, _pruned(value, rest) if rest and isinstance(key, Scalar) and key.value == step else value)
        for key, value in node.pairs
        if rest or not (isinstance(key, Scalar) and key.value == step)
    ]
    return Mapping(pairs, node.start, node.end)


def same(tree: Node, other: Node) -> bool:
    """Whether two trees are of one object."""
    routes: tuple[Route, ...] = (("apiVersion",), ("kind",), ("metadata", "namespace"), ("metadata", "name"))
    return all(string(tree, *route) == string(other, *route) for route in routes)
