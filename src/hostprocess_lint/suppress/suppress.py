"""Findings that somebody has a reason to live with, and the suppressions that are findings themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from ..config.config import NEVER_OFF, Ignored
from ..config.schema import is_date
from ..finding import Annotation, Finding, Resource, Subject, Suppressed
from ..judge.coverage import accepted
from ..location import Location
from ..outcome import Scan
from ..rules.selection import called, unknown
from ..sourcefile import SourceFile
from ..sources.globs import Globs
from .approvals import stale
from .comments import comments
from .terms import Terms, misused

UNUSED, UNFOUNDED = "HPC003", "HPC004"
_INLINE = ("comment", "annotation")

_UNTIL = re.compile(r"(?<!\S)until=(\S*)")
_ELSEWHERE = "is accepted by `ignore:` in the configuration or by a baseline, never by what it is about"
_REMOVE = "remove it; name the rule under `ignore` in the configuration, where that is meant"


class _Fault(NamedTuple):
    """What is wrong with a suppression, and what to do where the page's hint is not it."""

    rule: str
    what: str
    hint: str | None = None


_MALFORMED = _Fault(UNUSED, "it cannot be read", "write it as in `# hostprocess-lint: ignore[HPC401] reason`")


class _Suppression(NamedTuple):
    """One rule that is not to count somewhere. `rule` is its id, None where no rule is called as written.

    `told` says whether it is sure enough that it is one, and had its chance, to be reported when it is unused.
    """

    kind: str
    word: str
    rule: str | None
    reason: str
    until: str | None
    location: Location
    told: bool


def suppress(scan: Scan, terms: Terms) -> Scan:
    """The scan with suppressions applied, and with findings about those and about approvals that are wrong."""
    book = _Book(scan, terms)
    judged = [book.applied(finding) for finding in scan.findings]
    wrong = [book.applied(finding) for finding in (*book.wrong(), *stale(scan, terms))]
    return accepted(scan._replace(findings=tuple(sorted((*judged, *wrong), key=lambda finding: finding.order))))


