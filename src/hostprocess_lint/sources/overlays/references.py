"""Every reference to something else that a build would read through a kustomization, or through a plugin of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from ...documents.nodes import MappingNode, Node, ScalarNode, Unreadable
from .kustomization import RefusedError, folded
from .nodes import entries, items, string
from .yamltext import compose_all


class Role(Enum):
    """What a build does with a reference."""

    RESOURCE = "resource"  # a file of objects, or the directory of another kustomization
    COMPONENT = "component"
    PATCH = "patch"
    PLUGIN = "plugin"  # the configuration of generators, transformers or validators: a file, a directory, or inline
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
    "validators": Role.PLUGIN,
}
_LISTS_WITH_PATHS = {"patches": Role.PATCH, "patchesjson6902": Role.PATCH, "replacements": Role.CONFIG}
_HELM = ("helmcharts", "helmchartinflationgenerator", "helmglobals")

# Builtin plugins, and where their configuration names files. `HelmChartInflationGenerator` is missing on purpose.
_BUILTINS_WITHOUT_FILES = frozenset(
    {
        "AnnotationsTransformer",
        "HashTransformer",
        "IAMPolicyGenerator",
        "ImageTagTransformer",
        "LabelTransformer",
        "LegacyOrderTransformer",
        "NamespaceTransformer",
        "PrefixSuffixTransformer",
        "PrefixTransformer",
        "ReplicaCountTransformer",
        "SortOrderTransformer",
        "SuffixTransformer",
        "ValueAddTransformer",
    }
)


_BUILTINS_WITH_PATH = frozenset({"PatchTransformer", "PatchJson6902Transformer"})


_FUNCTIONS = ("config.kubernetes.io/function", "config.k8s.io/function")


def _fields(node: Node | None, *names: str) -> Iterator[Node]:
    for key, value in entries(node):
        if folded(key.value) in names:
            yield value


def _scalars(node: Node | None) -> Iterator[ScalarNode]:
    return (item for item in items(node) if isinstance(item, ScalarNode))


def references(tree: Node) -> Iterator[Reference]:
    """Everything that a build reads through a kustomization's fields, in their order."""
    for key, value in entries(tree):
        name = folded(key.value)
        if name in _LISTS:
            yield from (Reference(item.value, _LISTS[name], item, item) for item in _scalars(value))
        elif name in _LISTS_WITH_PATHS:
            for item in items(value):
                yield from _paths(item, _LISTS_WITH_PATHS[name])
        elif name in ("configmapgenerator", "secretgenerator"):
            for item in items(value):
                yield from _data(item, Role.SECRET if name == "secretgenerator" else Role.DATA)
        elif name == "openapi":
            yield from _paths(value, Role.CONFIG)


def _paths(node: Node, role: Role) -> Iterator[Reference]:
    for value in _fields(node, "path"):
        if isinstance(value, ScalarNode) and value.value:
            yield Reference(value.value, role, value, node)


def _data(generator: Node, role: Role) -> Iterator[Reference]:
    for value in _fields(generator, "files"):
        for item in _scalars(value):
            yield Reference(item.value.partition("=")[2] or item.value, role, item, item)
    for value in _fields(generator, "envs", "env"):
        for item in (value,) if isinstance(value, ScalarNode) else _scalars(value):
            yield Reference(item.value, role, item, item)


def chart_fields(tree: Node) -> list[Node]:
    """What says which charts are inflated, and how."""
    return list(_fields(tree, *_HELM))


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
    return (item for _, value in entries(tree) for item in items(value))


def plugin_references(plugin: Node) -> Iterator[Reference]:
    """What a builtin plugin's configuration reads; raises `RefusedError` for every plugin that would run other code."""
    kind = string(plugin, "kind")
    for annotation in _FUNCTIONS:
        if string(plugin, "metadata", "annotations", annotation):
            raise RefusedError(f"the plugin {kind[:80]!r} runs a container or a program ({annotation})")
    if string(plugin, "apiVersion") != "builtin":
        raise RefusedError(f"{kind[:80]!r} is not one of Kustomize's own plugins")
    if kind in ("ConfigMapGenerator", "SecretGenerator"):
        return _data(plugin, Role.SECRET if kind == "SecretGenerator" else Role.DATA)
    if kind in _BUILTINS_WITH_PATH:
        return _paths(plugin, Role.PATCH)
    if kind == "PatchStrategicMergeTransformer":
        paths = (item for field in _fields(plugin, "paths") for item in _scalars(field))
        return (Reference(item.value, Role.PATCH, item, item) for item in paths)
    if kind == "ReplacementTransformer":
        replacements = (item for field in _fields(plugin, "replacements") for item in items(field))
        return (reference for item in replacements for reference in _paths(item, Role.CONFIG))
    if kind in _BUILTINS_WITHOUT_FILES:
        return iter(())
    raise RefusedError(f"the plugin {kind[:80]!r} is not supported")
