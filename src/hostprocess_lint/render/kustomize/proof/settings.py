"""What a kustomization's own fields put into a document: namespaces, labels, replicas, generated data."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator
from pathlib import Path

from ....documents.nodes import Node, ScalarNode
from ....location import Precision, Route
from ....sources.overlays.closure import Closure
from ....sources.overlays.kustomization import Kustomization
from ....sources.overlays.nodes import child, descend, items, string
from ....sources.overlays.references import Role
from .built import BuiltDocument, Traced
from .origins import written_node
from .texts import Text, TextNode

_LABELS = ("labels", "matchLabels", "selector")
_GENERATORS = {"ConfigMap": "configMapGenerator", "Secret": "secretGenerator"}


def set_by_kustomization(texts: list[Text], closure: Closure, document: BuiltDocument, route: Route) -> Traced | None:
    """The field of a kustomization that gave a leaf its value: of those that apply, the one that is applied last."""
    if route in document.leaves:
        return None
    own = {text.path: text for text in texts if text.role is Role.CONFIG}
    generated = list(_generated(own, closure, document, route)) if document.home is None else []
    origin = document.home.text.path if document.home else generated[-1][0].text.path if generated else None
    node = descend(document.tree, route)
    if isinstance(node, ScalarNode) and origin is not None:
        for kustomization in _covering(closure, origin):
            for field in _fields(kustomization.tree, document, route):
                if string(kustomization.tree, *field) == node.value:
                    return TextNode(own[kustomization.path], 0, field), Precision.LINE
    return generated[0] if generated else None


def _fields(tree: Node, document: BuiltDocument, route: Route) -> Iterator[Route]:
    last = route[-1] if route else ""
    if route == ("metadata", "namespace") or _is_referring(document, route):
        yield ("namespace",)
    elif route == ("spec", "replicas"):
        name = string(document.tree, "metadata", "name")
        for index, item in enumerate(items(child(tree, "replicas"))):
            if string(item, "name") and string(item, "name") in name:
                yield "replicas", index, "count"
    elif len(route) > 1 and route[-2] in _LABELS:
        yield "commonLabels", last
        for index, item in enumerate(items(child(tree, "labels"))):
            if route[:2] == ("metadata", "labels") or "true" in _included(item, route):
                yield "labels", index, "pairs", last
    elif len(route) > 1 and route[-2] == "annotations":
        yield "commonAnnotations", last


def _is_referring(document: BuiltDocument, route: Route) -> bool:
    """Whether a namespace is that of a referred object, and not as written: a reference follows only what it finds."""
    if route[-1:] != ("namespace",) or not (route[0] == "subjects" or route[-2] == "service"):
        return False
    place = written_node(document, route)
    return place is None or string(place.node) != string(document.tree, *route)


def _included(labels: Node, route: Route) -> tuple[str, str]:
    """Whether labels are put on more than the object itself: into selectors, into pod templates."""
    in_template = "template" in route and route[-2] == "labels"
    return string(labels, "includeSelectors"), string(labels, "includeTemplates") if in_template else ""


def _generated(own: dict[Path, Text], closure: Closure, document: BuiltDocument, route: Route) -> Iterator[Traced]:
    """The entries that made a generated object: of a datum the one that holds it, else the generator."""
    field = _GENERATORS.get(string(document.tree, "kind"), "")
    name = string(document.tree, "metadata", "name")
    generators = [
        TextNode(text, 0, (field, index))
        for text in own.values()
        for index, item in enumerate(items(child(text.documents[0], field)))
        if string(item, "name") and string(item, "name") in name
    ]
    if len(route) == 2 and route[0] == "data":
        value = string(document.tree, *route)
        for generator in generators:
            yield from _datum(generator, closure, str(route[1]), value)
    for generator in generators:
        yield generator, Precision.LINE


def _datum(generator: TextNode, closure: Closure, key: str, value: str) -> Iterator[Traced]:
    directory = generator.text.path.parent
    for index, item in enumerate(items(descend(generator.node, ("literals",)))):
        if isinstance(item, ScalarNode) and item.value.partition("=")[0] == key:
            yield generator.at("literals", index), Precision.LINE
    for item in items(descend(generator.node, ("files",))):
        if isinstance(item, ScalarNode):
            name, _, path = item.value.rpartition("=")
            if (name or Path(path).name) == key:
                yield from _file(closure, directory / path, value)
    for field in ("envs", "env"):
        said = descend(generator.node, (field,))
        listed = items(said) if said is None or items(said) else [said]
        for item in listed:
            if isinstance(item, ScalarNode):
                yield from _line(closure, directory / item.value, key)


def _file(closure: Closure, path: Path, value: str) -> Iterator[Traced]:
    real, text = _text(closure, path)
    if text is not None and value in (text, base64.b64encode(text.encode()).decode()):
        whole = ScalarNode(text, "|", 0, len(text))
        yield TextNode(Text(real, text, (whole,), Role.DATA), 0), Precision.EXACT


def _line(closure: Closure, path: Path, key: str) -> Iterator[Traced]:
    """The line of a file of variables that sets one; the last counts."""
    real, text = _text(closure, path)
    found = list(re.finditer(rf"(?m)^[ \t]*{re.escape(key)}=(.*?)[ \t]*\r?$", text or ""))
    if text is not None and found:
        value = ScalarNode(found[-1][1], None, *found[-1].span(1))
        yield TextNode(Text(real, text, (value,), Role.DATA), 0), Precision.LINE


def _text(closure: Closure, path: Path) -> tuple[Path, str | None]:
    real = Path(os.path.realpath(path))
    member = closure.members.get(real)
    try:
        return real, member.content.decode("utf-8") if member else None
    except UnicodeDecodeError:
        return real, None


def _covering(closure: Closure, origin: Path, directory: Path | None = None) -> Iterator[Kustomization]:
    """The kustomizations whose fields apply to what a file brings in, the one that is applied last first.

    A component is applied to everything that its parent has gathered, a base only to its own.
    """
    directory = directory or closure.directory
    yield closure.kustomizations[directory]
    below = [use for use in closure.uses.get(directory, ()) if use[1] in closure.kustomizations]
    for role, path in reversed(below):
        if role is Role.COMPONENT:
            yield from _covering(closure, origin, path)
    for role, path in below:
        if role is Role.RESOURCE and origin in _brought(closure, path):
            yield from _covering(closure, origin, path)


def _brought(closure: Closure, directory: Path) -> frozenset[Path]:
    """The files that a kustomization brings in, its own included."""
    found: set[Path] = set()
    pending, seen = [directory], set[Path]()
    while pending:
        current = pending.pop()
        if current in closure.kustomizations and current not in seen:
            seen.add(current)
            found.add(closure.kustomizations[current].path)
            pending += [path for _, path in closure.uses.get(current, ())]
        else:
            found.add(current)
    return frozenset(found)
