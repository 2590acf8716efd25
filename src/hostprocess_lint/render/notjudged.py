"""What is said of a release that deploys what is not here, or of which not everything is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..documents.firstlook import may_hold_pods
from ..finding import Level
from ..limits import FILE_BYTES
from ..outcome import OUTSIDE, Skipped
from ..sources.releases.release import Elsewhere, Release, Unknowable

_WITHOUT = "rendered without it"

_NOT_KNOWN = "what depends on it is judged without it: see the page on releases"

_NOT_READ = "mend it or make it smaller, or accept this with a reason under `ignore` in the configuration"


def not_known(unknown: Unknowable, title: str = "") -> Skipped:
    """That something of a release, which reports call so, is not known or not read."""
    location, rule = unknown.location, unknown.rule
    level, hint = (Level.NOTE, _NOT_KNOWN) if rule == OUTSIDE else (None, _NOT_READ)
    return Skipped(location.path, f"{title}{unknown.reason}; {_WITHOUT}", rule, location, hint, level)


def elsewhere(release: Release, deploys: Elsewhere) -> Skipped:
    """That what a release deploys is not in the repository."""
    says = any(
        _says_host_process(each.values, each.text, each.setting) or _file_says(each.file) for each in release.given
    )
    given = ", and the values given to it say HostProcess" if says else ""
    return Skipped(
        release.location.path,
        f"{release.title} deploys {deploys.what}, which is not in this repository{given}",
        OUTSIDE,
        release.location,
        _bringing(deploys) if deploys.command else None,
        Level.WARNING if says else Level.NOTE,
    )


def _bringing(deploys: Elsewhere) -> str:
    """`--charts` finds what has a name and a version of its own: a path of another repository has none."""
    then = "name its folder with `--charts DIR`" if deploys.name else "scan what it names there"
    return f"`{deploys.command}`, and {then}"


def _file_says(file: Path | None) -> bool:
    try:
        return file is not None and file.stat().st_size <= FILE_BYTES and may_hold_pods(file.read_bytes())
    except OSError:
        return False


def _says_host_process(*given: Any) -> bool:
    return any(may_hold_pods(json.dumps(each).encode()) for each in given if each)
