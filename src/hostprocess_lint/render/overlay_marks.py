"""Marks: scalars of an overlay's sources, replaced by names that a build carries through to its output."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..finding import Route
from .closure import Closure
from .kustomization import Role
from .nodes import Mapping, Node, Scalar, Sequence, descend, entries, items, string
from .overlay_copy import documents_text, plain_text
from .overlay_sources import Place, Source
from .yamltext import emit

HOME = "hostprocess-lint/home"
# Private-use characters: no YAML indicator, no letter that a transformer changes, and hardly in any manifest.
_MARK = re.compile("\ue000([\ue100-\ue1ff]+)\ue001")

# What Kustomize identifies, merges or references objects and list items by. A mark there would change the build.
_IDENTITY = frozenset(
    """apiGroup apiVersion containerPort devicePath from generateName ip key kind mountPath name namespace op path port
    protocol topologyKey uid whenUnsatisfiable""".split()  # noqa: SIM905
)
_IDENTITY_BELOW = frozenset({"finalizers", "labels", "matchLabels", "selector", "labelSelector"})
_KUSTOMIZE_KEYS = ("config.kubernetes.io/", "config.k8s.io/", "kustomize.config.k8s.io/", "$")


_TAG = re.compile(r"(?::[^:/@]*)?(?:@.*)?$")
Images = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Marking:
    """The texts to build with, and the places that the marks in their output name."""

    texts: dict[Path, str]
    places: list[Place]

    def named(self, text: str) -> list[Place]:
        """The places named in a text, in order."""
        numbers = (_number(match[1]) for match in _MARK.finditer(text))
        return [self.places[number] for number in numbers if number < len(self.places)]

    def unmarked(self, text: str) -> str:
        """The text with what stood at each mark's place."""
        named = iter(self.named(text))
        return _MARK.sub(lambda _: scalar.value if isinstance(scalar := next(named).node, Scalar) else "", text)


def is_marked(text: str) -> bool:
    return "\ue000" in text


def _name(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 256)
        digits = chr(0xE100 + digit) + digits
    return f"\ue000{digits}\ue001"


