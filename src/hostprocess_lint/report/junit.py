"""JUnit's XML: a suite for each source, in which findings fail and clean workloads pass, and one for the coverage,
which is there for a clean scan too: servers take a file without a suite for a broken one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from ..finding import Finding, Level
from ..location import Location
from ..outcome import Scan, Skipped
from ..rules.rule import Rule
from ..workload import Workload
from . import Options, prose
from .inert import defused, printed, visible
from .places import region
from .shown import active


def write(scan: Scan, rules: Sequence[Rule], options: Options) -> str:
    cases: defaultdict[str, list[Element]] = defaultdict(list)
    for finding in active(scan):
        cases[finding.source.path].append(_finding(finding))
    for workload in _clean(scan):
        cases[workload.source.path].append(_case(prose.subject(workload.resource, None), workload.location))
    for source in scan.skipped:
        cases[source.path].append(_skipped(source))
    covered = Element("testcase", {"classname": "hostprocess-lint", "name": "coverage"})
    counted = _counts([covered, *(case for suite in cases.values() for case in suite)])
    suites = Element("testsuites", {"name": "hostprocess-lint"} | counted)
    for path in sorted(cases):
        SubElement(suites, "testsuite", {"name": visible(path)} | _counts(cases[path])).extend(cases[path])
    SubElement(suites, "testsuite", {"name": "coverage"} | _counts([covered])).extend((_coverage(scan), covered))
    ElementTree.indent(suites)
    text = ElementTree.tostring(suites, encoding="unicode")
    return defused(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n', "&#91;")


def _coverage(scan: Scan) -> Element:
    """The counts, which have no place of their own in the format."""
    properties = Element("properties")
    for outcome, count in scan.coverage.counts.items():
        SubElement(properties, "property", {"name": f"coverage.{outcome.value}", "value": str(count)})
    return properties


def _clean(scan: Scan) -> list[Workload]:
    """The workloads without a finding: a suite without a single test counts as an error in some servers."""
    found = {(finding.source.path, finding.resource) for finding in active(scan)}
    return [workload for workload in scan.workloads if (workload.source.path, workload.resource) not in found]


def _counts(cases: Sequence[Element]) -> dict[str, str]:
    counts = {"tests": len(cases)}
    counts |= {f"{child}s": sum(case.find(child) is not None for case in cases) for child in ("failure", "error")}
    return {name: str(count) for name, count in counts.items()}


def _finding(finding: Finding) -> Element:
    """A note does not fail: JUnit knows no levels, and a note alone does not fail a scan."""
    place = region(finding.location)
    case = _case(f"{finding.rule} {finding.name} at {place.start_line}:{place.start_column}", finding.location)
    if finding.level is Level.NOTE:
        SubElement(case, "system-out").text = prose.message(finding)
    else:
        failure = SubElement(case, "failure", {"type": finding.level.value, "message": prose.statement(finding)})
        failure.text = _details(finding)
    return case


def _details(finding: Finding) -> str:
    places = [(finding.label, finding.location), *((link.label, link.location) for link in finding.related)]
    return "\n".join([*prose.pointers(places), printed(prose.sentence(finding.hint))])


def _skipped(source: Skipped) -> Element:
    case = Element("testcase", {"classname": visible(source.path), "name": "not looked at"})
    SubElement(case, "error", {"type": "skipped", "message": prose.skipped(source)})
    return case


def _case(name: str, location: Location) -> Element:
    path = visible(location.path)
    return Element(
        "testcase", {"classname": path, "name": name, "file": path, "line": str(region(location).start_line)}
    )
