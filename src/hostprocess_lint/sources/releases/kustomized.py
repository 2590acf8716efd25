"""A release that patches what it deploys becomes a kustomization: the directory's with more in it, or one on top."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from ...documents.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ...limits import SOURCE_FILES
from ...sourcefile import SourceFile
from ..landmarks import CHART, KUSTOMIZATIONS
from ..overlays.kustomization import NAMES, Kustomization, RefusedError, kustomization_files, read_kustomization
from ..overlays.nodes import child, items
from ..overlays.yamltext import emit
from ..paths import display, upward
from .edited import edited_tree
from .joined import Joined
from .release import Customized, Release

_SUFFIXES = (".yaml", ".yml")
_MOST_FILES = SOURCE_FILES + 1
"""One more than a build may read, which is told there."""
_PATCHES = ("patchesStrategicMerge", "patches", "patchesJson6902")
"""The fields that hold patches, in the order in which Kustomize takes them."""


def kustomization_on_top(release: Release, directory: Path, root: Path) -> Kustomization | None:
    """The kustomization that a release amounts to: the directory's own, or one in a directory that is not there.

    Its nodes are those of the release, so that what comes from them is led back to where they are written. What a chart
    is rendered to is no resource of it yet. None for a release that changes nothing.
    """
    customized = release.customized
    own = any((directory / name).is_file() for name in KUSTOMIZATIONS)
    if customized is None or customized.around is not None:
        return None
    if not (changes(customized._replace(fills_in=False)) or (customized.fills_in and not own)):
        return None
    chart = is_chart(directory) and release.taken_as is None
    edits = None if customized.resources or chart else _own(directory)
    above = directory if edits else _unused(root)
    joined, named = Joined(release.location), release.location.span
    found: dict[str, list[Node]] = {}
    for name, written, node in customized.fields:
        found.setdefault(name, []).append(joined.taken(written, node))
    pairs: list[tuple[ScalarNode, Node]] = []
    if not (chart or edits):
        paths = customized.resources or _resources(directory)
        resources = [ScalarNode(os.path.relpath(path, above), '"', *named) for path in paths]
        pairs.append((_key("resources"), SequenceNode(list(resources), *named)))
    texts: dict[int, Node] = {}
    said = (item for name in _PATCHES for node in found.get(name, ()) for item in items(node))
    patches = [_patch(item, directory, above, texts) for item in said]
    if patches:
        pairs.append((_key("patches"), SequenceNode(patches, *named)))
    for name, nodes in found.items():
        if name not in _PATCHES:
            several = len(nodes) > 1
            whole = SequenceNode([item for node in nodes for item in items(node)], *named) if several else nodes[0]
            pairs.append((_key(name), _below(name, whole, _Moves(directory, above, root), customized)))
    if customized.namespace:
        pairs.append((_key("namespace"), ScalarNode(customized.namespace, '"', *named)))
    if edits:
        tree = edited_tree(joined.tree(SourceFile(display(str(edits.path)), edits.text), edits.tree), pairs)
        return Kustomization(edits.path, joined.text, tree, joined.led, texts, edits)
    return Kustomization(above / NAMES[0], joined.text, MappingNode(list(pairs), *named), joined.led, texts)


def _own(directory: Path) -> Kustomization | None:
    """The directory's own kustomization; None where it has none that can be read, which its building says."""
    files = kustomization_files(directory)
    if len(files) != 1 or files[0].is_symlink():
        return None
    try:
        return read_kustomization(files[0])
    except RefusedError:
        return None


def is_chart(path: Path) -> bool:
    return path.is_file() or (path / CHART).is_file()


def changes(customized: Customized | None) -> bool:
    """Whether anything of what a release deploys is not as its directory has it."""
    return customized is not None and any(
        (customized.fields, customized.namespace, customized.fills_in, customized.resources, customized.around)
    )


def is_rendered(release: Release, path: Path) -> bool:
    """Whether a release deploys what is at a path as a chart, changed or not."""
    return release.taken_as is None and is_chart(path)