def _number(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number * 256 + ord(digit) - 0xE100
    return number


def mark(closure: Closure, found: list[Source], patches: bool, values: bool) -> Marking:
    """Gives every resource a mark of its own, and with `values` (and `patches`) the scalars that can carry one."""
    marking = Marking({}, [])
    images = _image_names(closure)
    inline: dict[Path, dict[int, str]] = {k.path: {} for k in closure.kustomizations.values()}
    for source in found:
        replaced: dict[int, str] = {}
        if source.role is Role.CONFIG:
            chosen = _image_scalars(source.documents[0]) if values else iter(())
            inline[source.path] |= _register(marking, source, 0, chosen)
        elif source.role is Role.RESOURCE or patches:
            for number, document in enumerate(source.documents):
                chosen = _scalars(document, images) if values else iter(())
                replaced |= _register(marking, source, number, chosen)
            text = _marked_text(marking, source, replaced)
            if source.inside is not None:
                inline[source.path][id(source.inside)] = text
            else:
                marking.texts[source.path] = text
    for kustomization in closure.kustomizations.values():
        if inline[kustomization.path]:
            marking.texts[kustomization.path] = plain_text(kustomization, inline[kustomization.path])
    return marking


def _register(
    marking: Marking, source: Source, document: int, chosen: Iterator[tuple[Route, Scalar]]
) -> dict[int, str]:
    replaced = {}
    for route, scalar in chosen:
        replaced[id(scalar)] = _name(len(marking.places))
        marking.places.append(Place(source, document, route))
    return replaced


def _marked_text(marking: Marking, source: Source, replaced: dict[int, str]) -> str:
    texts = []
    for number, document in enumerate(source.documents):
        if document is not None:
            place = Place(source, number)
            tree = _at_home(marking, place, document) if source.role is Role.RESOURCE else document
            texts.append(emit(tree, replaced))
    return documents_text(texts)


def _at_home(marking: Marking, place: Place, resource: Node) -> Node:
    """The resource, or each resource of a list, with one more annotation: the mark of its place."""
    if not isinstance(resource, Mapping):
        return resource
    listed = descend(resource, ("items",))
    if string(resource, "kind").endswith("List") and isinstance(listed, Sequence):
        homes = tuple(_at_home(marking, place.at("items", i), item) for i, item in enumerate(listed.items))
        return _with(resource, "items", listed._replace(items=homes))
    metadata = descend(resource, ("metadata",))
    if not isinstance(metadata, Mapping):
        return resource
    annotations = descend(metadata, ("annotations",))
    if not isinstance(annotations, Mapping):
        annotations = Mapping((), 0, 0)
    name = Scalar(_name(len(marking.places)), '"', 0, 0)
    marking.places.append(place)
    return _with(resource, "metadata", _with(metadata, "annotations", _with(annotations, HOME, name)))


def _with(mapping: Mapping, key: str, value: Node) -> Mapping:
    others = tuple(pair for pair in mapping.pairs if not (isinstance(pair[0], Scalar) and pair[0].value == key))
    return mapping._replace(pairs=(*others, (Scalar(key, '"', 0, 0), value)))


def _scalars(document: Node | None, images: Images) -> Iterator[tuple[Route, Scalar]]:
    """The scalars of a resource or patch that can carry a mark without changing the build."""
    if isinstance(document, Sequence):
        for index, operation in enumerate(document.items):
            field = string(operation, "path").rpartition("/")[2]
            value = descend(operation, ("value",))
            if value is not None and string(operation, "op") in ("add", "replace"):
                yield from _below(value, (index, "value"), field, images)
    elif string(document, "kind") != "CustomResourceDefinition" and document is not None:
        yield from _below(document, (), "", images)


def _below(node: Node, route: Route, field: str, images: Images) -> Iterator[tuple[Route, Scalar]]:
    if field in _IDENTITY_BELOW or field.startswith(_KUSTOMIZE_KEYS):
        return
    if isinstance(node, Scalar) and field not in _IDENTITY and not node.is_null and not _is_found(node, field, images):
        yield route, node
    for key, value in entries(node):
        yield from _below(value, (*route, key.value), key.value, images)
    for index, item in enumerate(items(node)):
        if not isinstance(item, Sequence):
            yield from _below(item, (*route, index), "" if isinstance(item, Mapping) else field, images)


def _is_found(node: Scalar, field: str, images: Images) -> bool:
    """Whether a kustomization may look for this image by its name."""
    if field != "image" or images is None:
        return field == "image"
    return _TAG.sub("", node.value) in images


def _image_names(closure: Closure) -> Images:
    """The names by which images are changed; `None` if a transformer may do so by any name."""
    trees = [kustomization.tree for kustomization in closure.kustomizations.values()]
    if any(_fields(tree, "transformers") for tree in trees):
        return None
    found = (items(field) for tree in trees for _, field in _fields(tree, "images", "imageTags"))
    return frozenset(string(image, "name") for images in found for image in images)


def _image_scalars(tree: Node | None) -> Iterator[tuple[Route, Scalar]]:
    """What `images` puts into an image, but for a new name by which another entry finds it."""
    for name, field in _fields(tree, "images", "imageTags"):
        known = {string(image, "name") for image in items(field)}
        for index, image in enumerate(items(field)):
            for key, value in entries(image):
                if key.value not in ("newName", "newTag", "digest") or not isinstance(value, Scalar):
                    continue
                if value.value and not value.is_null and value.value not in known:
                    yield (name, index, key.value), value


def _fields(tree: Node | None, *names: str) -> list[tuple[str, Node]]:
    return [(key.value, value) for key, value in entries(tree) if key.value in names and items(value)]
