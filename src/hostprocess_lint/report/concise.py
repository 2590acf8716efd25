"""Findings for people in a hurry, and for editors: one line for each."""

from __future__ import annotations

from collections.abc import Sequence

from ..finding import Finding
from ..outcome import Scan
from ..rules.rule import Rule
from . import Options
from .inert import printed
from .shown import told_once
from .statistics import statistics


def write(scan: Scan, rules: Sequence[Rule], options: Options) -> str:
    shown = (finding for finding in scan.findings if finding.suppressed is None or options.show_suppressed)
    lines = [_line(told.finding) for told in told_once(shown)]
    if options.statistics:
        lines += statistics(scan)
    return "".join(f"{line}\n" for line in lines)


def _line(finding: Finding) -> str:
    line, column = finding.location.start
    of = f" ({finding.resource}{f', container {finding.container}' if finding.container else ''})"
    suppressed = f" [suppressed by {finding.suppressed.kind}]" if finding.suppressed else ""
    said = f"{finding.location.path}:{line}:{column}: {finding.level.value} {finding.rule} {finding.name}: "
    said += f"{finding.message}{of if finding.resource else ''}; {finding.hint}{suppressed}"
    return printed(said, 2000)
