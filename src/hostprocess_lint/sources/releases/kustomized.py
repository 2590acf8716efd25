"""A release that patches what it deploys becomes a kustomization of its own, on top of the directory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ...documents.yamlnodes import MappingNode, Node, ScalarNode, SequenceNode
from ..landmarks import KUSTOMIZATIONS
from ..overlays.kustomization import NAMES, Kustomization
from ..overlays.nodes import is_key
from .release import Customized, Release

_SUFFIXES = (".yaml", ".yml")
_MOST_FILES = 2_000


def on_top(release: Release, directory: Path, root: Path) -> Kustomization | None:
    """The kustomization that a release amounts to, in a directory of the repository that is not there.

    Its nodes are those of the release, so that what comes from them is led back to the release's file. None for a
    release that changes nothing.
    """
    customized = release.customized
    own = any((directory / name).is_file() for name in KUSTOMIZATIONS)
    if customized is None or not (customized.fields or customized.namespace or (customized.substitute and not own)):
        return None
    above = _unused(root)
    named = release.location.span
    resources = [ScalarNode(os.path.relpath(path, above), '"', *named) for path in _resources(directory)]
    pairs: list[tuple[Node, Node]] = [(_key("resources"), SequenceNode(list(resources), *named))]
    for field, node in customized.fields:
        below = _below(field, node, directory, above)
        if below is not None:
            pairs.append((_key(field), below))
    if customized.namespace:
        pairs.append((_key("namespace"), ScalarNode(customized.namespace, '"', *named)))
    return Kustomization(above / NAMES[0], customized.file.text, MappingNode(pairs, *named))


def changes(customized: Customized | None) -> bool:
    """Whether anything of what a release deploys is not as its directory has it."""
    return customized is not None and bool(customized.fields or customized.namespace or customized.substitute)


def _key(name: str) -> ScalarNode:
    return ScalarNode(name, None, 0, 0)


def _unused(root: Path) -> Path:
    """A directory that does not exist, whatever the repository holds."""
    number = 0
    while (path := root / f".hostprocess-lint-release-{number}").exists():
        number += 1
    return path


def _resources(directory: Path) -> Iterator[Path]:
    """The directory where it is a kustomization, else its manifests: then Flux makes one of them."""
    if any((directory / name).is_file() for name in KUSTOMIZATIONS):
        yield directory
        return
    found = 0
    for folder, folders, names in os.walk(directory):
        folders.sort()
        if not set(KUSTOMIZATIONS).isdisjoint(names):  # Flux takes it as it is, and looks no deeper
            folders.clear()
            yield Path(folder)
            continue
        for name in sorted(names):
            if name.endswith(_SUFFIXES) and found < _MOST_FILES:
                found += 1
                yield Path(folder, name)


def _below(field: str, node: Node, directory: Path, above: Path) -> Node | None:
    """A field's value as Kustomize has it, with paths that hold from the kustomization's own directory."""
    if field == "components" and isinstance(node, SequenceNode):
        moved = [_moved(item, directory, above) for item in node.items if isinstance(item, ScalarNode)]
        return SequenceNode(list(moved), node.start, node.end)
    if field == "images" and isinstance(node, SequenceNode):
        return SequenceNode([_image(item) for item in node.items], node.start, node.end)
    if field == "patches" and isinstance(node, SequenceNode):
        return SequenceNode([_patch(item, directory, above) for item in node.items], node.start, node.end)
    return node


def _moved(path: ScalarNode, directory: Path, above: Path) -> ScalarNode:
    return ScalarNode(os.path.relpath(directory / path.value, above), '"', path.start, path.end)


def _patch(item: Node, directory: Path, above: Path) -> Node:
    """A patch that names a file names it from the directory that is deployed."""
    if not isinstance(item, MappingNode):
        return item
    pairs = [
        (key, _moved(value, directory, above))
        if is_key(key, "path") and isinstance(value, ScalarNode)
        else (key, value)
        for key, value in item.pairs
    ]
    return MappingNode(list(pairs), item.start, item.end)


def _image(item: Node) -> Node:
    """An image as Argo CD writes one, `name=new:tag` or `name:tag`, in Kustomize's fields (`edit set image`)."""
    if not isinstance(item, ScalarNode):
        return item
    name, changed, new = item.value.rpartition("=")
    image, at, digest = new.partition("@")
    repository, colon, tag = image.rpartition(":")
    if not colon or "/" in tag:
        repository, tag = image, ""
    fields = {"name": name if changed else repository}
    if changed:
        fields["newName"] = repository
    if at:
        fields["digest"] = digest
    elif tag:
        fields["newTag"] = tag
    pairs = [(_key(key), ScalarNode(value, '"', item.start, item.end)) for key, value in fields.items() if value]
    return MappingNode(list(pairs), item.start, item.end)
