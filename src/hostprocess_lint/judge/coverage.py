"""What became of everything in scope: each source, and each part that is left out of one, has one outcome."""

from __future__ import annotations

from collections.abc import Iterable

from ..finding import Coverage, Covered, Kind, Outcome, Passed, Skipped


def coverage(judged: Iterable[tuple[Kind, str]], passed: Iterable[Passed], skipped: Iterable[Skipped]) -> Coverage:
    """The outcomes, by path. A part that is left out is told beside the source that is judged without it."""
    found = {
        *(Covered(path, kind, Outcome.JUDGED) for kind, path in judged),
        *(Covered(item.path, item.kind, item.outcome, item.reason) for item in passed),
        *(Covered(item.path, item.kind, item.outcome, item.reason) for item in skipped),
    }
    return Coverage(tuple(sorted(found)))
