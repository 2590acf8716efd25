"""Of several objects of one name, which one is meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

_Item = TypeVar("_Item")


def nearest(found: Sequence[_Item], source: str, of: Callable[[_Item], str]) -> list[_Item]:
    """Those `of` sources that share the most folders with one: of several objects of one name, a repository's versions
    of it, the one beside the pod is meant.
    """
    shared = {path: _shared(path, source) for path in set(map(of, found))}
    most = max(shared.values(), default=0)
    return [each for each in found if shared[of(each)] == most]


def _shared(one: str, other: str) -> int:
    if one == other:
        return len(one) + 1
    count = 0
    for ours, theirs in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if ours != theirs:
            break
        count += 1
    return count
