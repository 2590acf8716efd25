"""The versions that rules aim at: which are known, and which containerd goes with which Kubernetes."""

from __future__ import annotations

import pytest

from hostprocess_lint.rules.context import Context
from hostprocess_lint.rules.targets import NEWEST_CONTAINERD, NEWEST_KUBERNETES, containerd_version, kubernetes_version


@pytest.mark.parametrize(
    ("kubernetes", "containerd"),
    [((1, 37), (2, 2)), ((1, 36), (2, 2)), ((1, 35), (1, 7)), ((1, 26), (1, 7)), ((1, 25), (1, 6)), ((1, 22), (1, 6))],
)
def test_containerd_follows_kubernetes(kubernetes: tuple[int, int], containerd: tuple[int, int]) -> None:
    assert Context(kubernetes=kubernetes).containerd == containerd
    assert Context(kubernetes=kubernetes, containerd_version=(2, 0)).containerd == (2, 0)


def test_a_charts_range_moves_both() -> None:
    assert Context().within("<1.30").containerd == (1, 7)
    assert Context(containerd_version=(2, 1)).within("<1.30").containerd == (2, 1)


@pytest.mark.parametrize("text", ["1.37", "v1.37.1", "1.0"])
def test_known_versions(text: str) -> None:
    assert kubernetes_version(text) <= NEWEST_KUBERNETES


@pytest.mark.parametrize("text", ["1.38", "2.0", "9.99", "0.9", "1", "new", "1.x", "1.²", ""])
def test_unknown_versions_are_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"1\.37"):
        kubernetes_version(text)


def test_containerd_has_versions_of_its_own() -> None:
    assert containerd_version("2.4") == NEWEST_CONTAINERD
    with pytest.raises(ValueError, match=r"no containerd that the rules know: .* is 2\.4"):
        containerd_version("2.5")
