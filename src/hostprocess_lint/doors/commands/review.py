"""Writes the security review."""

from __future__ import annotations

import os

from ...errors import UsageError
from ...finding import Scan
from ...report.inert import visible
from ...report.review import writer
from ...review.cards import review
from ...scanner import Scanner
from ..output import deliver, progress, say
from ..request import Request
from . import CLEAN, NOT_LOOKED_AT
from .configuration import configuration


def run(asked: Request) -> int:
    with Scanner(configuration(asked, asked.paths[0]), settings=asked.settings) as scanner:
        scope = scanner.scope(asked.paths)
        found = scanner.settled(scope, scanner.judged(scope, progress))
        pages = tuple((rule.id, rule.url) for rule in scanner.rules)
        reviewed = review(found, asked.paths)._replace(pages=pages)
    if asked.write_approvals:
        _write_approvals(found, asked.write_approvals)
    for name, file in asked.output.reports:
        deliver(writer(name)(reviewed), file)
    for skipped in found.skipped:
        say(visible(f"{skipped.path}: {skipped.reason}"))
    return NOT_LOOKED_AT if found.skipped else CLEAN


def _write_approvals(found: Scan, file: str) -> None:
    """What somebody has gone through already is not written over."""
    from ...report.approvals import written

    if file != "-" and os.path.lexists(file):
        raise UsageError(f"{file}: is there already: give another name, and take over what is new")
    deliver(written(found), file)
