"""Tables in GitHub's Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MOST_ROWS = 200
"""Of one table: of a summary above 1 MiB GitHub shows nothing."""


def table(heading: str, columns: str, rows: Sequence[str]) -> Iterator[str]:
    """A heading and a table, if there are rows."""
    if not rows:
        return
    yield f"### {heading} ({len(rows):,})"
    yield "\n".join([f"| {columns} |", "|" + " --- |" * len(columns.split("|")), *rows[:MOST_ROWS]])
    if len(rows) > MOST_ROWS:
        yield f"… and {len(rows) - MOST_ROWS:,} more."


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
