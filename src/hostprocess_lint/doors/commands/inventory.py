"""Lists the HostProcess workloads."""

from __future__ import annotations

from ...config.config import NEVER_OFF
from ...report.inventory import FORMATS
from ...scanner import Scanner
from ..output import deliver, progress, say
from ..request import Request
from . import CLEAN, NOT_LOOKED_AT
from .configuration import configuration


def run(asked: Request) -> int:
    settings = asked.settings._replace(select=tuple(sorted(NEVER_OFF)))
    with Scanner(configuration(asked, asked.paths[0]), settings=settings) as scanner:
        found = scanner.judged(scanner.scope(asked.paths), progress)
    for name, file in asked.output.reports:
        deliver(FORMATS[name](found), file)
    for skipped in found.skipped:
        say(f"{skipped.path}: {skipped.reason}")
    return NOT_LOOKED_AT if found.skipped else CLEAN
