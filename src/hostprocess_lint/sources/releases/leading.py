"""Whether an overlay could lead a release elsewhere, or to other variables and values, than what is written says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...documents.firstlook import as_utf8
from ...documents.nodes import MappingNode, Node, ScalarNode, SequenceNode, Unreadable
from ..overlays.closure import Closure
from ..overlays.kustomization import folded
from ..overlays.nodes import child, items, scalar_entries, string
from ..overlays.references import Role, fields
from ..overlays.yamltext import compose_all
from .kinds import KINDS

_LEADING = frozenset(
    {
        *("chart", "chartRef", "chartContent", "valuesFrom", "path", "sourceRef", "postBuild", "components"),
        *("source", "sources", "template", "templatePatch", "generators", "repo", "paths"),
        *("inputs", "inputsFrom", "resources", "resourcesTemplate", "steps"),
    }
)
"""The fields of a release's `spec` that say what is deployed, and with whose values."""

_NAMES = frozenset(kind for _, kind in KINDS)
_LITERAL = re.compile(r"\w+")
_DEEPEST = 4
_PATCHES = ("patches", "patchesstrategicmerge", "patchesjson6902")
_COPYING = ("transformers", "replacements", "vars", "crds")
"""What may set any field, and is not looked into. A schema among `crds` says which fields labels are written to."""
_FOLLOWING = ("namereference", "varreference")
"""The places of names that follow what they name, and those of `vars`."""


def may_lead(closure: Closure) -> bool:
    """Whether a patch of an overlay sets one of these fields of a release, a transformer might, or a prefix or label
    that is said to go there.

    What cannot be read could be anything.
    """
    trees = [kustomization.tree for kustomization in closure.kustomizations.values()]
    if any(next(fields(tree, *_COPYING), None) is not None for tree in trees):
        return True
    try:
        return any(map(_is_leading, _places(closure))) or any(_leads(*each) for each in _patches(closure))
    except Unreadable:
        return True


def hands_on(closure: Closure) -> bool:
    """Whether a patch of an overlay gives a release patches of its own, which change what no file of it says."""
    return any(child(child(patch, "spec"), "patches") is not None for patch, _ in _patches(closure))


def _places(closure: Closure) -> Iterator[str]:
    """Where labels, prefixes, namespaces and the like are written to besides where they always are."""
    for kustomization in closure.kustomizations.values():
        for listed in fields(kustomization.tree, "labels"):
            yield from (place for item in items(listed) for field in fields(item, "fields") for place in _paths(field))
    for member in closure.members.values():
        if member.role is Role.CONFIG:
            for tree in compose_all(as_utf8(member.content).decode("utf-8-sig", "replace")):
                listing = (value for key, value in scalar_entries(tree) if folded(key.value) not in _FOLLOWING)
                yield from (place for listed in listing for place in _paths(listed))


def _paths(listed: Node) -> Iterator[str]:
    for item in items(listed):
        yield from (value.value for value in fields(item, "path") if isinstance(value, ScalarNode))


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
    return _is_leading(string(operation, "path"))


def _is_leading(path: str) -> bool:
    steps = path.removeprefix("/").split("/") if path else []
    return steps[:1] in ([], ["spec"]) and (len(steps) < 2 or steps[1].removesuffix("[]") in {*_LEADING, "patches"})


def _is_of_release(kind: str) -> bool:
    """Whether a kind, or what a target says of it, could be that of a release."""
    return not _LITERAL.fullmatch(kind) or kind in _NAMES or kind.endswith("List")
