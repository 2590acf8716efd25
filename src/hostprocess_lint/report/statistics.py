"""How many findings there are of each rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..outcome import Scan


def statistics(scan: Scan) -> Iterator[str]:
    """A line for each rule that has found something that counts, the most frequent first."""
    active = [finding for finding in scan.findings if finding.suppressed is None]
    counts = Counter((finding.level, finding.rule, finding.name) for finding in active)
    width = len(f"{max(counts.values(), default=0):,}")
    for (level, rule, name), count in sorted(counts.items(), key=lambda item: (-item[1], item[0][1], item[0][0].rank)):
        yield f"{count:>{width},}  {rule}  {level.value:7}  {name}"
