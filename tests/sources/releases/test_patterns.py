"""Patterns of files: what each of the tools' signs means, and that none takes long."""

from __future__ import annotations

from pathlib import Path

import pytest
from scanning import seconds, write

from hostprocess_lint.sources.releases.patterns import Matches, in_git, matching


def found(matches: Matches, root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in matches.paths]


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("*.yaml", ["v.yaml"]),
        ("v[.]yaml", ["v.yaml"]),
        ("?/v.yaml", ["a/v.yaml"]),
        ("**/v.yaml", ["a/b/v.yaml", "a/v.yaml", "v.yaml"]),
        ("**/**/v.yaml", ["a/b/v.yaml", "a/v.yaml", "v.yaml"]),
        ("a/**", ["a/b/v.yaml", "a/v.yaml"]),
        ("a/*/*.yaml", ["a/b/v.yaml"]),
        ("../*.yaml", []),
    ],
)
def test_what_a_pattern_means(pattern: str, meant: list[str], tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(("v.yaml", "a/v.yaml", "a/b/v.yaml", "w.yml"), ""))
    assert found(matching(pattern, tmp_path), tmp_path) == meant


def test_without_depth_two_stars_are_one(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(("a/v.yaml", "a/b/v.yaml"), ""))
    assert found(matching("**", tmp_path, directories=True, deep=False), tmp_path) == ["a"]
    assert found(in_git("a*.yaml", tmp_path), tmp_path) == ["a/b/v.yaml", "a/v.yaml"]


def test_no_pattern_takes_long(tmp_path: Path) -> None:
    write(tmp_path, {"a/" * 60 + "v.yaml": ""})
    assert seconds(lambda: lambda: matching("**/a/" * 12 + "b", tmp_path)) < 0.5
    assert not matching("**/a/" * 60 + "b", tmp_path).is_all
