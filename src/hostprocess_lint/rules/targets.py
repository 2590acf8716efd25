"""The versions of Kubernetes and containerd that rules aim at: which are known, and which go together."""

from __future__ import annotations

from functools import cache

Version = tuple[int, int]

NEWEST_KUBERNETES: Version = (1, 37)
"""The newest release that the rules know: the sources of 1.36 were read, and 1.37 names no change for Windows pods."""

NEWEST_CONTAINERD: Version = (2, 4)

# From which Kubernetes on which containerd is taken where none is said: the oldest that the release is recommended and
# tested with (containerd's RELEASES.md; Kubernetes 1.36 is tested with 2.2 and later).
_RUNTIMES = (((1, 36), (2, 2)), ((1, 26), (1, 7)))
_OLDEST_RUNTIME: Version = (1, 6)


@cache
def usual_containerd(kubernetes: Version) -> Version:
    """The containerd that nodes of a Kubernetes release have, where nobody says otherwise."""
    return next((containerd for since, containerd in _RUNTIMES if kubernetes >= since), _OLDEST_RUNTIME)


def version(text: str) -> Version | None:
    """1.29 of `1.29`, `v1.29` or `1.29.3`; None for anything else."""
    parts = text.removeprefix("v").split(".")
    if len(parts) not in (2, 3) or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    return int(parts[0]), int(parts[1])


def kubernetes_version(text: str) -> Version:
    """A version that the rules can aim at. Raises ValueError that says why another cannot be."""
    return _known(text, "Kubernetes", NEWEST_KUBERNETES)


def containerd_version(text: str) -> Version:
    """A version of containerd that the rules can aim at. Raises ValueError that says why another cannot be."""
    return _known(text, "containerd", NEWEST_CONTAINERD)


def shown(target: Version) -> str:
    return ".".join(map(str, target))


def _known(text: str, program: str, newest: Version) -> Version:
    asked = version(text)
    if asked is None:
        raise ValueError(f"{text!r} is no version: write it as in {shown(newest)}")
    if not (1, 0) <= asked <= newest:
        raise ValueError(f"{text!r} is no {program} that the rules know: the newest known is {shown(newest)}")
    return asked
