"""What annotations, Code Quality, JUnit and Markdown say."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

from report_cases import OPTIONS, RESOURCE, RULES, agent, finding, hostile, scan

from hostprocess_lint.finding import Level, Origin, Suppressed
from hostprocess_lint.location import Location, Related, Span
from hostprocess_lint.outcome import Skipped
from hostprocess_lint.report import github, gitlab, junit, markdown, tables
from hostprocess_lint.report.secret import holds_secret
from hostprocess_lint.workload import Workload, WorkloadContainer

SKIPPED = Skipped("charts/x", "`Chart.yaml` is empty")
SUPPRESSED = agent()._replace(suppressed=Suppressed("known", "comment"))
ERROR = agent()._replace(level=Level.ERROR)
CLEAN = Workload(
    RESOURCE._replace(name="clean"),
    agent().location,
    Origin("manifest", "deploy/agent.yaml"),
    (WorkloadContainer("agent", "regular", True, "NT AUTHORITY\\LocalService", "example.com/agent:1.0"),),
)


def unreadable() -> Any:
    """A skipped file with the finding that says so."""
    place = agent(path="broken.yaml").location
    return finding(place, RULES[3], resource=None, container=None, message="the file is no YAML")


def entries(*args: Any, **kwargs: Any) -> Any:
    return json.loads(gitlab.write(scan(*args, **kwargs), RULES, OPTIONS))


def test_annotation() -> None:
    assert github.write(scan(agent()), RULES, OPTIONS) == (
        "::notice file=deploy/agent.yaml,line=16,endLine=16,col=28,endColumn=47,title=HPC401 system-account::"
        "'HostProcess' container runs as 'NT AUTHORITY\\SYSTEM'"
        " (container 'agent' of DaemonSet 'kube-system/win-agent')."
        " Use 'NT AUTHORITY\\LocalService', or a local group made for this workload."
        "%0Adeploy/agent.yaml:15: Makes it a HostProcess container.\n"
    )


def test_annotation_of_several_lines_has_no_columns() -> None:
    place = Location(agent().location.file, Span(0, 40))
    assert "file=deploy/agent.yaml,line=1,endLine=3,title=" in github.write(scan(finding(place)), RULES, OPTIONS)


def test_annotation_of_what_was_skipped() -> None:
    text = github.write(scan(skipped=[SKIPPED]), RULES, OPTIONS)
    assert text == "::error title=not looked at::'charts/x' was not looked at: 'Chart.yaml' is empty.\n"


def test_suppressed_findings_are_nowhere() -> None:
    assert github.write(scan(SUPPRESSED), RULES, OPTIONS).strip() == ""
    assert entries(SUPPRESSED) == []
    assert junit.write(scan(SUPPRESSED), RULES, OPTIONS).count("<testcase") == 1  # the coverage
    assert "1 suppressed" in markdown.write(scan(SUPPRESSED), RULES, OPTIONS)


def test_what_a_finding_tells_is_not_told_twice() -> None:
    skipped = [Skipped("broken.yaml", "no YAML")]
    assert len(github.write(scan(unreadable(), skipped=skipped), RULES, OPTIONS).splitlines()) == 1
    assert len(entries(unreadable(), skipped=skipped)) == 1


def test_code_quality() -> None:
    (entry,) = entries(ERROR)
    assert entry["check_name"] == "HPC401"
    assert entry["severity"] == "critical"
    assert entry["location"] == {"path": "deploy/agent.yaml", "lines": {"begin": 16, "end": 16}}


def test_code_quality_fingerprints_are_unique_and_stay() -> None:
    usual, copy = agent(), agent(path="other.yaml")
    prints = [entry["fingerprint"] for entry in entries(usual, usual, copy, skipped=[SKIPPED])]
    assert len(set(prints)) == 4
    assert entries(agent("# moved\n" + usual.location.file.text))[0]["fingerprint"] == prints[0]


def test_junit() -> None:
    note = agent()
    suites = ElementTree.fromstring(
        junit.write(scan(ERROR, note, workloads=[CLEAN], skipped=[SKIPPED]), RULES, OPTIONS)
    )
    assert suites.attrib == {"name": "hostprocess-lint", "tests": "5", "failures": "1", "errors": "1"}
    assert [suite.get("name") for suite in suites] == ["charts/x", "deploy/agent.yaml", "coverage"]
    failing, noted, clean = suites[1]
    assert failing.get("name") == "HPC401 system-account at 16:28"
    assert failing[0].get("type") == "error"
    assert (failing[0].text or "").splitlines() == [
        "deploy/agent.yaml:16: The most powerful account on the node.",
        "deploy/agent.yaml:15: Makes it a HostProcess container.",
        "Use 'NT AUTHORITY\\LocalService', or a local group made for this workload.",
    ]
    assert noted[0].tag == "system-out"
    assert (clean.get("name"), len(clean)) == ("DaemonSet 'kube-system/clean'", 0)


def test_markdown() -> None:
    text = markdown.write(scan(ERROR, agent(), workloads=[CLEAN], skipped=[SKIPPED]), RULES, OPTIONS)
    assert "**1 error, 0 warnings, 1 note** in 1 source and 1 document." in text
    assert "**1 source could not be looked at.**" in text
    headings = [line for line in text.splitlines() if line.startswith("###")]
    assert headings == [
        "### Errors (1)",
        "### Notes (1)",
        "### Not looked at (1)",
        "### HostProcess workloads (1)",
        "### Coverage (1)",
    ]
    assert "<code>NT AUTHORITY&#92;LocalService</code>" in text


def test_markdown_stops_at_its_most_rows() -> None:
    text = markdown.write(scan(*[agent()] * 250), RULES, OPTIONS)
    assert text.count("system-account") == 2 * tables.MOST_ROWS  # name and link
    assert "… and 50 more." in text
    worst = scan(*hostile().findings * 500)
    assert len(markdown.write(worst, RULES, OPTIONS)) < 2**20


def test_a_table_is_bounded_in_bytes_and_says_how_many_there_are_more() -> None:
    heading, text, more = tables.markdown_table("Long", "A | B", [f"{number} " + "ä" * 5_000 for number in range(150)])
    assert (heading, len(text.encode()) <= tables.MOST_BYTES + 20) == ("### Long (150)", True)
    assert more == f"… and {150 - len(text.splitlines()[2:])} more."
    _, text, more = tables.markdown_table("One too long", "A", ["x" * (tables.MOST_BYTES + 1), "short"])
    assert (text.splitlines()[2:], more) == (["short"], "… and 1 more.")


def test_harmless_fields_are_no_secrets() -> None:
    assert not holds_secret("automountServiceAccountToken: false\nimagePullSecrets: []\nsecretName: x")
    assert holds_secret("automountServiceAccountToken: false\nPassword: x")
    assert holds_secret("-----BEGIN RSA PRIVATE KEY-----")


def test_only_the_first_of_very_many_places() -> None:
    place = agent().location
    crowded = ERROR._replace(related=tuple(Related(f"place {n}", place) for n in range(2_000)))
    (line,) = github.write(scan(crowded), RULES, OPTIONS).splitlines()
    assert line.endswith("%0A… and 1,980 more.")
    assert "… and 1,981 more." in junit.write(scan(crowded), RULES, OPTIONS)
