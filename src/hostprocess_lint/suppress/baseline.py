"""Findings that were known when somebody wrote them down: only new ones count."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ..documents.document import Document
from ..documents.stream import Broken, documents
from ..errors import UsageError, did_you_mean
from ..finding import Finding, Suppressed
from ..judge.coverage import accepted
from ..limits import SOURCE_BYTES
from ..location import Location, Route
from ..outcome import Scan
from ..sourcefile import SourceFile
from ..sources.own import read_own
from ..sources.paths import display
from .suppress import UNUSED
from .terms import Terms, misused

_FIELDS = ("path", "rule", "group", "kind", "namespace", "name", "container", "field")
_TIMES = "times"
_AGAIN = "write it again with `--write-baseline`"

Key = tuple[str, ...]
"""The values of `_FIELDS`: what stays of a finding when lines move."""


class Known(NamedTuple):
    """An entry: where it stands in the file, and how often a finding of that key was known."""

    location: Location
    times: int


class Baseline(NamedTuple):
    """The keys of known findings."""

    path: str
    entries: dict[Key, Known]


def baseline_text(scan: Scan, path: str) -> str:
    """What is to be written to a path: an entry for each finding that counts, and for each whom it concerns."""
    found = Counter(key for finding in scan.findings if finding.suppressed is None for key in _keys(finding, path))
    lines = ",\n".join(
        "    " + json.dumps(_entry(key, times), ensure_ascii=False) for key, times in sorted(found.items())
    )
    return f'{{\n  "version": 1,\n  "findings": [\n{lines}\n  ]\n}}\n' if found else '{"version": 1, "findings": []}\n'


def _entry(key: Key, times: int) -> dict[str, Any]:
    """`times` is written where one resource has several findings of one kind in one file."""
    return dict(zip(_FIELDS, key, strict=True)) | ({_TIMES: times} if times > 1 else {})


def read_baseline(file: str) -> Baseline:
    """The baseline in a file. Raises UsageError."""
    try:
        text = read_own(file, "baseline", SOURCE_BYTES).decode("utf-8-sig")
        return parse_baseline(SourceFile(display(file), text), file)
    except UnicodeDecodeError:
        raise UsageError(f"{file}: the baseline is not UTF-8: {_AGAIN}") from None


def parse_baseline(text: SourceFile, file: str) -> Baseline:
    """A baseline, of which `file` is the path to open. Raises UsageError with the line."""
    try:
        json.loads(text.text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{text.path}:{error.lineno}: the baseline is no JSON: {_AGAIN}") from None
    except RecursionError:
        raise UsageError(f"{text.path}:1: the baseline is no JSON that this tool wrote: {_AGAIN}") from None
    document = next(documents(text))  # which knows the lines
    if isinstance(document, Broken):
        raise UsageError(f"{text.path}:{text.position(document.span.start)[0]}: {document.reason}: {_AGAIN}")
    return Baseline(file, dict(_entries(document)))


def apply(scan: Scan, baseline: Baseline, terms: Terms, in_scope: Callable[[str], bool]) -> Scan:
    """The scan with known findings suppressed.

    An entry that no finding needs any more would hide the next one like it, just as an unused comment would, and is
    told in the same way, at its line. `in_scope` says of a path whether this scan would have found something there.
    """
    found = Counter(key for finding in scan.findings for key in _keys(finding, baseline.path))
    findings = [_known(finding, baseline, found) for finding in scan.findings]
    directory = os.path.dirname(baseline.path)
    for key, known in baseline.entries.items():
        rule, path = key[1], os.path.join(directory, key[0])
        if found[key] < known.times and rule in terms.chosen and in_scope(path):
            stale = misused(UNUSED, _no_longer(key, found[key]), known.location, None, terms, _AGAIN)
            findings += [stale] if stale else []
    return accepted(scan._replace(findings=tuple(sorted(findings, key=lambda finding: finding.order))))


def _known(finding: Finding, baseline: Baseline, found: Counter[Key]) -> Finding:
    """One cause may concern several: with a new one among them the finding is new. Of more findings of one key than
    were known, nobody can tell which is the new one: all are.
    """
    keys = set(_keys(finding, baseline.path))
    known = {key for key in keys if key in baseline.entries and found[key] <= baseline.entries[key].times}
    if finding.suppressed or not keys or known != keys:
        return finding
    return finding._replace(suppressed=Suppressed("known when the baseline was written", "baseline"))


def _no_longer(key: Key, times: int) -> str:
    path, rule, _, kind, _, name, *_ = key
    whose = f"{kind} {name}" if kind else path
    return f"{rule} is found {times} times only in {whose}" if times else f"{rule} is no longer found in {whose}"


def _keys(finding: Finding, path: str) -> Iterator[Key]:
    """One for each whom a finding concerns; paths are relative to the baseline's own directory."""
    below = os.path.relpath(finding.location.path, os.path.dirname(path) or ".").replace(os.sep, "/")
    for identity in {subject.identity: None for subject in finding.subjects}:
        rule, group, kind, namespace, name, container, *field = identity
        yield (below, rule, group, kind, namespace, name, container, ".".join(field))


def _entries(document: Document) -> Iterator[tuple[Key, Known]]:
    data: Any = document.data
    if not isinstance(data, dict) or data.get("version") != 1 or not isinstance(data.get("findings"), list):
        raise _wrong(document, (), f'a baseline is `{{"version": 1, "findings": […]}}`: {_AGAIN}')
    for index, entry in enumerate(data["findings"]):
        route: Route = ("findings", index)
        if not isinstance(entry, dict):
            raise _wrong(document, route, f"an entry is a mapping: {_AGAIN}")
        for field in entry:
            if field not in (*_FIELDS, _TIMES):
                raise _wrong(document, (*route, field), f"unknown key `{field}`{did_you_mean(field, _FIELDS)}")
        for field in _FIELDS:
            if not isinstance(entry.get(field), str):
                raise _wrong(document, (*route, field), f"`{field}` is missing, or is no string: {_AGAIN}")
        times = entry.get(_TIMES, 1)
        if type(times) is not int or times < 1:
            raise _wrong(document, (*route, _TIMES), f"`{_TIMES}` is no number above 0: {_AGAIN}")
        key = tuple(entry[field] for field in _FIELDS)
        yield key, Known(Location(document.text, document.span((*route, "rule"))), times)


def _wrong(document: Document, route: Route, message: str) -> UsageError:
    line = document.text.position(document.span(route).start)[0]
    return UsageError(f"{document.text.path}:{line}: {message}")
