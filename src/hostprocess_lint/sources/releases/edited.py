"""What a release changes of a directory's kustomization it changes in that itself, and not on top of it.

kustomize-controller writes its fields into the file (`GenerateManifest` of fluxcd/pkg/kustomize), Argo CD by
`kustomize edit`: lists and mappings grow, of an image or a number of replicas what both say of one name is put
together, and anything else is replaced.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...documents.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ..overlays.nodes import child, scalar_entries, string, with_entry

_BY_NAME = ("images", "replicas")
_VERSION = ("newTag", "digest")


def edited_tree(own: MappingNode, fields: Iterable[tuple[ScalarNode, Node]]) -> MappingNode:
    """A kustomization's tree with the fields that a release sets."""
    for key, value in fields:
        own = with_entry(own, key, _field(key.value, child(own, key.value), value))
    return own


def _field(name: str, own: Node | None, value: Node) -> Node:
    if isinstance(own, SequenceNode) and isinstance(value, SequenceNode):
        listed = _by_name(own.items, value.items) if name in _BY_NAME else [*own.items, *value.items]
        return SequenceNode(listed, own.start, own.end)
    if isinstance(own, MappingNode) and isinstance(value, MappingNode):
        return _over(own, value)
    return value


def _by_name(own: list[Node], value: list[Node]) -> list[Node]:
    """The entries of a list, with those of another one put to the first that has their name."""
    listed = list(own)
    for each in value:
        alike = (index for index, entry in enumerate(listed) if string(entry, "name") == string(each, "name"))
        known = next(alike, None)
        if known is None:
            listed.append(each)
        else:
            listed[known] = _over(listed[known], each)
    return listed


def _over(own: Node, value: Node) -> Node:
    """One mapping over another; an image's tag and digest say one thing, of which the newer holds."""
    if not (isinstance(own, MappingNode) and isinstance(value, MappingNode)):
        return value
    written = {key.value: (key, each) for key, each in scalar_entries(own)}
    anew = {key.value: (key, each) for key, each in scalar_entries(value)}
    kept = {} if anew.keys().isdisjoint(_VERSION) else dict.fromkeys(_VERSION)
    below = [(key, each) for name, (key, each) in written.items() if name not in kept and name not in anew]
    return MappingNode([*below, *anew.values()], own.start, own.end)
