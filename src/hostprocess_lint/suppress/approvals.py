"""Entries of the list of approved workloads that approve nothing, or no longer."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..outcome import Scan
from .terms import Terms, misused

STALE = "HPC007"


def stale(scan: Scan, terms: Terms) -> Iterator[Finding]:
    """That an entry fits nothing is known where everything was scanned that the configuration speaks of."""
    for listed in scan.listed:
        entry = listed.approval
        if listed.expired:
            said = f"{entry.entry} was approved until {entry.until}"
        elif listed.fits or not terms.whole:
            continue
        else:
            said = listed.nearly or f"{entry.entry} fits no HostProcess workload"
        if entry.location and (found := misused(STALE, said, entry.location, None, terms)):
            yield found
