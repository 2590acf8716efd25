"""Whether an overlay could lead a release elsewhere, or to other variables and values, than what is written says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...documents.firstlook import as_utf8
from ...documents.nodes import MappingNode, Node, ScalarNode, SequenceNode, Unreadable
from ..overlays.closure import Closure
from ..overlays.nodes import child, items, scalar_entries, string
from ..overlays.references import Role, fields
from ..overlays.yamltext import compose_all
from .kinds import KINDS

_LEADING = frozenset(
    {
        *("chart", "chartRef", "chartContent", "valuesFrom", "path", "sourceRef", "postBuild", "components"),
        *("source", "sources", "template", "templatePatch", "generators", "repo", "paths"),
    }
)
"""The fields of a release's `spec` that say what is deployed, and with whose values."""

_NAMES = frozenset(kind for _, kind in KINDS)
_LITERAL = re.compile(r"\w+")
_DEEPEST = 4
_PATCHES = ("patches", "patchesstrategicmerge", "patchesjson6902")


def may_lead(closure: Closure) -> bool:
    """Whether a patch of an overlay sets one of these fields of a release, or a transformer might.

    What cannot be read could be anything.
    """
    trees = [kustomization.tree for kustomization in closure.kustomizations.values()]
    if any(next(fields(tree, "transformers"), None) is not None for tree in trees):
        return True
    try:
        return any(_leads(*each) for each in _patches(closure))
    except Unreadable:
        return True


def hands_on(closure: Closure) -> bool:
    """Whether a patch of an overlay gives a release patches of its own, which change what no file of it says."""
    return any(child(child(patch, "spec"), "patches") is not None for patch, _ in _patches(closure))


def _patches(closure: Closure) -> Iterator[tuple[Node, str]]:
    """The patches, each with the kind that it is for, as far as that is said beside it."""
    for kustomization in closure.kustomizations.values():
        for listed in fields(kustomization.tree, *_PATCHES):
            yield from _listed(listed)
    for path, member in closure.members.items():
        if member.role is Role.PATCH:
            said = closure.listed.get(path)
            kind = string(said[1].entry, "target", "kind") if said else ""
            text = as_utf8(member.content).decode("utf-8-sig", "replace")
            yield from ((patch, kind) for patch in compose_all(text))


def _listed(node: Node) -> Iterator[tuple[Node, str]]:
    """The patches that stand in a list itself."""
    for item in items(node):
        written = child(item, "patch") or item
        if isinstance(written, ScalarNode):
            yield from ((patch, string(item, "target", "kind")) for patch in compose_all(written.value))
        elif child(item, "path") is None:
            yield written, string(item, "target", "kind")


def _leads(patch: Node, kind: str, depth: int = 0) -> bool:
    if isinstance(patch, SequenceNode):
        return _is_of_release(kind) and any(map(_operation_leads, patch.items))
    if not isinstance(patch, MappingNode) or not _is_of_release(kind or string(patch, "kind")):
        return False
    spec = child(patch, "spec")
    if child(patch, "items") is not None or any(key.value in _LEADING for key, _ in scalar_entries(spec)):
        return True
    inner = child(spec, "patches")
    if inner is None:
        return False
    return depth >= _DEEPEST or any(_leads(*each, depth + 1) for each in _listed(inner))


def _operation_leads(operation: Node) -> bool:
    """Whether an operation of a JSON patch sets one of the fields, or all of them."""
    steps = string(operation, "path").split("/")[1:]
    return steps[:1] in ([], ["spec"]) and (len(steps) < 2 or steps[1] in _LEADING or steps[1] == "patches")


def _is_of_release(kind: str) -> bool:
    """Whether a kind, or what a target says of it, could be that of a release."""
    return not _LITERAL.fullmatch(kind) or kind in _NAMES or kind.endswith("List")
