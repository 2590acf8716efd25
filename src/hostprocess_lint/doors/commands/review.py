"""Writes the security review."""

from __future__ import annotations

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
        reviewed = review(found, asked.paths)
    for name, file in asked.output.reports:
        deliver(writer(name)(reviewed), file)
    for skipped in found.skipped:
        say(visible(f"{skipped.path}: {skipped.reason}"))
    return NOT_LOOKED_AT if found.skipped else CLEAN
