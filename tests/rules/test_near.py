"""Of several objects of one name, which one is meant beside a pod."""

from __future__ import annotations

import pytest
from scanning import seconds

from hostprocess_lint.rules.near import Versions, nearest


def versions(*sources: str) -> Versions[str]:
    found: Versions[str] = Versions()
    for source in sources:
        found.add(source, source)
    return found


@pytest.mark.parametrize(
    ("sources", "asked", "meant"),
    [
        (["a/x.yaml", "b/x.yaml"], "b/pod.yaml", ["b/x.yaml"]),
        (["a/x.yaml", "a/b/x.yaml"], "a/b/c/pod.yaml", ["a/b/x.yaml"]),
        (["a/x.yaml", "a/pod.yaml"], "a/pod.yaml", ["a/pod.yaml"]),
        (["a/b/x.yaml", "a/c/x.yaml", "d/x.yaml"], "a/pod.yaml", ["a/b/x.yaml", "a/c/x.yaml"]),
        (["ab/x.yaml", "c/x.yaml"], "a/pod.yaml", ["ab/x.yaml", "c/x.yaml"]),  # a folder's name is no part of another
        (["/r/a/x.yaml", "/r/b/x.yaml"], "/r/b/pod.yaml", ["/r/b/x.yaml"]),
        (["x.yaml"], "-", ["x.yaml"]),
        (["a/x.yaml", "a/x.yaml"], "a/x.yaml", ["a/x.yaml", "a/x.yaml"]),
        ([], "a/x.yaml", []),
    ],
)
def test_the_nearest(sources: list[str], asked: str, meant: list[str]) -> None:
    assert nearest(asked, versions(*sources)) == meant


def test_several_are_asked_as_one() -> None:
    assert nearest("a/pod.yaml", versions("b/x.yaml"), None, versions("a/y.yaml")) == ["a/y.yaml"]
    assert nearest("a/pod.yaml", None) == []


def test_many_of_one_name_take_no_longer_each() -> None:
    def ask(number: int) -> None:
        paths = [f"{each % 97}/{each}/x.yaml" for each in range(number)]
        known = versions(*paths)
        assert all(nearest(path, known) == [path] for path in paths)

    assert seconds(lambda: lambda: ask(4_000)) < 30 * seconds(lambda: lambda: ask(400))
