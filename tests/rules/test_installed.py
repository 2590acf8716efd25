"""Rules that packages bring: installed for real, held to what pages are, and never from a scanned tree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from scanning import POD, ROOT, environment, write

from hostprocess_lint.report import REPORTERS

PACKAGE = ROOT / "examples" / "package"
SYSTEM = POD.replace("  automountServiceAccountToken: false\n", "")

MODULE = """\
from hostprocess_lint import Label, Level, Rule, Violation

def check(container, context):
    yield Violation(Label((*container.route, "image")), container=container.name)

RULES = [Rule("{id}", "{name}", "has an image", Level.ERROR, "host-process-container", "an image", "have none", check)]
"""


def package(folder: Path, name: str = "acme", module: str = "", value: str = "acme:RULES") -> Path:
    """What an installation leaves of a package with an entry point."""
    files = {
        f"{name}.py": module or MODULE.format(id="ACME101", name="has-image"),
        f"{name}-1.2.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n",
        f"{name}-1.2.dist-info/entry_points.txt": f"[hostprocess_lint.rules]\nown = {value}\n",
    }
    return write(folder, files)


def run(*arguments: str, cwd: Path, path: Path | str = "") -> subprocess.CompletedProcess[str]:
    both = os.pathsep.join(filter(None, [str(path), str(ROOT / "src")]))
    command = [sys.executable, "-m", "hostprocess_lint", *arguments]
    return subprocess.run(
        command, cwd=cwd, env=environment(PYTHONPATH=both), capture_output=True, text=True, check=False
    )


def test_the_example_is_installed_and_runs(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = next(path for path in (tmp_path / "venv").glob("*/python*") if path.stem == "python")
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    # This tree and what it needs, which an index may not have.
    Path(site, "tree.pth").write_text(f"{ROOT / 'src'}\n{sysconfig.get_path('purelib')}\n")
    installing = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-deps", PACKAGE], capture_output=True, text=True, check=False
    )
    if "No matching distribution found for hatchling" in installing.stderr:
        pytest.skip("there is no index to get hatchling from")
    assert installing.returncode == 0, installing.stderr
    write(tmp_path, {"tree/pod.yaml": SYSTEM})

    def ask(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([python, "-m", *arguments], cwd=tmp_path / "tree", capture_output=True, text=True)

    found = ask("hostprocess_lint", "scan", "pod.yaml")
    assert "warning[ACME101] system-with-token" in found.stdout, found.stderr
    assert found.returncode == 1
    assert "ACME101  warning  system-with-token" in ask("hostprocess_lint", "rules").stdout
    assert "An agent that needs all of the node" in ask("hostprocess_lint", "explain", "acme101").stdout
    (tmp_path / "tree" / ".hostprocess-lint.yaml").write_text("levels: {system-with-token: off}\n")
    assert ask("hostprocess_lint", "scan", "pod.yaml").returncode == 0
    tests = ask("pytest", "-q", "-p", "no:cacheprovider", PACKAGE / "test_rules.py")
    assert (tests.returncode, tests.stdout[:2]) == (0, ".."), tests.stdout


def test_a_package_beside_the_interpreter_s_own_is_one(tmp_path: Path) -> None:
    write(tmp_path, {"tree/pod.yaml": POD})
    done = run("scan", "pod.yaml", cwd=tmp_path / "tree", path=package(tmp_path / "target"))
    assert (done.returncode, "error[ACME101] has-image" in done.stdout) == (1, True), done.stderr


@pytest.mark.parametrize("form", sorted(REPORTERS))
def test_every_report_knows_a_rule_without_a_page(form: str, tmp_path: Path) -> None:
    write(tmp_path, {"tree/pod.yaml": POD})
    path = package(tmp_path / "target")
    done = run("scan", "pod.yaml", "--format", form, cwd=tmp_path / "tree", path=path)
    assert (done.returncode, "ACME101" in done.stdout, done.stderr) == (1, True, "")
    if form == "sarif":
        [described] = [
            rule for rule in json.loads(done.stdout)["runs"][0]["tool"]["driver"]["rules"] if rule["id"] == "ACME101"
        ]
        assert described["fullDescription"] == {"text": "Has an image."}
    assert "To fix: have none." in run("explain", "has-image", cwd=tmp_path / "tree", path=path).stdout


def test_a_scanned_tree_brings_no_package(tmp_path: Path) -> None:
    """Neither in the working directory nor, where Python's own path leads there, below it."""
    tree = package(write(tmp_path, {"tree/pod.yaml": POD}) / "tree", module="raise SystemExit('it ran')\n")
    for path in ("", ".", tree, tree / "deeper"):
        package(tree / "deeper", module="raise SystemExit('it ran')\n")
        done = run("scan", "pod.yaml", cwd=tree, path=path)
        assert (done.returncode, "ACME101" in done.stdout, done.stderr) == (0, False, "")


BROKEN = {
    "no such module": ("", "other:RULES", "its rules cannot be loaded: ModuleNotFoundError"),
    "no such name": ("", "acme:rules", "its rules cannot be loaded: AttributeError"),
    "an import that fails": ("1 / 0\n", "acme:RULES", "its rules cannot be loaded: ZeroDivisionError"),
    "an import that ends the program": ("raise SystemExit(0)\n", "acme:RULES", "cannot be loaded: SystemExit(0)"),
    "a function that fails": ("def RULES(): return 1 / 0\n", "acme:RULES", "cannot be loaded: ZeroDivisionError"),
    "no rules": ("RULES = 1\n", "acme:RULES", "cannot be loaded: TypeError"),
    "something else": ("RULES = ['rule']\n", "acme:RULES", "gives 'str' where a `hostprocess_lint.Rule` is expected"),
    "an id of ours": (MODULE.format(id="HPC999", name="has-image"), "acme:RULES", "`HPC` is the catalogue's"),
    "a name of ours": (MODULE.format(id="ACME101", name="system-account"), "acme:RULES", "`system-account` is taken"),
}
"""What is wrong with a package → its module, what its entry point names, and what is said."""


@pytest.mark.parametrize(("module", "value", "said"), BROKEN.values(), ids=BROKEN)
def test_a_package_that_fails_is_named(module: str, value: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    path = package(tmp_path / "target", module=module, value=value)
    done = run("rules", cwd=tmp_path / "tree", path=path)
    assert done.returncode == 2
    assert "error: the package acme 1.2 (entry point `own = " in done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_two_packages_do_not_share_an_id(tmp_path: Path) -> None:
    package(tmp_path / "target")
    package(tmp_path / "target", "beta", value="beta:RULES")
    (tmp_path / "tree").mkdir()
    done = run("rules", cwd=tmp_path / "tree", path=tmp_path / "target")
    assert done.returncode == 2
    where = "the package beta 1.2 (entry point `own = beta:RULES`)"
    assert f"{where}: `ACME101` is taken by the package acme 1.2" in done.stderr
