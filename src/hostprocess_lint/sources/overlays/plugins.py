"""The configuration of Kustomize's plugins: what a builtin one reads, and that no other one is run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from ...documents.nodes import Node
from .kustomization import Lack, RefusedError, folded
from .nodes import items, leaves, scalar_entries, string
from .references import Reference, Role, data_references, fields, listed_scalars, path_references

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

_OF_LISTS = frozenset(("apiversion", "kind", "metadata", "namespace", "resources"))
_MOST_WORDS = 1_000
_BUILT = "judge what it makes where it is built: `kustomize build … | hostprocess-lint scan -`"


def plugin_references(plugin: Node) -> Iterator[Reference]:
    """What a builtin plugin's configuration reads; raises `RefusedError` for every plugin that would run other code."""
    kind = string(plugin, "kind")
    for annotation in _FUNCTIONS:
        if string(plugin, "metadata", "annotations", annotation):
            reason = f"the plugin {kind[:80]!r} runs a container or a program ({annotation})"
            raise RefusedError(reason, hint=_BUILT, lack=Lack.MADE)
    if string(plugin, "apiVersion") != "builtin":
        raise RefusedError(f"{kind[:80]!r} is not one of Kustomize's own plugins", hint=_BUILT, lack=Lack.MADE)
    if kind in ("ConfigMapGenerator", "SecretGenerator"):
        return data_references(plugin, Role.SECRET if kind == "SecretGenerator" else Role.DATA)
    if kind in _BUILTINS_WITH_PATH:
        return path_references(plugin, Role.PATCH)
    if kind == "PatchStrategicMergeTransformer":
        paths = (item for field in fields(plugin, "paths") for item in listed_scalars(field))
        return (Reference(item.value, Role.PATCH, item, item) for item in paths)
    if kind == "ReplacementTransformer":
        replacements = (item for field in fields(plugin, "replacements") for item in items(field))
        return (reference for item in replacements for reference in path_references(item, Role.CONFIG))
    if kind in _BUILTINS_WITHOUT_FILES:
        return iter(())
    raise RefusedError(f"the plugin {kind[:80]!r} is not supported")


def only_lists(tree: Node) -> bool:
    """Whether a kustomization makes nothing but what its resources say: so the configuration of plugins is read."""
    return all(folded(key.value) in _OF_LISTS for key, _ in scalar_entries(tree))


def files_named(plugin: Node, directory: Path, root: Path) -> Iterator[Path] | None:
    """The files below the root that a word in a plugin's configuration may name: a program, or what that reads.

    None for more words than are asked for.
    """
    words = {word for _, scalar in leaves(plugin) for word in re.split(r"[\s,:=\"'\[\]{}]+", scalar.value) if word}
    return _files(sorted(words), directory, root) if len(words) <= _MOST_WORDS else None


def _files(words: Iterable[str], directory: Path, root: Path) -> Iterator[Path]:
    for word in words:
        with suppress(OSError, ValueError):  # a name that no system takes
            path = Path(os.path.realpath(directory / word))
            if path.is_relative_to(root) and path.is_file():
                yield path
