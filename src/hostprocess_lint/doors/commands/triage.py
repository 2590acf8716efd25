"""Gives results of other scanners that nobody can follow a suppression, and passes on all else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ...config.config import NEVER_OFF
from ...errors import UsageError
from ...limits import SOURCE_BYTES
from ...rendered import Rendered
from ...scanner import Scanner
from ...sources.own import read_own
from ...triage.places import Places, places
from ...triage.triage import triaged
from ..output import deliver, progress, say
from ..request import Request
from . import CLEAN, NOT_LOOKED_AT
from .configuration import configuration

if TYPE_CHECKING:
    from ...outcome import Passed, Skipped


def run(asked: Request) -> int:
    root = os.getcwd()
    skipped: list[Skipped] = []

    def judged() -> Places:
        seen: list[Rendered] = []

        def watch(items: Iterable[Rendered | Skipped | Passed]) -> Iterator[Rendered | Skipped | Passed]:
            for item in progress(items):
                if isinstance(item, Rendered):
                    seen.append(item)
                yield item

        settings = asked.settings._replace(select=tuple(sorted(NEVER_OFF)))
        with Scanner(configuration(asked, asked.paths[0]), settings=settings) as scanner:
            skipped.extend(scanner.judged(scanner.scope(asked.paths), watch).skipped)
            return places(seen)

    found = triaged(_text(asked.word), asked.word, root, judged)
    ((_, file),) = asked.output.reports
    deliver(found.text, file)
    for item in skipped:
        say(f"{item.path}: {item.reason}")
    say(f"{found.suppressed:,} of {found.results:,} results cannot be followed, and are suppressed")
    return NOT_LOOKED_AT if skipped else CLEAN


def _text(file: str) -> str:
    """The report as it is, a byte order mark included. Raises UsageError."""
    if file == "-":
        raw = sys.stdin.buffer.read(SOURCE_BYTES + 1) if sys.stdin else b""
        if len(raw) > SOURCE_BYTES:
            raise UsageError(f"-: the SARIF file has more than {SOURCE_BYTES // 2**20} MiB")
    else:
        raw = read_own(file, "SARIF file", SOURCE_BYTES)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: the SARIF file is not UTF-8: {error.reason} at byte {error.start}") from None
