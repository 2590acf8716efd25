"""Tables in GitHub's Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MOST_ROWS = 200
MOST_BYTES = 100_000
"""Of one table: of a summary above 1 MiB GitHub shows nothing, and no report has ten tables."""


def markdown_table(
    heading: str, columns: str, rows: Sequence[str], most: int = MOST_ROWS, room: int = MOST_BYTES
) -> Iterator[str]:
    """A heading and a table, if there are rows: `most` of them, as far as they have `room`, in bytes.

    One that is too long takes the room of no other.
    """
    if not rows:
        return
    shown = list(_fitting(rows[:most], room))
    yield f"### {heading} ({len(rows):,})"
    yield "\n".join([f"| {columns} |", "|" + " --- |" * len(columns.split("|")), *shown])
    if more := len(rows) - len(shown):
        yield f"… and {more:,} more."


def _fitting(rows: Sequence[str], room: int) -> Iterator[str]:
    for line in rows:
        size = len(line.encode("utf-8", "backslashreplace")) + 1
        if size <= room:
            room -= size
            yield line


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
