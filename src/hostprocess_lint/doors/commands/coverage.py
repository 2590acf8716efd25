"""Lists every source with what became of it."""

from __future__ import annotations

from ...report.coverage import FORMATS
from ...scanner import Scanner
from ..output import deliver, progress
from ..request import Request
from . import CLEAN, NOT_LOOKED_AT
from .configuration import configuration


def run(asked: Request) -> int:
    with Scanner(configuration(asked, asked.paths[0]), settings=asked.settings) as scanner:
        found = scanner.judged(scanner.scope(asked.paths), progress)
    for name, file in asked.output.reports:
        deliver(FORMATS[name](found), file)
    return NOT_LOOKED_AT if found.skipped else CLEAN
