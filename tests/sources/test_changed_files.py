"""Which files have changed: what git knows only the half of, and names that mean something to git."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from changing import git, repository

from hostprocess_lint.sources.changes import held_before, since


def changed(root: Path) -> list[str]:
    return [os.path.relpath(path, root) for path in since("HEAD", str(root))]


@pytest.fixture
def with_submodule(tmp_path: Path) -> Path:
    other = repository(tmp_path / "other", {"a.yaml": "a: 1\n", "deep/b.yaml": "b: 1\n"})
    root = repository(tmp_path / "root", {"own.yaml": "own: 1\n"})
    done = git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.as_uri(), "sub")
    assert done.returncode == 0, done.stderr
    assert git(root, "commit", "--quiet", "--message", "second").returncode == 0
    return root


def test_of_a_changed_submodule_each_file_may_have_changed(with_submodule: Path) -> None:
    assert changed(with_submodule) == []
    (with_submodule / "sub" / "a.yaml").write_text("a: 2\n")
    assert changed(with_submodule) == ["sub/a.yaml", "sub/deep/b.yaml"]


def test_so_it_is_where_another_commit_of_it_is_taken(with_submodule: Path) -> None:
    (with_submodule / "sub" / "a.yaml").write_text("a: 2\n")
    assert git(with_submodule / "sub", "commit", "--quiet", "--all", "--message", "other").returncode == 0
    assert git(with_submodule, "add", "sub").returncode == 0
    assert changed(with_submodule) == ["sub/a.yaml", "sub/deep/b.yaml"]


def test_a_repository_in_another_one_is_new_with_all_its_files(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", {"own.yaml": "own: 1\n"})
    repository(root / "inner", {"a.yaml": "a: 1\n"})
    assert changed(root) == ["inner/a.yaml"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such names")
@pytest.mark.parametrize("name", [":(exclude)a.yaml", ":!a.yaml", "*.yaml", "a[b].yaml", "-a.yaml", "a\nb.yaml"])
def test_a_name_is_no_pattern(name: str, tmp_path: Path) -> None:
    root = repository(tmp_path / "root", {name: "a: 1\n", "ab.yaml": "b: 1\n"})
    (root / name).write_text("a: 2\n")
    assert changed(root) == [name]
    assert list(held_before([str(root / name)], "HEAD", str(root))) == [(str(root / name), b"a: 1\n")]
