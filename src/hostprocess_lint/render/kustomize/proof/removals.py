"""What patches take out of a document: the JSON6902 `remove` of a field, and its `null` in a strategic merge."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from ....documents.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ....location import Route
from ....sources.overlays.closure import Closure
from ....sources.overlays.nodes import child, descend, is_key, items, string
from ....sources.overlays.references import Role
from ....sources.overlays.yamltext import emit
from ..engine.workspace import documents_text, plain_text
from .built import BuiltDocument
from .origins import leads_to
from .texts import Text, TextNode

_NOTHING = '{op: copy, from: "/kind", path: "/kind"}'
_LITERAL = re.compile(r"[A-Za-z0-9-]+")
_ATTEMPTS = 8
"""How often an overlay is built again for one field."""

_Key = tuple[int, int, Route]
"""What tells a place from others of the same texts."""


def removers(
    closure: Closure,
    texts: list[Text],
    documents: list[BuiltDocument],
    route: Route,
    attempt: Callable[[Mapping[Path, str]], list[Node]],
) -> dict[int, TextNode]:
    """For the documents that lack a field the place in a patch without which a build has it.

    Of all documents at once, because a build may take seconds.
    """
    lacking = {number: built for number, built in enumerate(documents) if descend(built.tree, route) is None}
    candidates = {number: list(_removals(texts, built, route)) for number, built in lacking.items()}
    found: dict[int, TextNode] = {}
    for _ in range(_ATTEMPTS):
        candidates = {number: spots for number, spots in candidates.items() if spots and number not in found}
        tried = _disjoint(candidates)
        if not tried:
            break
        trees = attempt(_without(closure, tried.values()))
        having = {_identity(tree) for tree in trees if descend(tree, route) is not None}
        found |= {number: spot for number, spot in tried.items() if _identity(lacking[number].tree) in having}
        candidates = {number: spots[1:] if number in tried else spots for number, spots in candidates.items()}
    return found


def _removals(texts: list[Text], built: BuiltDocument, route: Route) -> Iterator[TextNode]:
    """The places in patches that may be why a document has nothing at a route."""
    for text in texts:
        for number, tree in enumerate(text.documents) if text.role is Role.PATCH else ():
            if not any(_may_select(target or tree, built) for target in text.targets):
                continue
            for index, operation in enumerate(items(tree)):
                if string(operation, "op") == "remove" and leads_to(operation, route):
                    yield TextNode(text, number, (index,))
            erased = _erased(tree, built.tree, route)
            if erased is not None:
                yield TextNode(text, number, erased)


def _may_select(selector: Node, built: BuiltDocument) -> bool:
    """Whether a `target`, or a patch that names its object itself, may select a document; a pattern always may."""
    began = built.home.node if built.home else None
    kind, name = string(selector, "kind"), string(selector, "name") or string(selector, "metadata", "name")
    if _LITERAL.fullmatch(kind) and kind not in (string(built.tree, "kind"), string(began, "kind")):
        return False
    if not _LITERAL.fullmatch(name):
        return True
    # An object may be named as it is, as it was, or with some of the prefixes and suffixes that it has by now.
    first, last = string(began, "metadata", "name"), string(built.tree, "metadata", "name")
    return first in name and name in last if first in last else True


def _disjoint(candidates: Mapping[int, list[TextNode]]) -> dict[int, TextNode]:
    """The first place of as many documents as one build can try: none may reach another of the documents too."""
    chosen: dict[int, TextNode] = {}
    firsts: set[_Key] = set()
    others: set[_Key] = set()
    for number, spots in candidates.items():
        first, *rest = map(_key, spots)
        if first not in others and firsts.isdisjoint(rest):
            chosen[number] = spots[0]
            firsts.add(first)
            others.update(rest)
    return chosen


def _key(spot: TextNode) -> _Key:
    return id(spot.text), spot.document, spot.route


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
        if isinstance(here, ScalarNode) and here.meaning is None:
            return way
        if here is None:
            return None
    return None


def _without(closure: Closure, spots: Iterable[TextNode]) -> dict[Path, str]:
    """The texts to build with so that nothing is taken out at some places."""
    routes: dict[int, dict[int, set[Route]]] = {}
    named: dict[int, Text] = {}
    for spot in spots:
        named[id(spot.text)] = spot.text
        routes.setdefault(id(spot.text), {}).setdefault(spot.document, set()).add(spot.route)
    texts: dict[Path, str] = {}
    inline: dict[Path, dict[int, str]] = {}
    for number, text in named.items():
        trees = enumerate(text.documents)
        without = documents_text([_text(tree, routes[number].get(document, set())) for document, tree in trees])
        if text.inside is None:
            texts[text.path] = without
        else:
            inline.setdefault(text.path, {})[id(text.inside)] = without
    kustomizations = (each for each in closure.kustomizations.values() if each.path in inline)
    return texts | {each.path: plain_text(each, inline[each.path]) for each in kustomizations}


def _text(tree: Node, routes: set[Route]) -> str:
    if routes and isinstance(tree, SequenceNode):  # an empty list is no patch: operations that change nothing instead
        gone = {route[0] for route in routes}
        others = [_NOTHING if index in gone else emit(item, {}) for index, item in enumerate(tree.items)]
        return "[" + ", ".join(others) + "]"
    for route in routes:
        tree = _pruned(tree, route)
    return emit(tree, {})


def _pruned(node: Node, route: Route) -> Node:
    step, rest = route[0], route[1:]
    if isinstance(node, SequenceNode):
        found = [_pruned(item, rest) if index == step else item for index, item in enumerate(node.items)]
        return SequenceNode(found, node.start, node.end)
    if not isinstance(node, MappingNode):
        return node
    pairs = [
        (key, _pruned(value, rest) if rest and is_key(key, step) else value)
        for key, value in node.pairs
        if rest or not is_key(key, step)
    ]
    return MappingNode(pairs, node.start, node.end)


def _identity(tree: Node) -> tuple[str, ...]:
    """What tells an object from others."""
    routes: tuple[Route, ...] = (("apiVersion",), ("kind",), ("metadata", "namespace"), ("metadata", "name"))
    return tuple(string(tree, *route) for route in routes)
