"""A word has one meaning: what a newcomer searches for is found once."""

from __future__ import annotations

import ast
from collections import Counter

from test_layers import MODULES


def test_no_two_classes_have_one_name() -> None:
    names = Counter(
        node.name
        for tree in MODULES.values()
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, times in names.items() if times > 1] == []


def test_no_class_hides_an_abstract_one() -> None:
    """`Mapping` is always that of `collections.abc`."""
    imported = {
        alias.asname or alias.name
        for tree in MODULES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "collections.abc"
        for alias in node.names
    }
    defined = {node.name for tree in MODULES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    assert defined & imported == set()
