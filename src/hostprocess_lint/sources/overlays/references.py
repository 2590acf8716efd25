"""Every reference to something else that a build would read through a kustomization, or through a plugin of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from ...documents.nodes import MappingNode, Node, ScalarNode, Unreadable
from .kustomization import folded
from .nodes import items, scalar_entries
from .yamltext import compose_all


class Role(Enum):
    """What a build does with a reference."""

    RESOURCE = "resource"  # a file of objects, or the directory of another kustomization
    COMPONENT = "component"
    PATCH = "patch"
    PLUGIN = "plugin"  # the configuration of generators or transformers: a file, a directory, or inline
    CONFIG = "config"
    DATA = "data"
    SECRET = "secret"  # a Secret's data, in which nothing is looked for


@dataclass(frozen=True, slots=True)
class Reference:
    """What a kustomization refers to: the path as written (or inline YAML), and the scalar that says so.

    `entry` is what goes where a build is made without it: the scalar itself, or the mapping that it is a field of.
    """

    text: str
    role: Role
    node: ScalarNode
    entry: Node


_LISTS = {
    "resources": Role.RESOURCE,
    "bases": Role.RESOURCE,
    "components": Role.COMPONENT,
    "patchesstrategicmerge": Role.PATCH,
    "crds": Role.CONFIG,
    "configurations": Role.CONFIG,
    "generators": Role.PLUGIN,
    "transformers": Role.PLUGIN,
}
_LISTS_WITH_PATHS = {"patches": Role.PATCH, "patchesjson6902": Role.PATCH, "replacements": Role.CONFIG}
_VALIDATORS = ("validators",)
_HELM = ("helmcharts", "helmchartinflationgenerator", "helmglobals")


def fields(node: Node | None, *names: str) -> Iterator[Node]:
    for key, value in scalar_entries(node):
        if folded(key.value) in names:
            yield value


def listed_scalars(node: Node | None) -> Iterator[ScalarNode]:
    return (item for item in items(node) if isinstance(item, ScalarNode))


def references(tree: Node) -> Iterator[Reference]:
    """Everything that a build reads through a kustomization's fields, in their order."""
    for key, value in scalar_entries(tree):
        name = folded(key.value)
        if name in _LISTS:
            yield from (Reference(item.value, _LISTS[name], item, item) for item in listed_scalars(value))
        elif name in _LISTS_WITH_PATHS:
            for item in items(value):
                yield from path_references(item, _LISTS_WITH_PATHS[name])
        elif name in ("configmapgenerator", "secretgenerator"):
            for item in items(value):
                yield from data_references(item, Role.SECRET if name == "secretgenerator" else Role.DATA)
        elif name == "openapi":
            yield from path_references(value, Role.CONFIG)


def path_references(node: Node, role: Role) -> Iterator[Reference]:
    for value in fields(node, "path"):
        if isinstance(value, ScalarNode) and value.value:
            yield Reference(value.value, role, value, node)


def data_references(generator: Node, role: Role) -> Iterator[Reference]:
    for value in fields(generator, "files"):
        for item in listed_scalars(value):
            yield Reference(item.value.partition("=")[2] or item.value, role, item, item)
    for value in fields(generator, "envs", "env"):
        for item in (value,) if isinstance(value, ScalarNode) else listed_scalars(value):
            yield Reference(item.value, role, item, item)


def chart_fields(tree: Node) -> list[Node]:
    """What says which charts are inflated, and how."""
    return list(fields(tree, *_HELM))


def validator_fields(tree: Node) -> list[Node]:
    """What says who looks at a build's result: they may refuse it, and change nothing of it."""
    return list(fields(tree, *_VALIDATORS))


def is_inline(reference: Reference) -> bool:
    """Whether a reference is YAML itself; Kustomize, too, tries that before it looks for a file."""
    if reference.role not in (Role.PATCH, Role.PLUGIN) or ":" not in reference.text:
        return False
    try:
        return any(isinstance(document, MappingNode) for document in compose_all(reference.text))
    except Unreadable:
        return "\n" in reference.text


def listed_entries(tree: Node) -> Iterator[Node]:
    """The items of a kustomization's lists: what a build can be made without, one by one."""
    return (item for _, value in scalar_entries(tree) for item in items(value))
