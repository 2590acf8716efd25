"""What became of everything in scope, in a line, and what of it a reader should know by name."""

from __future__ import annotations

from collections.abc import Iterator

from ..outcome import Outcome, Scan


def outcome_counts(scan: Scan) -> str:
    """`5 judged, 12 irrelevant, 1 outside`: the outcomes that there are."""
    found = scan.coverage.counts
    return ", ".join(f"{found[outcome]:,} {outcome.words}" for outcome in Outcome if found[outcome])


def named_parts(scan: Scan) -> Iterator[tuple[str, str]]:
    """What is accepted, or left out though it was given, and why; and objects that say `hostProcess` and are no pod."""
    for entry in scan.coverage.entries:
        if entry.outcome is Outcome.ACCEPTED or entry.is_asked_for:
            yield entry.path, entry.reason
    for item in scan.not_judged:
        where = f"{item.location.path}:{item.location.start[0]}"
        yield where, f"{item.resource} says `hostProcess` and is no pod: what its operator makes of it was not judged"
