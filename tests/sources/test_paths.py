"""How far a scan goes: what lies in a directory, which repository that is, and which files a report may quote."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hostprocess_lint.sources.inside import text_inside
from hostprocess_lint.sources.paths import boundary, lies_in, nearest_saying, repository


@pytest.mark.parametrize(
    ("path", "directory", "lies"),
    [
        ("/a/b", "/a", True),
        ("/a", "/a", True),
        ("/a/", "/a", True),
        ("/a", "/a/", True),
        ("/a", "/", True),
        ("/ab", "/a", False),
        ("/a", "/a/b", False),
        ("/a b", "/a", False),
    ],
)
def test_what_lies_in_a_directory(path: str, directory: str, lies: bool) -> None:
    assert lies_in(path.replace("/", os.sep), directory.replace("/", os.sep)) is lies


def test_the_repository_around_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    for directory in (root / ".git", root / "a" / "b", outside / "c"):
        directory.mkdir(parents=True)
    (root / "a" / "away").symlink_to(outside / "c")
    assert boundary(str(root / "a" / "b")) == repository(str(root / "a" / "b")) == str(root)
    assert repository(str(root / "a" / "away")) == str(root), "as it is written"
    monkeypatch.chdir(outside)
    assert boundary(str(root / "a" / "away")) == str(outside), "where it really is"
    monkeypatch.chdir(root)
    assert (repository(str(outside)), boundary(str(outside))) == (None, str(outside))


def test_without_git_a_scan_stays_in_what_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tree" / "a" / "b").mkdir(parents=True)
    tree = str(tmp_path / "tree")
    monkeypatch.chdir(os.path.abspath(os.sep))
    inner = os.path.join(tree, "a", "b")
    assert boundary(inner) == inner, "the root of the file system is no repository"
    assert boundary(inner, (os.path.join(tree, "a"), tree, inner, "-")) == tree
    monkeypatch.chdir(os.path.join(tree, "a"))
    assert boundary(inner, ("..",)) == tree
    assert boundary(inner, (inner,)) == os.path.join(tree, "a"), "where it was started from"
    os.mkdir(os.path.join(tree, "a", ".git"))
    assert boundary(inner, (tree,)) == os.path.join(tree, "a")


def test_the_nearest_directory_that_says_something_is_found_however_deep_and_each_is_asked_once() -> None:
    deep = "/" + "/".join(["said", *["a"] * 5_000])
    asked: list[str] = []

    def said(directory: str) -> str | None:
        asked.append(directory)
        return "found" if directory == "/said" else None

    nearest = nearest_saying(said)
    assert [nearest(deep), nearest(f"{deep}/b"), nearest("/said"), nearest("/other"), nearest("/")] == [
        *["found"] * 3,
        *[None] * 2,
    ]
    assert len(asked) == len(set(asked)) == 5_001 + 1 + 2


def test_only_regular_files_inside_are_quoted(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "file").write_text("text\r\nmore", newline="")
    (tmp_path / "secret").write_text("secret")
    (home / "out").symlink_to(tmp_path / "secret")
    (home / "within").symlink_to("file")
    (home / "nowhere").symlink_to("missing")
    (home / "round").symlink_to("round")
    (home / "device").symlink_to("/dev/zero")
    (home / "directory").mkdir()
    os.mkfifo(home / "pipe")
    quoted = {name: text_inside(str(home / name), str(home), 6) for name in [*os.listdir(home), "not\0there", "none"]}
    assert {name: text for name, text in quoted.items() if text is not None} == {
        "file": "text\r\n",
        "within": "text\r\n",
    }