def is_built(release: Release, path: Path) -> bool:
    """Whether a release deploys what is at a path as an overlay, if that is one: of a chart one that it changes."""
    if is_rendered(release, path):
        return changes(release.customized)
    return release.taken_as != "manifests"


def written_changes(release: Release) -> tuple[tuple[str, str], ...]:
    """What a release changes by fields of Kustomize's, as a text of each, to be compared with those of another one."""
    return tuple((each.name, emit(each.node, {})) for each in (release.customized.fields if release.customized else ()))


def takes_manifest(release: Release, file: str) -> bool:
    """Whether a release deploys a manifest below its directory as it is: none that a kustomization may leave out."""
    top, own = str(release.deploys), os.path.dirname(file)
    if _has_kustomization(top) and release.taken_as != "manifests":
        return False
    if not release.generates:
        return release.recurses or own == top
    inner = takewhile(lambda each: each != top, upward(own))
    return file.endswith(_SUFFIXES) and not any(map(_has_kustomization, inner))


def _has_kustomization(directory: str) -> bool:
    return any(os.path.isfile(os.path.join(directory, name)) for name in KUSTOMIZATIONS)


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


class _Moves(NamedTuple):
    """Paths from one directory become those from the one `above`."""

    directory: Path
    above: Path
    root: Path


def _below(field: str, node: Node, moves: _Moves, customized: Customized) -> Node:
    """A field's value as Kustomize has it, with paths that hold from the kustomization's own directory."""
    directory, above, root = moves
    if field == "components" and isinstance(node, SequenceNode):
        named = [item for item in node.items if isinstance(item, ScalarNode)]
        kept = [each for each in named if not customized.may_miss or _may_exist(directory / each.value, root)]
        return SequenceNode([_moved(item, directory, above) for item in kept], node.start, node.end)
    if field == "transformers" and isinstance(node, SequenceNode):
        return SequenceNode([_transformer(item, directory, above) for item in node.items], node.start, node.end)
    if field == "images" and isinstance(node, SequenceNode):
        return SequenceNode([_image(item) for item in node.items], node.start, node.end)
    return node


def _transformer(item: Node, directory: Path, above: Path) -> Node:
    """A file that holds one, or one itself as a text."""
    if isinstance(item, ScalarNode):
        return _moved(item, directory, above)
    return ScalarNode(emit(item, {}) + "\n", '"', item.start, item.end)


def _may_exist(path: Path, root: Path) -> bool:
    """Whether something is there; of what lies outside of the root the build says so."""
    try:
        real = Path(os.path.realpath(path))
        return not real.is_relative_to(root) or real.exists()
    except (OSError, ValueError):  # a name that no system takes
        return False


def _moved(path: ScalarNode, directory: Path, above: Path) -> ScalarNode:
    return ScalarNode(os.path.relpath(directory / path.value, above), '"', path.start, path.end)


def _patch(item: Node, directory: Path, above: Path, texts: dict[int, Node]) -> Node:
    """An entry of `patches`: one that names a file names it from the directory that is deployed.

    Older fields hold patches that are no strings but YAML; `texts` says which node each of these is.
    """

    def as_text(node: Node) -> ScalarNode:
        text = ScalarNode(emit(node, {}) + "\n", '"', node.start, node.end)
        texts[id(text)] = node
        return text

    if isinstance(item, ScalarNode):
        return MappingNode([(_key("patch"), item)], item.start, item.end)
    if not isinstance(item, MappingNode):
        return item
    if child(item, "patch") is None and child(item, "path") is None:
        return MappingNode([(_key("patch"), as_text(item))], item.start, item.end)
    pairs: list[tuple[Node, Node]] = []
    for name, value in item.pairs:
        if isinstance(name, ScalarNode) and name.value == "path" and isinstance(value, ScalarNode):
            value = _moved(value, directory, above)
        elif isinstance(name, ScalarNode) and name.value == "patch" and not isinstance(value, ScalarNode):
            value = as_text(value)
        pairs.append((name, value))
    return MappingNode(pairs, item.start, item.end)


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
