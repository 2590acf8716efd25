"""What a kustomization's own fields put into a document: namespaces, labels, replicas, generated data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..finding import Precision, Route
from .closure import Closure
from .kustomization import Role
from .nodes import Scalar, child, descend, items, string
from .overlay_marks import Place, Source
from .overlay_origins import Document, Origin

_LABELS = ("labels", "matchLabels", "selector")
_GENERATORS = {"ConfigMap": "configMapGenerator", "Secret": "secretGenerator"}


def set_by_kustomization(sources: list[Source], closure: Closure, document: Document, route: Route) -> Origin | None:
    """The field of a kustomization that has a leaf's value, the overlay's own before its bases'."""
    if route in document.leaves:
        return None
    node = descend(document.tree, route)
    own = [source for source in sources if source.role is Role.CONFIG]
    for source in own:
        for field in _fields(source, document, route):
            if isinstance(node, Scalar) and string(source.documents[0], *field) == node.value:
                return Place(source, 0, field), Precision.LINE
    if document.home is None:
        return next(_generated(own, closure, document, route), None)
    return None


def _fields(source: Source, document: Document, route: Route) -> Iterator[Route]:
    tree = source.documents[0]
    last = route[-1] if route else ""
    if last == "namespace":
        yield ("namespace",)
    elif route == ("spec", "replicas"):
        name = string(document.tree, "metadata", "name")
        for index, item in enumerate(items(child(tree, "replicas"))):
            if string(item, "name") and string(item, "name") in name:
                yield "replicas", index, "count"
    elif len(route) > 1 and route[-2] in _LABELS:
        yield "commonLabels", last
        for index, _ in enumerate(items(child(tree, "labels"))):
            yield "labels", index, "pairs", last
    elif len(route) > 1 and route[-2] == "annotations":
        yield "commonAnnotations", last


def _generated(own: list[Source], closure: Closure, document: Document, route: Route) -> Iterator[Origin]:
    """The entries that made a generated object: of a datum the one that holds it, else the generator."""
    field = _GENERATORS.get(string(document.tree, "kind"), "")
    name = string(document.tree, "metadata", "name")
    generators = [
        Place(source, 0, (field, index))
        for source in own
        for index, item in enumerate(items(child(source.documents[0], field)))
        if string(item, "name") and string(item, "name") in name
    ]
    if len(route) == 2 and route[0] == "data":
        value = string(document.tree, *route)
        for generator in generators:
            yield from _datum(generator, closure, str(route[1]), value)
    for generator in generators:
        yield generator, Precision.LINE


def _datum(generator: Place, closure: Closure, key: str, value: str) -> Iterator[Origin]:
    directory = generator.source.path.parent
    for index, item in enumerate(items(descend(generator.node, ("literals",)))):
        if isinstance(item, Scalar) and item.value.partition("=")[0] == key:
            yield generator.at("literals", index), Precision.LINE
    for item in items(descend(generator.node, ("files",))):
        if isinstance(item, Scalar):
            name, _, path = item.value.rpartition("=")
            if (name or Path(path).name) == key:
                yield from _file(closure, directory / path, value)


def _file(closure: Closure, path: Path, value: str) -> Iterator[Origin]:
    real = Path(os.path.realpath(path))
    member = closure.members.get(real)
    if member is None:
        return
    try:
        text = member.content.decode("utf-8")
    except UnicodeDecodeError:
        return
    if text == value:
        whole = Scalar(text, "|", 0, len(text))
        yield Place(Source(real, text, (whole,), Role.DATA), 0), Precision.EXACT
