"""A word has one meaning: what a newcomer searches for is found once."""

from __future__ import annotations

import ast

from test_layers import MODULES

IN_EACH = {
    "run": ("__main__.py", "doors/commands/"),  # asked for by the command's name, and by the installed script
    "write": ("report/",),  # entered for the format's name
}
"""The names that are the same in each module of a folder, because a table of names leads to them."""


def test_no_two_functions_or_classes_have_one_name() -> None:
    homes: dict[str, list[str]] = {}
    for module, tree in MODULES.items():
        for node in tree.body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(module)
    twice = {name: found for name, found in homes.items() if len(found) > 1}
    allowed = {name for name, folders in IN_EACH.items() if all(module.startswith(folders) for module in twice[name])}
    assert allowed == set(IN_EACH)
    assert {name: found for name, found in twice.items() if name not in allowed} == {}


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
