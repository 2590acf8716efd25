"""The hooks, installed and run by the real pre-commit, and the paths on which they fire."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from changing import FILES, git, repository
from overlays import DAEMONSET
from planting import plant
from scanning import ROOT, environment

HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
}
PARTS = ("src", "policies", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")

BOTH = ("deploy/agent.yaml", "agent.yml", "pod.json", ".hostprocess-lint.yaml", "policies/own.md", "a/rules/own.md")
FULL_ONLY = (
    "Chart.yaml",
    "charts/agent/Chart.yaml",
    "kustomization.yaml",
    "overlays/production/kustomization.yml",
    "base/Kustomization",
    "agent/templates/_helpers.tpl",
    "agent/templates/NOTES.txt",
    "agent/.helmignore",
    "agent/Chart.lock",
    "agent/charts/library-1.0.0.tgz",
    "agent/files/agent.ps1",
    "base/agent.properties",
    "config/agent.env",
)
NEITHER = (
    "README.md",
    "docs/ci.md",
    "charts/agent/README.md",
    "src/main.go",
    "tests/test_agent.py",
    "LICENSE",
    "Makefile",
    "Dockerfile",
    "logo.png",
    "templates.go",
    "yaml/reader.py",
    "agent.yaml.md",
    "charts/agent/logo.svg",
    ".gitignore",
)


def fires(hook: str, path: str) -> bool:
    """As pre-commit decides: it searches."""
    exclude = HOOKS[hook].get("exclude", "^$")
    return bool(re.search(HOOKS[hook]["files"], path)) and not re.search(exclude, path)


@pytest.mark.parametrize("path", [*BOTH, *FULL_ONLY, *NEITHER])
def test_the_paths_on_which_hooks_fire(path: str) -> None:
    assert fires("hostprocess-lint", path) == (path not in NEITHER)
    assert fires("hostprocess-lint-manifests", path) == (path in BOTH)


class PreCommit:
    """pre-commit with one home for all tests, and the hooks of this tree as a repository."""

    def __init__(self, home: Path) -> None:
        self.home = home
        source = home / "hostprocess-lint"
        for part in PARTS:
            (source / part).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / part, source / part)
        repository(source, {})
        self.source = source
        self.revision = git(source, "rev-parse", "HEAD").stdout.strip()

    def run(self, directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        git_program, python = shutil.which("git"), sys.executable
        assert git_program is not None
        environment = {
            "PRE_COMMIT_HOME": str(self.home / "home"),
            "PATH": "/usr/bin:/bin",  # where no engine is
            "HOME": str(self.home),
        }
        return git(directory, "-c", f"alias.hooks=!{python} -I -m pre_commit", "hooks", *arguments, **environment)

    def project(self, root: Path, hook: str = "hostprocess-lint", **settings: str) -> Path:
        """The repository of all tests, with the hook in it."""
        entry = {"repo": str(self.source), "rev": self.revision, "hooks": [{"id": hook, **settings}]}
        return repository(root, {**FILES, ".pre-commit-config.yaml": yaml.safe_dump({"repos": [entry]})})


@pytest.fixture(scope="session")
def pre_commit(tmp_path_factory: pytest.TempPathFactory) -> PreCommit:
    if find_spec("pre_commit") is None:
        pytest.skip("pre-commit is not installed")
    if not (ROOT / "src").is_dir():
        pytest.skip("a hook is installed from the source")
    asked = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
    place = tmp_path_factory.mktemp("hooks")
    done = subprocess.run([*asked, str(place / "asked"), "hatchling"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"pip reaches no index to install the hook from: {done.stderr.strip()[-200:]}")
    made = PreCommit(place)
    installed = made.run(made.project(place / "project"), "install-hooks")
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return made


def commit(made: PreCommit, root: Path, *arguments: str) -> tuple[int, str]:
    """What the hook says of everything that has changed."""
    git(root, "add", "--all")
    done = made.run(root, "run", *arguments)
    return done.returncode, done.stdout + done.stderr


def test_a_clean_tree_passes(pre_commit: PreCommit, tmp_path: Path) -> None:
    code, said = commit(pre_commit, pre_commit.project(tmp_path), "--all-files")
    assert code == 0, said


@pytest.mark.parametrize("hook", HOOKS)
def test_no_module_of_the_tree_runs(hook: str, pre_commit: PreCommit, tmp_path: Path) -> None:
    root = pre_commit.project(tmp_path / "tree", hook)
    plant(root, tmp_path / "ran")
    # pre-commit asks in the tree for Python's version by `python -c`, for which Python 3.13 imports what lies there.
    subprocess.run([sys.executable, "-c", ""], cwd=root, env=environment(), capture_output=True, check=False)
    for name in os.listdir(tmp_path / "ran"):
        (root / f"{name}.py").unlink()
        (tmp_path / "ran" / name).unlink()
    code, said = commit(pre_commit, root, "--all-files")
    assert code == 0, said
    assert os.listdir(tmp_path / "ran") == []


def test_an_unrelated_change_scans_nothing(pre_commit: PreCommit, tmp_path: Path) -> None:
    root = pre_commit.project(tmp_path)
    (root / "README.md").write_text("# Changed\n", encoding="utf-8")
    code, said = commit(pre_commit, root, "--verbose")
    assert code == 0, said
    assert "nothing to scan is affected" in said


CHANGES = {
    "manifest": ("deploy/agent.yaml", "hostNetwork: true", "hostNetwork: false", "deploy/agent.yaml:10"),
    "template": (
        "charts/agent/templates/agent.yaml",
        '{{ include "agent.network" . }}',
        "hostNetwork: false",
        "charts/agent/templates/agent.yaml:10",
    ),
    "helper": (
        "charts/agent/templates/_helpers.tpl",
        "hostNetwork: true",
        "hostNetwork: false",
        "charts/agent/templates/_helpers.tpl:2",
    ),
    "values": ("charts/agent/values.yaml", "NT AUTHORITY", "nt authority", "charts/agent/values.yaml:1"),
    "base": ("kustomize/base/agent.yaml", "hostNetwork: true", "hostNetwork: false", "kustomize/base/agent.yaml:10"),
    "patch": (
        "kustomize/production/account.yaml",
        "NT AUTHORITY",
        "nt authority",
        "kustomize/production/account.yaml:9",
    ),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_that_breaks_something_fails_at_its_line(kind: str, pre_commit: PreCommit, tmp_path: Path) -> None:
    path, old, new, place = CHANGES[kind]
    root = pre_commit.project(tmp_path)
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new), encoding="utf-8")
    code, said = commit(pre_commit, root)
    assert code == 1, said
    assert f"--> {place}" in said
    assert said.count("error[") == 1, said
    # A chart's values are a YAML file as well, and looked at as one.
    assert (" in 2 sources;" if kind == "values" else " in 1 source;") in said


@pytest.mark.parametrize("path", ["kustomize/production/account.yaml", "kustomize/base/agent.yaml"])
def test_a_deleted_file_that_something_needs_fails(path: str, pre_commit: PreCommit, tmp_path: Path) -> None:
    root = pre_commit.project(tmp_path)
    (root / path).unlink()
    code, said = commit(pre_commit, root)
    assert code == 1, said
    assert "- exit code: 3" in said
    assert "--> kustomize/production/kustomization.yaml" in said


def test_a_deleted_file_between_two_revisions_fails(pre_commit: PreCommit, tmp_path: Path) -> None:
    root = pre_commit.project(tmp_path)
    git(root, "rm", "--quiet", "kustomize/production/account.yaml")
    git(root, "commit", "--quiet", "--message", "second")
    code, said = commit(pre_commit, root, "--from-ref", "HEAD~1", "--to-ref", "HEAD")
    assert code == 1, said
    assert "--> kustomize/production/kustomization.yaml" in said


def test_git_commit_is_refused_and_skip_lets_it_through(pre_commit: PreCommit, tmp_path: Path) -> None:
    root = pre_commit.project(tmp_path)
    assert pre_commit.run(root, "install").returncode == 0
    (root / "kustomize/production/account.yaml").unlink()
    # Such a commit has an index of its own, which the hook has to look at.
    home = {"PRE_COMMIT_HOME": str(pre_commit.home / "home")}
    done = git(root, "commit", "--message", "x", "kustomize/production/account.yaml", **home)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "kustomize/production/kustomization.yaml" in done.stderr
    done = git(root, "commit", "--all", "--message", "x", SKIP="hostprocess-lint", **home)
    assert done.returncode == 0, done.stderr


def test_the_hook_without_engines_looks_at_manifests_only(pre_commit: PreCommit, tmp_path: Path) -> None:
    root = pre_commit.project(tmp_path, "hostprocess-lint-manifests")
    bad = DAEMONSET.replace("hostNetwork: true", "hostNetwork: false")
    for path in ("deploy/agent.yaml", "kustomize/base/agent.yaml", "charts/agent/templates/agent.yaml"):
        (root / path).write_text(bad, encoding="utf-8")
    code, said = commit(pre_commit, root)
    assert code == 1, said
    assert said.count("error[") == 1, said
    assert "--> deploy/agent.yaml:10" in said
