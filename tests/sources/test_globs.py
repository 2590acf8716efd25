"""Path patterns, side by side with what git makes of them."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostprocess_lint.sources.globs import globs

PATHS = ("a", "a/a", "a/b.yaml", "a/b/a.yaml", "a/b/c/b.yaml", "b/a/c.yaml", "b/ab.yaml", "ab", "b/!a", "c/[b]", "c/d")
NAMES = ("a", "b", "c", "*", "?", "**", "a*", "*.yaml", "b.yaml", "[ab]", "[!a]*", "[^b]", r"\!a", r"\[b]", "ab")
PATTERNS = st.builds(
    lambda negated, root, names, end: negated + root + "/".join(names) + end,
    st.sampled_from(("", "", "!")),
    st.sampled_from(("", "", "/")),
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=3),
    st.sampled_from(("", "", "/")),
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ignored")
    subprocess.run(["git", "init", "--quiet", root], check=True)
    for path in PATHS:
        is_directory = any(other.startswith(f"{path}/") for other in PATHS)
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).mkdir(exist_ok=True) if is_directory else (root / path).write_text("")
    return root


@settings(max_examples=150, deadline=None)
@given(patterns=st.lists(PATTERNS, min_size=1, max_size=4))
def test_what_git_ignores_is_covered_and_nothing_else(patterns: list[str], repository: Path) -> None:
    (repository / ".gitignore").write_text("".join(f"{pattern}\n" for pattern in patterns), encoding="utf-8")
    asked = [path for path in PATHS if (repository / path).exists()]
    done = subprocess.run(
        ["git", "check-ignore", "--no-index", "-z", "--stdin"],
        cwd=repository,
        input="\0".join(asked).encode(),
        capture_output=True,
        check=False,
    )
    ignored = {name.decode() for name in done.stdout.split(b"\0") if name}
    found = globs(patterns, str(repository))
    assert {path for path in asked if found.covers(str(repository / path))} == ignored


@pytest.mark.parametrize(
    ("patterns", "covered"),
    [
        (["manifests/*", "!manifests/agent.yaml"], False),
        (["!manifests/agent.yaml", "manifests/*"], True),
        (["manifests", "!manifests/agent.yaml"], True),
        (["*.yaml", "!agent.yaml"], False),
        (["."], True),
        (["manifests/**"], True),
    ],
)
def test_the_last_pattern_that_matches_decides(patterns: list[str], covered: bool, tmp_path: Path) -> None:
    assert globs(patterns, str(tmp_path)).covers(str(tmp_path / "manifests/agent.yaml")) is covered


def test_no_pattern_takes_exponential_time(tmp_path: Path) -> None:
    hostile = globs(["*a" * 40 + "b", "/".join(["**", "a"] * 40 + ["b"])], str(tmp_path))
    start = time.process_time()
    assert not hostile.covers(str(tmp_path / ("a" * 250 + "c") / "/".join("a" * 100) / "x"))
    assert time.process_time() - start < 2