class _Book:
    """Every suppression by where it applies, and which of them were used."""

    def __init__(self, scan: Scan, terms: Terms) -> None:
        self._terms = terms
        self._sources = {workload.location.path: workload.source for workload in scan.workloads}
        self._sources.update((finding.location.path, finding.source) for finding in scan.findings)
        self._used: set[_Suppression] = set()
        self._malformed: list[Location] = []
        self._by_line: dict[tuple[str | None, str, int], list[_Suppression]] = {}
        self._by_annotation: dict[tuple[object, ...], _Suppression] = {}
        self._by_pattern: dict[str, list[tuple[Ignored, _Suppression]]] = {}
        self._all: list[_Suppression] = []
        for file in scan.texts:
            self._read(file)
        for annotation in scan.annotations:
            found = self._kept("annotation", annotation.rule, annotation.text, annotation.location)
            self._by_annotation[_key(annotation)] = found
        for entry in terms.ignored:
            found = _Suppression(
                "configuration", entry.rule, entry.rule, entry.reason, entry.until, entry.location, terms.whole
            )
            self._all.append(found)
            self._by_pattern.setdefault(entry.rule, []).append((entry, found))

    def _read(self, file: SourceFile) -> None:
        for comment in comments(file):
            if not comment.rules and comment.certain:
                self._malformed.append(comment.location)
            for word in comment.rules:
                found = self._kept("comment", word, comment.text, comment.location, comment.certain)
                for line in comment.lines if found.rule else ():
                    self._by_line.setdefault((found.rule, file.path, line), []).append(found)

    def _kept(self, kind: str, word: str, text: str, location: Location, told: bool = True) -> _Suppression:
        until = _UNTIL.search(text)
        reason = " ".join(_UNTIL.sub("", text).split()).strip(" :-–—")
        rule = called(word, self._terms.rules)
        found = _Suppression(kind, word, rule.id if rule else None, reason, until[1] if until else None, location, told)
        self._all.append(found)
        return found

    def applied(self, finding: Finding) -> Finding:
        """The finding, suppressed where what is in force speaks for all whom it concerns."""
        found = {item: subjects for item, subjects in self._of(finding) if self._unfounded(item) is None}
        self._used.update(found)
        if not found or set(finding.subjects) - {subject for subjects in found.values() for subject in subjects}:
            return finding
        first = next(iter(found))
        return finding._replace(suppressed=Suppressed(first.reason, first.kind))

    def _of(self, finding: Finding) -> Iterator[tuple[_Suppression, Sequence[Subject]]]:
        """What is said about a finding, and for which of those whom it concerns."""
        if finding.rule not in NEVER_OFF:  # who has not been looked at does not speak for himself
            for line in range(finding.location.start[0], finding.location.end[0] + 1):
                for found in self._by_line.get((finding.rule, finding.location.path, line), ()):
                    yield found, finding.subjects
        for entry, found in self._by_pattern.get(finding.rule, ()):
            if entry.path is None or _lies_in(finding, entry.path):
                meant = _meant(entry.resource, finding)
                if meant is not None:
                    yield found, meant
        for subject in finding.subjects:
            found_by = self._by_annotation.get(_key(subject.annotation)) if subject.annotation else None
            if found_by:  # none where annotations do not count
                yield found_by, [each for each in finding.subjects if each.annotation == subject.annotation]

    def _unfounded(self, item: _Suppression) -> _Fault | None:
        """Why a suppression is not in force."""
        if item.kind in _INLINE and item.rule in self._terms.context.no_inline_suppression:
            return _Fault(UNFOUNDED, f"the configuration lets nobody suppress {item.rule} here", _REMOVE)
        if item.until is not None and not is_date(item.until):
            return _Fault(UNFOUNDED, f"`until={item.until}` is no date", "write it as in `until=2027-06-30`")
        if not item.reason:
            written = "write the reason as the annotation's value" if item.kind == "annotation" else None
            return _Fault(UNFOUNDED, "no reason is given", written)
        if item.until is not None and item.until < self._terms.today.isoformat():
            return _Fault(UNFOUNDED, f"it ended on {item.until}", "mend what it suppressed, or renew the date")
        return None

    def wrong(self) -> Iterator[Finding]:
        """What is wrong with the suppressions themselves, each thing once at each place."""
        found = {(fault, location.key): location for fault, location in self._faults()}
        for ((rule, what, hint), _), location in found.items():
            finding = misused(rule, what, location, self._sources.get(location.path), self._terms, hint)
            if finding:
                yield finding

    def _faults(self) -> Iterator[tuple[_Fault, Location]]:
        for location in self._malformed:
            yield _MALFORMED, location
        for item in self._all:
            unfounded = self._unfounded(item)
            if item.rule is None:
                yield _Fault(UNUSED, unknown(item.word, self._terms.rules)), item.location
            elif unfounded:
                yield unfounded, item.location
            elif item.rule in NEVER_OFF and item.kind != "configuration" and item.told:
                yield _Fault(UNUSED, f"{item.rule} {_ELSEWHERE}"), item.location
            elif self._is_unused(item):
                yield _Fault(UNUSED, f"{item.rule} finds nothing here"), item.location

    def _is_unused(self, item: _Suppression) -> bool:
        had_its_chance = item.told and item.rule in self._terms.chosen and item.rule not in (UNUSED, UNFOUNDED)
        return had_its_chance and item not in self._used


def _key(annotation: Annotation) -> tuple[object, ...]:
    return (annotation.rule, annotation.location.key)


def _lies_in(finding: Finding, paths: Globs) -> bool:
    """Whether a finding is at some paths; what is not looked at is also known by its source."""
    return paths.covers(finding.location.path) or (finding.resource is None and paths.covers(finding.source.path))


def _meant(pattern: str | None, finding: Finding) -> Sequence[Subject] | None:
    """Those whom a pattern of an `ignore:` entry means; None where it means nobody."""
    if pattern is None:
        return finding.subjects
    if finding.resource is None:
        return finding.subjects if fnmatchcase("", pattern) else None
    return [subject for subject in finding.subjects if fnmatchcase(_called(subject), pattern)] or None


def _called(subject: Subject) -> str:
    """A resource as reports call it."""
    _, _, kind, namespace, name = subject.identity[:5]
    return str(Resource("", kind, namespace or None, name))
