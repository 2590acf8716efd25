"""What became of everything in scope: each source, and each part that is left out of one, has one outcome."""

from __future__ import annotations

from collections.abc import Iterable

from ..finding import Kind
from ..outcome import Coverage, Covered, Outcome, Passed, Scan, Skipped
from .analysis import skip_identity


def coverage(judged: Iterable[tuple[Kind, str]], passed: Iterable[Passed], skipped: Iterable[Skipped]) -> Coverage:
    """The outcomes, by path. A part that is left out is told beside the source that is judged without it."""
    found = {
        *(Covered(path, kind, Outcome.JUDGED) for kind, path in judged),
        *(Covered(item.path, item.kind, item.outcome, item.reason, item.is_asked_for) for item in passed),
        *(_entry(item) for item in skipped),
    }
    return Coverage(tuple(sorted(found)))


def looked_at(passed: Iterable[Passed]) -> int:
    """How many of those that need no judging were looked at."""
    return sum(item.outcome is not Outcome.EXCLUDED for item in passed)


def accepted(scan: Scan) -> Scan:
    """The scan in which what was not looked at counts no more where the finding that says so is suppressed."""
    reasons = {
        (finding.identity, finding.location.key): finding.suppressed.reason
        for finding in scan.findings
        if finding.suppressed and finding.resource is None
    }
    if not reasons:
        return scan
    left: list[Skipped] = []
    replaced: dict[Covered, Covered] = {}
    for item in scan.skipped:
        reason = reasons.get((skip_identity(item), item.location.key)) if item.location else None
        if reason is None:
            left.append(item)
        else:
            entry = _entry(item)
            replaced[entry] = entry._replace(outcome=Outcome.ACCEPTED, reason=f"{item.reason}; accepted: {reason}")
    entries = tuple(sorted(replaced.get(entry, entry) for entry in scan.coverage.entries))
    return scan._replace(skipped=tuple(left), coverage=Coverage(entries))


def _entry(item: Skipped) -> Covered:
    return Covered(item.path, item.kind, item.outcome, item.reason)
