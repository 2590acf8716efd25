"""What became of every source: a line for each, with the reason."""

from __future__ import annotations

from collections.abc import Callable

from ..outcome import Scan
from .inert import printed
from .jsonreport import json_text

_JSON_DEPTH = 3


def coverage_table(scan: Scan) -> str:
    """Aligned columns for people, and the counts of the outcomes that there are."""
    entries = scan.coverage.entries
    rows = [(each.outcome.words, each.kind, printed(each.path), printed(each.reason)) for each in entries]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    counts = [f"{count:,} {outcome.words}" for outcome, count in scan.coverage.counts.items() if count]
    return "".join(f"{line}\n" for line in [*lines, ", ".join(counts) or "nothing is in scope"])


def coverage_json(scan: Scan) -> str:
    entries = [
        {"path": each.path, "kind": each.kind, "outcome": each.outcome.value, "reason": each.reason}
        for each in scan.coverage.entries
    ]
    counts = {outcome.value: count for outcome, count in scan.coverage.counts.items()}
    return json_text({"version": 1, "sources": entries, "coverage": counts}, _JSON_DEPTH)


FORMATS: dict[str, Callable[[Scan], str]] = {"table": coverage_table, "json": coverage_json}
