"""Which parts of a scan a report shows."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..finding import Consequence, Finding, Level
from ..location import Location
from ..outcome import Scan, Skipped


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


class Told(NamedTuple):
    """A finding, and where else the same one is: in other copies of its chart."""

    finding: Finding
    copies: tuple[Location, ...]


def told_once(findings: Iterable[Finding]) -> list[Told]:
    """The findings for people: one that several copies of a chart hold, as release folders do, is told at the last."""
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_alike(finding), []).append(finding)
    told = []
    for group in groups.values():
        last = max(group, key=lambda finding: _natural(finding.source.path))
        told.append(Told(last, tuple(finding.location for finding in group if finding is not last)))
    return sorted(told, key=lambda item: item.finding.order)


_PACKED = re.compile(r"(?P<name>[^/]+?)(?:-v?[0-9][^/]*)?\.(?:tgz|tar\.gz)\Z")
"""A packaged chart, and its name without the version."""


def _alike(finding: Finding) -> object:
    """What two findings share that are the same line of two copies of a chart; of others each is its own.

    Of packaged charts no line is known, but the name.
    """
    path = finding.location.path
    packed = _PACKED.search(path) if path == finding.source.path else None
    inner = packed["name"] if packed else path[len(finding.source.path) :]
    if finding.source.kind != "chart" or not (packed or path.startswith(f"{finding.source.path}/")):
        return id(finding)
    who = finding.identity if finding.resource else finding.rule  # else that has the file's name, as the message may
    return who, finding.level, finding.message.replace(path, inner), finding.suppressed, inner


def _natural(path: str) -> list[tuple[bool, int, str]]:
    """`v1.10` behind `v1.9`."""
    parts = re.findall(r"[0-9]+|[^0-9]+", path)
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


def summed(told: Iterable[Told]) -> tuple[list[Told], list[list[Told]]]:
    """Those to be told one by one, and the notes by rule."""
    single: list[Told] = []
    notes: dict[str, list[Told]] = {}
    for item in told:
        if item.finding.level is Level.NOTE and item.finding.suppressed is None:
            notes.setdefault(item.finding.rule, []).append(item)
        else:
            single.append(item)
    return single, [notes[rule] for rule in sorted(notes)]
