"""What has changed since an earlier review, as a comment on a pull request and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from ...review.review import Change, Comparison, Reached
from ..inert import markdown, markdown_code
from ..jsonreport import json_text
from ..prose import counted as number
from ..tables import markdown_table, row
from .data import compared
from .words import HEADINGS

_DEPTH = 4
_FURTHEST = 3
_ROOM, _ROOM_UNKNOWN = 40_000, 5_000
"""Of a comment GitHub takes 65,536 characters; the rest is for what stands below."""
_MOST_UNKNOWN = 10


def write_json(comparison: Comparison) -> str:
    return json_text({"version": 1, "comparison": compared(comparison)}, _DEPTH)


def write_markdown(comparison: Comparison) -> str:
    return "\n\n".join(["## HostProcess review: what has changed", *comparison_markdown(comparison)]) + "\n"


def comparison_markdown(comparison: Comparison) -> Iterator[str]:
    """A sentence, and a table in which more reach stands first."""
    yield comparison_sentence(comparison, markdown(comparison.since))
    rows = [_change(change) for change in comparison.changes]
    yield from markdown_table("Changes", "Workload | | Reaches | Otherwise", rows, len(rows), _ROOM)
    unknown = [row(markdown(each)) for each in comparison.not_known]
    yield from markdown_table("Not looked at then", "What, and why", unknown, _MOST_UNKNOWN, _ROOM_UNKNOWN)


def comparison_sentence(comparison: Comparison, since: str) -> str:
    changes = comparison.changes
    if not changes:
        return f"Nothing has changed since {since}: {number(comparison.unchanged, 'deployment')} as before."
    further = sum(change.gain > 0 for change in changes)
    states = [f"{count} {state}" for state in ("new", "changed", "gone") if (count := _of(changes, state))]
    reach = f"; {further} {'reaches' if further == 1 else 'reach'} further" if further else "; none reaches further"
    return f"Since {since}: {', '.join(states)}{reach}. {number(comparison.unchanged, 'deployment')} as before."


def _of(changes: tuple[Change, ...], state: str) -> int:
    return sum(change.state == state for change in changes)


def _change(change: Change) -> str:
    name = f"{markdown(change.resource)}<br>{markdown_code(change.place)}<br>{markdown(', '.join(change.by))}"
    where = f"<br>{markdown(', '.join(change.environments))}" if change.environments else ""
    otherwise = "<br>".join(difference_lines(change))
    return row(name, f"**{change.state}**{where}", "<br>".join(_reach_lines(change)), otherwise)


def _reach_lines(change: Change) -> Iterator[str]:
    for sign, reached in (("+", change.more), ("−", change.less)):
        for each in reached:
            said = f"{sign} {markdown(reached_name(each))}"
            yield f"**{said}**" if sign == "+" and each[2] == _FURTHEST else said


def reached_name(reached: Reached) -> str:
    """What it is called where that says what it is, else with its heading."""
    kind, what, _ = reached
    return f"{HEADINGS[kind]}: {what}" if kind in ("account", "directory", "pipe", "port", "power") else what


def difference_lines(change: Change) -> Iterator[str]:
    for each in change.differences:
        gone, new = (", ".join(map(markdown_code, names)) for names in (each.gone, each.new))
        yield f"{each.what}: {gone or 'none'} → {new or 'none'}"


COMPARISONS = {"markdown": write_markdown, "json": write_json}
"""Format → what writes two reviews that were written before, compared."""
