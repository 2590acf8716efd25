"""A job summary in GitHub's Markdown: what was found, what could not be looked at, and every HostProcess workload."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..finding import Finding, Level, Location, Scan, Skipped, Workload, WorkloadContainer
from ..rules.rule import Rule
from . import Options, prose
from .covered import named_parts, outcome_counts
from .inert import address, visible
from .places import region
from .shown import active

MOST_ROWS = 200
"""Of one table: of a summary above 1 MiB GitHub shows nothing."""
LONGEST_CELL = 600

_HEADINGS = {Level.ERROR: "Errors", Level.WARNING: "Warnings", Level.NOTE: "Notes"}
_INERT = {ord(c): f"&#{ord(c)};" for c in "\\`*_[]{}<>|~$&:"} | {ord(c): f"&#{ord(c)};&#8203;" for c in "@#"}
"""Entities are never syntax. Mentions and issue numbers are looked for later: a zero-width space parts those."""


def write(scan: Scan, rules: Sequence[Rule], options: Options) -> str:
    findings = list(active(scan))
    return "\n\n".join(["## hostprocess-lint", _counts(scan, findings), *_tables(scan, findings, rules)]) + "\n"


def _tables(scan: Scan, findings: Sequence[Finding], rules: Sequence[Rule]) -> Iterator[str]:
    links = {rule.id: f"[{rule.id}]({address(rule.url)})" for rule in rules}
    for level, heading in _HEADINGS.items():
        rows = [_finding(finding, links) for finding in findings if finding.level is level]
        yield from _table(heading, "Rule | Where | What | To do", rows)
    yield from _table("Not looked at", "Source | Why", list(map(_skipped, scan.skipped)))
    yield from _table("HostProcess workloads", "Workload | Where | Containers", list(map(_workload, scan.workloads)))
    yield from _table(
        "Coverage", "Where | What", [_row(_code(where), _text(what)) for where, what in named_parts(scan)]
    )


def _counts(scan: Scan, findings: Sequence[Finding]) -> str:
    by_level = [prose.counted(sum(f.level is level for f in findings), level.value) for level in Level]
    looked_at = [prose.counted(scan.sources, "source"), prose.counted(scan.documents, "document")]
    summed = f"**{', '.join(by_level)}** in {' and '.join(looked_at)}."
    if suppressed := len(scan.findings) - len(findings):
        summed += f" {suppressed:,} suppressed."
    if scan.skipped:
        summed += f" **{prose.counted(len(scan.skipped), 'source')} could not be looked at.**"
    return f"{summed} Sources and parts: {outcome_counts(scan)}." if outcome_counts(scan) else summed


def _table(heading: str, columns: str, rows: Sequence[str]) -> Iterator[str]:
    """A heading and a table, if there are rows."""
    if not rows:
        return
    yield f"### {heading} ({len(rows):,})"
    yield "\n".join([f"| {columns} |", "|" + " --- |" * len(columns.split("|")), *rows[:MOST_ROWS]])
    if len(rows) > MOST_ROWS:
        yield f"… and {len(rows) - MOST_ROWS:,} more."


def _finding(finding: Finding, links: dict[str, str]) -> str:
    rule = f"{links.get(finding.rule, finding.rule)} {_text(finding.name)}"
    return _row(rule, _where(finding.location), _text(prose.statement(finding)), _text(prose.sentence(finding.hint)))


def _skipped(source: Skipped) -> str:
    return _row(_code(source.path), _text(source.reason))


def _workload(workload: Workload) -> str:
    containers = "<br>".join(map(_container, workload.containers))
    return _row(_text(str(workload.resource)), _where(workload.location), containers)


def _container(container: WorkloadContainer) -> str:
    if not container.host_process:
        return f"{_code(container.name)}: no HostProcess container"
    account = _code(container.account) if container.account else "no account"
    return f"{_code(container.name)}: {account}, {_code(container.image) if container.image else 'no image'}"


def _where(location: Location) -> str:
    return _code(f"{location.path}:{region(location).start_line}")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"


def _text(text: str) -> str:
    """Text that no Markdown, HTML, mention or address can come out of."""
    return visible(text, LONGEST_CELL).translate(_INERT).replace("www.", "www&#46;")
