"""Which scalars of resources, patches and kustomizations can carry a mark without changing the build."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ....documents.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ....location import Route
from ....sources.overlays.nodes import child, descend, items, listed_texts, scalar_entries, string

# What Kustomize identifies, merges or references objects and list items by. A mark there would change the build.
_IDENTITY = frozenset(
    {
        *("apiGroup", "apiVersion", "containerPort", "devicePath", "generateName", "ip", "key", "kind", "mountPath"),
        *("name", "namespace", "port", "protocol", "topologyKey", "uid", "whenUnsatisfiable"),
    }
)
_IDENTITY_BELOW = frozenset({"finalizers", "labels", "matchLabels", "selector", "labelSelector"})
_KUSTOMIZE_KEYS = ("config.kubernetes.io/", "config.k8s.io/", "kustomize.config.k8s.io/", "$")
_TAG = re.compile(r"(?::[^:/@]*)?(?:@.*)?$")


@dataclass(frozen=True, slots=True)
class FixedFields:
    """Fields that must keep their values in this overlay, and names by which images are looked for (`None`: any)."""

    fields: frozenset[str]
    images: frozenset[str] | None

    def holds(self, field: str, scalar: ScalarNode) -> bool:
        if field == "image":
            return self.images is None or _TAG.sub("", scalar.value) in self.images
        return field in self.fields or scalar.meaning is None


def fixed_fields(kustomizations: list[MappingNode], tested: frozenset[str]) -> FixedFields:
    """`tested` are the fields that JSON6902 `test` operations compare; replacements with a delimiter take parts."""
    looked_for = (items(field) for tree in kustomizations for _, field in _lists(tree, "images", "imageTags"))
    images = frozenset(string(image, "name") for images in looked_for for image in images)
    transformed = any(_lists(tree, "transformers") for tree in kustomizations)
    split = {field for tree in kustomizations for r in items(descend(tree, ("replacements",))) for field in _split(r)}
    return FixedFields(_IDENTITY | tested | split, None if transformed else images)


def _split(replacement: Node) -> Iterator[str]:
    ends = (descend(replacement, ("source",)), *items(descend(replacement, ("targets",))))
    if any(string(end, "options", "delimiter") for end in ends):
        paths = [string(ends[0], "fieldPath")]
        paths += [path for end in ends[1:] for path in listed_texts(descend(end, ("fieldPaths",)))]
        yield from (path.rpartition(".")[2] for path in paths)


def markable_scalars(document: Node, fixed: FixedFields) -> Iterator[tuple[Route, ScalarNode]]:
    """The scalars of a resource or patch."""
    if isinstance(document, SequenceNode):
        for index, operation in enumerate(document.items):
            field = string(operation, "path").rpartition("/")[2]
            value = descend(operation, ("value",))
            if value is not None and string(operation, "op") in ("add", "replace"):
                yield from _below(value, (index, "value"), field, fixed)
    elif string(document, "kind") != "CustomResourceDefinition":
        yield from _below(document, (), "", fixed)


def _below(node: Node, route: Route, field: str, fixed: FixedFields) -> Iterator[tuple[Route, ScalarNode]]:
    if field in _IDENTITY_BELOW or field.startswith(_KUSTOMIZE_KEYS):
        return
    if isinstance(node, ScalarNode) and not fixed.holds(field, node):
        yield route, node
    for key, value in scalar_entries(node):
        yield from _below(value, (*route, key.value), key.value, fixed)
    for index, item in enumerate(items(node)):
        if not isinstance(item, SequenceNode):
            yield from _below(item, (*route, index), "" if isinstance(item, MappingNode) else field, fixed)


def image_scalars(tree: Node | None) -> Iterator[tuple[Route, ScalarNode]]:
    """What `images` puts into an image, but for a new name by which another entry finds it."""
    for name, field in _lists(tree, "images", "imageTags"):
        known = {string(image, "name") for image in items(field)}
        for index, image in enumerate(items(field)):
            for key, value in scalar_entries(image):
                if key.value not in ("newName", "newTag", "digest") or not isinstance(value, ScalarNode):
                    continue
                if value.meaning is not None and value.value and value.value not in known:
                    yield (name, index, key.value), value


def literal_scalars(tree: Node | None) -> Iterator[tuple[Route, ScalarNode]]:
    """What ConfigMaps are generated from, `key=value`."""
    for name, field in _lists(tree, "configMapGenerator"):
        for index, generator in enumerate(items(field)):
            for number, scalar in enumerate(items(child(generator, "literals"))):
                if isinstance(scalar, ScalarNode) and "=" in scalar.value:
                    yield (name, index, "literals", number), scalar


def _lists(tree: Node | None, *names: str) -> list[tuple[str, Node]]:
    return [(key.value, value) for key, value in scalar_entries(tree) if key.value in names and items(value)]
