"""Which parts of a scan a report shows."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Consequence, Finding, Scan, Skipped


def active(scan: Scan) -> Iterator[Finding]:
    """The findings that count."""
    return (finding for finding in scan.findings if finding.suppressed is None)


def untold(scan: Scan) -> Iterator[Skipped]:
    """What was skipped without a finding (`not-parsed`, `not-rendered`) that says so, for formats of findings only."""
    told = {
        path
        for finding in active(scan)
        if finding.consequence is Consequence.ANALYSIS
        for path in (finding.source.path, finding.location.path)
    }
    return (source for source in scan.skipped if source.path not in told)
