"""SARIF 2.1.0, for code scanning, editors and auditors: one run, every rule, the same bytes for the same files."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence

from .. import __version__
from ..errors import HOME
from ..finding import Finding, Level, Suppressed
from ..location import Related
from ..outcome import Scan
from ..rules.rule import Rule
from ..sourcefile import SourceFile
from . import Options
from .covered import named_parts
from .inert import Object, visible, without_markup
from .jsonreport import json_text
from .linehash import line_hashes
from .places import region, repository_path
from .prose import counted, message, sentence, skipped, subject
from .rooted import Root
from .sarif_locations import BASES, artifact, logical, sarif_location
from .sarif_rules import COVERAGE, NOTIFICATIONS, RESULT_LIMIT, SOURCE_SKIPPED, descriptor, taxonomy

MAX_RESULTS = 25_000
MAX_COMPRESSED = 10_000_000
"""What code scanning takes at most; of more it takes nothing."""
SHOWN_RESULTS = 5_000
SHOWN_RELATED = 100
"""What it shows of that."""

EXIT_CODES = {
    0: "No finding at or above the failing level.",
    1: "Findings at or above the failing level.",
    2: "The command line or the configuration is wrong.",
    3: "Something in scope could not be looked at.",
}

Result = list[Finding]
"""The findings of one rule that begin on one line: code scanning keeps one alert for them."""


def write(scan: Scan, rules: Sequence[Rule], options: Options) -> str:
    scan = Root(options.root, options.below, options.real).seen(scan)
    ordered = sorted(rules, key=lambda rule: rule.id)
    found = _results(scan, options)
    kept = _worst(found, ordered, MAX_RESULTS)
    while True:
        text = json_text(_log(scan, ordered, kept, len(found), options), depth=6)  # a line for each rule
        if not kept or not _is_too_large(text):
            return text
        kept = _worst(kept, ordered, len(kept) * 3 // 4)


def _is_too_large(text: str) -> bool:
    return len(text) > MAX_COMPRESSED and len(gzip.compress(text.encode())) > MAX_COMPRESSED


def _results(scan: Scan, options: Options) -> list[Result]:
    """The findings, merged where code scanning would take them for one (same rule, file, line: `docs/decisions.md`).

    A suppressed finding is shown on demand only, since GitHub opens an alert for it, and never hides one that counts.
    """
    merged: dict[tuple[str, str, int], Result] = {}
    for finding in scan.findings:
        if finding.suppressed is None or options.sarif_include_suppressed:
            line = (finding.rule, finding.location.path, region(finding.location).start_line)
            merged.setdefault(line, []).append(finding)
    return [[finding for finding in result if finding.suppressed is None] or result for result in merged.values()]


def _worst(results: list[Result], rules: Sequence[Rule], count: int) -> list[Result]:
    """The `count` worst results by level, then by security severity, in their own order."""
    if len(results) <= count:
        return results
    severity = {rule.id: float(rule.security_severity or 0) for rule in rules}
    order = sorted(range(len(results)), key=lambda n: (_level(results[n]).rank, -severity[results[n][0].rule], n))
    return [results[n] for n in sorted(order[:count])]


def _log(scan: Scan, rules: Sequence[Rule], results: list[Result], found: int, options: Options) -> Object:
    weaknesses, cwe = taxonomy(rules)
    run: Object = {"tool": {"driver": _driver(rules, weaknesses)}}
    if weaknesses:
        run["taxonomies"] = [cwe]
    if options.sarif_category:
        # without its final slash GitHub would read the category as the name of the run
        run["automationDetails"] = {"id": f"{options.sarif_category.rstrip('/')}/"}
    run |= {
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": BASES,
        "invocations": [_invocation(scan, len(results), found, options)],
        "results": list(_written(results, rules)),
    }
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}


def _driver(rules: Sequence[Rule], weaknesses: Sequence[int]) -> Object:
    driver: Object = {
        "name": "hostprocess-lint",
        "fullName": "hostprocess-lint for Kubernetes Windows HostProcess containers",
        "semanticVersion": __version__,
        "version": __version__,
        "informationUri": HOME,
        "organization": "hostprocess-lint",
        "rules": [descriptor(rule, weaknesses) for rule in rules],
        "notifications": NOTIFICATIONS,
    }
    if weaknesses:
        driver["supportedTaxonomies"] = [{"name": "CWE", "index": 0}]
    return driver


def _invocation(scan: Scan, kept: int, found: int, options: Options) -> Object:
    """A run with findings or with skipped sources is a success.

    `false` makes GitHub refuse the file (github/codeql-action, pull request 1393).
    """
    notes = [_notification(SOURCE_SKIPPED, skipped(source), source.path) for source in scan.skipped]
    notes += [
        _notification(COVERAGE, f"{without_markup(where)}: {sentence(what)}", level="note")
        for where, what in named_parts(scan)
    ]
    if kept < found:
        text = f"Only the {kept:,} worst of {counted(found, 'result')} are in this file."
        notes.append(_notification(RESULT_LIMIT, text))
    if kept > SHOWN_RESULTS:
        text = f"GitHub shows only {SHOWN_RESULTS:,} of {counted(kept, 'result')}."
        notes.append(_notification(RESULT_LIMIT, text))
    return {
        "executionSuccessful": True,
        "exitCode": options.exit_code,
        "exitCodeDescription": EXIT_CODES.get(options.exit_code, "Unknown."),
        "toolExecutionNotifications": notes,
        "properties": {"coverage": {outcome.value: count for outcome, count in scan.coverage.counts.items()}},
    }


def _notification(index: int, text: str, path: str = "", level: str = "warning") -> Object:
    told: Object = {
        "level": level,
        "descriptor": {"id": NOTIFICATIONS[index]["id"], "index": index},
        "message": {"text": text},
    }
    if repository_path(path):
        told["locations"] = [{"physicalLocation": {"artifactLocation": artifact(path)}}]
    return told


def _written(results: list[Result], rules: Sequence[Rule]) -> Iterator[Object]:
    index = {rule.id: number for number, rule in enumerate(rules)}
    lines: dict[SourceFile, set[int]] = {}
    for result in results:
        lines.setdefault(result[0].location.file, set()).add(region(result[0].location).start_line)
    hashes = {file: line_hashes(file.text, numbers) for file, numbers in lines.items()}
    for result in results:
        location = result[0].location
        yield _result(result, index[result[0].rule], hashes[location.file][region(location).start_line])


def _result(result: Result, index: int, line_hash: str) -> Object:
    first = result[0]
    related = _related(result)
    written: Object = {
        "ruleId": first.rule,
        "ruleIndex": index,
        "level": _level(result).value,
        "message": {"text": _message(first, related)},
        "locations": [sarif_location(first.location, first.label) | {"logicalLocations": logical(first)}],
        "relatedLocations": [
            {"id": number} | sarif_location(link.location, link.label)
            for number, link in enumerate(related[:SHOWN_RELATED], 1)
        ],
        "partialFingerprints": {"primaryLocationLineHash": line_hash, "hostprocessFinding/v1": first.fingerprint},
    }
    if first.suppressed is not None:
        written["suppressions"] = [_suppression(first.suppressed)]
    if first.source.variant:
        written["properties"] = {"profile": visible(first.source.variant)}
    return written


def _level(result: Result) -> Level:
    return min((finding.level for finding in result), key=lambda level: level.rank)


def _related(result: Result) -> list[Related]:
    """The related locations of all findings of a result, and those findings' own places but the first's."""
    first, *others = result
    links = list(first.related)
    for other in others:
        links.append(Related(f"also {subject(other.resource, other.container)}", other.location))
        links.extend(other.related)
    return list({(link.label, link.location.key): link for link in links}.values())


def _message(finding: Finding, related: list[Related]) -> str:
    """GitHub shows a related location only where the message links it."""
    if not related:
        return message(finding)
    links = [f"[{without_markup(link.label) or 'here'}]({n})" for n, link in enumerate(related[:SHOWN_RELATED], 1)]
    more = len(related) - len(links)
    return f"{message(finding)} See {', '.join(links)}{f' and {more:,} more' if more else ''}."


def _suppression(suppressed: Suppressed) -> Object:
    kind = "inSource" if suppressed.kind in ("comment", "annotation") else "external"
    return {"kind": kind, "status": "accepted", "justification": visible(suppressed.reason)}
