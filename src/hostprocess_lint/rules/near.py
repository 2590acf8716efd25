"""Of several objects of one name, which one is meant."""

from __future__ import annotations

from collections.abc import Sequence


def nearest(sources: Sequence[str], source: str) -> set[str]:
    """Those that share the most folders with a source: of several objects of one name, a repository's versions of it,
    the one beside the pod is meant.
    """
    shared = {each: _shared(each, source) for each in set(sources)}
    most = max(shared.values(), default=0)
    return {each for each, count in shared.items() if count == most}


def _shared(one: str, other: str) -> int:
    if one == other:
        return len(one) + 1
    count = 0
    for ours, theirs in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if ours != theirs:
            break
        count += 1
    return count
