"""GitLab's Code Quality report: JSON for the widget of a merge request."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from ..finding import Finding, Level
from ..outcome import Scan, Skipped
from ..rules.rule import Rule
from . import Options, prose
from .inert import Object, visible
from .jsonreport import json_text
from .places import region, repository_path
from .rooted import Root
from .shown import active, untold

_SEVERITIES = {Level.ERROR: "critical", Level.WARNING: "major", Level.NOTE: "info"}


def write(scan: Scan, rules: Sequence[Rule], options: Options) -> str:
    scan = Root(options.root, options.below, options.real).seen(scan)
    seen: Counter[tuple[str, str]] = Counter()
    entries = [_finding(finding, seen) for finding in active(scan)]
    return json_text(entries + [_skipped(source, seen) for source in untold(scan)], depth=2)


def _finding(finding: Finding, seen: Counter[tuple[str, str]]) -> Object:
    path, place = finding.location.path, region(finding.location)
    return {
        "check_name": finding.rule,
        "description": prose.message(finding),
        "severity": _SEVERITIES[finding.level],
        "location": {
            "path": visible(repository_path(path)),
            "lines": {"begin": place.start_line, "end": place.end_line},
        },
        "fingerprint": _fingerprint(path, finding.fingerprint, seen),
    }


def _skipped(source: Skipped, seen: Counter[tuple[str, str]]) -> Object:
    return {
        "check_name": "not-looked-at",
        "description": prose.skipped(source),
        "severity": _SEVERITIES[Level.ERROR],
        "location": {"path": visible(repository_path(source.path)) or ".", "lines": {"begin": 1}},
        "fingerprint": _fingerprint(source.path, source.reason, seen),
    }


def _fingerprint(path: str, identity: str, seen: Counter[tuple[str, str]]) -> str:
    """Unique in the report, since GitLab shows one entry for each: an object may stand in several files, or twice."""
    seen[path, identity] += 1
    parts = "\0".join((path, identity, str(seen[path, identity])))
    return hashlib.sha256(parts.encode("utf-8", "replace")).hexdigest()
