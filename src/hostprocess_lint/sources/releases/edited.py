"""What a release changes of a directory's kustomization it changes in that itself, and not on top of it.

kustomize-controller writes its fields into the file (`GenerateManifest` of fluxcd/pkg/kustomize), Argo CD by
`kustomize edit`: a prefix takes the place of the one that is there, and of an image what both say is put together.
"""

from __future__ import annotations

from ...documents.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ..overlays.nodes import child, is_key, items, string, with_entry

_SET = ("namePrefix", "nameSuffix")


def without_what_is_set(own: MappingNode, top: MappingNode) -> MappingNode:
    """The directory's own tree, without the fields that are set anew `top` of it."""
    anew = [field for field in _SET if string(top, field)]
    if not any(string(own, field) for field in anew):
        return own
    kept = [pair for pair in own.pairs if not any(is_key(pair[0], field) for field in anew)]
    return MappingNode(kept, own.start, own.end)


def with_images_as_renamed(top: MappingNode, own: MappingNode) -> MappingNode:
    """What is on top, where an image goes by the name that the directory's own tree gives it."""
    renamed = {string(each, "name"): string(each, "newName") for each in items(child(own, "images"))}
    images = child(top, "images")
    if images is None or not any(renamed.get(string(each, "name")) for each in items(images)):
        return top
    changed = SequenceNode([_named(each, renamed) for each in items(images)], images.start, images.end)
    return with_entry(top, ScalarNode("images", '"', 0, 0), changed)


def _named(image: Node, renamed: dict[str, str]) -> Node:
    name = child(image, "name")
    if not (isinstance(image, MappingNode) and isinstance(name, ScalarNode) and renamed.get(name.value)):
        return image
    return with_entry(image, ScalarNode("name", '"', 0, 0), ScalarNode(renamed[name.value], '"', name.start, name.end))
