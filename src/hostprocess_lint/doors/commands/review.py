"""Writes the security review."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ...errors import UsageError
from ...report.review import writer
from ...review.cards import review
from ...review.facts import Facts, facts
from ...review.review import Comparison
from ...scanner import Scanner
from ...sources.paths import display
from ..output import deliver, progress, say
from ..request import Request
from . import CLEAN, NOT_LOOKED_AT
from .configuration import configuration

if TYPE_CHECKING:
    from .earlier import Earlier


def run(asked: Request) -> int:
    if asked.compared is not None and len(asked.paths) == 1 and asked.paths[0].endswith(".json"):
        from .earlier import holds_review

        if holds_review(asked.paths[0]):
            return _compared(asked, asked.compared)
    _check_approvals(asked.write_approvals)
    config, earlier = configuration(asked, asked.paths[0]), _earlier(asked)
    with Scanner(config, settings=asked.settings) as scanner:
        scope = scanner.scope((*asked.paths, *((asked.live,) if asked.live else ())))
        found = scanner.settled(scope, scanner.judged(scope, progress))
        pages = tuple((rule.id, rule.url) for rule in scanner.rules)
        reviewed = review(found, asked.paths)._replace(pages=pages)
    if asked.live:
        from ...review.cluster import beside

        reviewed = beside(reviewed, display(asked.live) if asked.live != "-" else "-")
    if earlier is not None:
        reviewed = reviewed._replace(comparison=_comparison(earlier, facts(reviewed)))
    if asked.write_approvals:
        from ...report.approvals import written

        deliver(written(found), asked.write_approvals)
    for name, file in asked.output.reports:
        deliver(writer(name)(reviewed), file)
    for skipped in reviewed.skipped:
        say(f"{skipped.path}: {skipped.reason}")
    return NOT_LOOKED_AT if reviewed.skipped else CLEAN


def _earlier(asked: Request) -> Earlier | None:
    """What it is compared with, before anything of today is scanned: it may be refused."""
    if asked.since is None and asked.compared is None:
        return None
    from .earlier import at_revision, of_file

    return at_revision(asked, asked.since) if asked.since is not None else of_file(asked.compared or "")


def _comparison(earlier: Earlier, now: tuple[Facts, ...]) -> Comparison:
    from ...review.changes import compare

    return compare(earlier.facts, now, earlier.since, earlier.not_known)


def _compared(asked: Request, old: str) -> int:
    """Two reviews that were written before: nothing is scanned."""
    from ...report.review.comparison import COMPARISONS
    from .earlier import of_file

    if asked.write_approvals:
        raise UsageError("review: two reviews that were written before hold no list to approve: name what to scan")
    for name, _ in asked.output.reports:
        if name not in COMPARISONS:
            raise UsageError(f"review: two reviews are compared as {' or '.join(COMPARISONS)}, not as {name}")
    comparison = _comparison(of_file(old), of_file(asked.paths[0]).facts)
    for name, file in asked.output.reports:
        deliver(COMPARISONS[name](comparison), file)
    return CLEAN


def _check_approvals(file: str | None) -> None:
    """What somebody has gone through already is not written over."""
    if file not in (None, "-") and os.path.lexists(file):
        raise UsageError(f"{file}: is there already: give another name, and take over what is new")
