"""Output for people: what matters is told, once, and what became of the rest is said."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from report_cases import ACCOUNT, MANIFEST, OPTIONS, RULES, agent, at, finding, scan
from scanning import POD, run

from hostprocess_lint.finding import Finding, Level, Origin, Resource, Suppressed
from hostprocess_lint.outcome import Coverage, Covered, Outcome, Scan
from hostprocess_lint.report import Options, concise, github, gitlab, junit, markdown, sarif, text
from hostprocess_lint.report.wrapping import wrapped
from hostprocess_lint.sourcefile import SourceFile

SAID = "`HostProcess` container runs as `NT AUTHORITY\\SYSTEM`"


def note(path: str = "a.yaml", **changes: object) -> Finding:
    return agent(path=path)._replace(level=Level.NOTE, **changes)  # type: ignore[arg-type]


def written(found: Scan, options: Options = OPTIONS) -> str:
    return text.write(found, RULES, options)


def test_notes_are_summed_up_by_rule() -> None:
    shown = written(scan(note("a.yaml"), note("b.yaml"), note("c.yaml", rule="HPC409", name="unpinned-image")))
    assert shown.splitlines()[:3] == [
        "3 notes, summed up (--verbose shows each)",
        f"  2  note[HPC401] system-account: {SAID} (a.yaml:16 and 1 more)",
        f"  1  note[HPC409] unpinned-image: {SAID} (c.yaml:16)",
    ]
    assert "-->" not in shown
    assert shown.endswith("3 notes in 1 source; 0 HostProcess workloads\n")


def test_every_note_is_shown_on_demand_and_errors_always() -> None:
    assert written(scan(note("a.yaml"), note("b.yaml")), OPTIONS._replace(verbose=True)).count("-->") == 2
    assert written(scan(agent()._replace(level=Level.ERROR), note("b.yaml"))).count("-->") == 1


def copy(version: str) -> Finding:
    file = SourceFile(f"charts/{version}/agent/templates/ds.yaml", MANIFEST)
    return finding(at(file, ACCOUNT), source=Origin("chart", f"charts/{version}/agent", "default"), level=Level.ERROR)


def test_what_copies_of_a_chart_hold_is_told_at_the_last_one() -> None:
    found = scan(*(copy(version) for version in ("v1.2", "v1.10", "v1.9", "v1.1", "v1.0")))
    shown = written(found)
    assert shown.count("error[HPC401]") == 1
    assert "--> charts/v1.10/agent/templates/ds.yaml:16" in shown
    assert "the same in 4 copies: charts/v1.2/agent/templates/ds.yaml:16" in shown
    assert len(concise.write(found, RULES, OPTIONS).splitlines()) == 1
    assert shown.endswith("5 errors in 1 source; 0 HostProcess workloads\n")


def test_what_packaged_copies_of_a_chart_hold_is_told_at_the_last_one() -> None:
    def packed(name: str, **changes: object) -> Finding:
        changes = {"message": f"cannot be rendered: {name} fails", "level": Level.ERROR, **changes}
        found = finding(at(SourceFile(name, MANIFEST), ACCOUNT), source=Origin("chart", name))
        return found._replace(identity=("HPC401", name), **changes)  # type: ignore[arg-type]

    names = ("r/agent-1.9.0.tgz", "r/agent-1.10.0.tgz", "r/agent-v1.0.tar.gz", "r/agent-other-1.9.0.tgz")
    unnamed = written(scan(*(packed(name, resource=None) for name in names)))
    assert unnamed.count("error[HPC401]") == 2
    assert "the same in 2 copies: r/agent-1.9.0.tgz:16" in unnamed
    assert written(scan(*(packed(name) for name in names))).count("error[HPC401]") == 4


def test_copies_of_a_note_count_in_its_sum() -> None:
    shown = written(scan(*(copy(version)._replace(level=Level.NOTE) for version in ("v1.2", "v1.9"))))
    assert shown.startswith("2 notes, summed up")
    assert f"  2  note[HPC401] system-account: {SAID} (charts/v1.9/agent/templates/ds.yaml:16 and 1 more)" in shown


def test_what_only_looks_alike_is_told_twice() -> None:
    manifests = scan(*(agent(path=path)._replace(level=Level.ERROR) for path in ("a.yaml", "b.yaml")))
    assert written(manifests).count("error[HPC401]") == 2
    other = copy("v2")._replace(message="something else")
    assert written(scan(copy("v1"), other)).count("error[HPC401]") == 2
    known = copy("v2")._replace(suppressed=Suppressed("known", "baseline"))
    assert written(scan(copy("v1"), known), OPTIONS._replace(show_suppressed=True)).count("error[HPC401]") == 2


COVERED = scan()._replace(
    coverage=Coverage(
        (
            Covered("a.yaml", "manifest", Outcome.JUDGED),
            Covered("b.yaml", "manifest", Outcome.IRRELEVANT, "no word of ours"),
            Covered("charts/x", "chart", Outcome.ACCEPTED, "no engine; accepted: rendered elsewhere"),
            Covered("charts/y", "chart", Outcome.OUTSIDE, "not in the repository"),
            Covered("given.yaml", "manifest", Outcome.EXCLUDED, "left out by `exclude`", is_asked_for=True),
            Covered("vendor", "manifest", Outcome.EXCLUDED, "left out by `exclude`"),
        )
    )
)


def test_the_coverage_is_in_every_summary() -> None:
    assert written(COVERED).splitlines() == [
        "charts/x: no engine; accepted: rendered elsewhere",
        "given.yaml: left out by `exclude`",
        "no findings in 1 source; 0 HostProcess workloads; 1 outside; 1 accepted; 2 excluded",
    ]
    assert "Sources and parts: 1 judged, 1 irrelevant, 1 outside, 1 accepted, 2 excluded." in markdown.write(
        COVERED, RULES, OPTIONS
    )
    assert "| <code>charts/x</code> | no engine; accepted&#58; rendered elsewhere |" in markdown.write(
        COVERED, RULES, OPTIONS
    )
    assert github.write(COVERED, RULES, OPTIONS).startswith("::notice title=coverage::charts/x: No engine; accepted")
    suites = ElementTree.fromstring(junit.write(COVERED, RULES, OPTIONS))
    properties = {item.get("name"): item.get("value") for item in suites.iter("property")}
    assert properties["coverage.accepted"] == "1"
    [invocation] = json.loads(sarif.write(COVERED, RULES, OPTIONS))["runs"][0]["invocations"]
    assert invocation["properties"]["coverage"]["outside"] == 1
    assert [item["level"] for item in invocation["toolExecutionNotifications"]] == ["note", "note"]


def test_a_clean_scan_has_a_suite() -> None:
    suites = ElementTree.fromstring(junit.write(scan(), RULES, OPTIONS))
    assert [suite.get("tests") for suite in suites] == ["1"]


@pytest.mark.parametrize("writer", [github, junit, markdown, sarif, gitlab])
def test_an_extra_is_called_by_its_name(writer: object) -> None:
    hint = "install `hostprocess-lint[render]`"
    shown = writer.write(scan(agent()._replace(level=Level.ERROR, hint=hint)), RULES, OPTIONS)  # type: ignore[attr-defined]
    assert "(render)" not in shown
    assert any(form in shown for form in ("hostprocess-lint[render]", "hostprocess-lint&#91;render&#93;"))


@pytest.mark.parametrize("kind", ["sarif", "github", "gitlab"])
def test_paths_are_the_repositorys_wherever_one_stands(tmp_path: Path, kind: str) -> None:
    (tmp_path / ".git").mkdir()
    below = tmp_path / "deploy" / "windows"
    below.mkdir(parents=True)
    (below / "agent.yaml").write_text(POD)
    stands = ((".", below), (below, tmp_path), (below, Path("/")))
    shown = [run("scan", "--format", kind, path, cwd=cwd).stdout for path, cwd in stands]
    assert "deploy/windows/agent.yaml" in shown[0]
    assert len(set(shown)) == 1


def test_what_has_no_name_is_called_by_its_kind() -> None:
    assert [str(Resource("v1", "Pod", None, name)) for name in ("", "a")] == ["Pod", "Pod a"]


def test_a_terminal_breaks_no_word_and_no_line_of_source() -> None:
    long = finding(at(agent().location.file, ACCOUNT), level=Level.ERROR, hint="set it, " * 30)
    found = scan(long, note("a-long-path-of-a-manifest/of-its-own.yaml"))
    whole = written(found)
    for width in (60, 80, 120):
        shown = written(found, OPTIONS._replace(width=width))
        assert max(map(len, shown.splitlines())) <= width
        assert "".join(shown.split()).count("setit,") == 30
    assert written(found, OPTIONS._replace(width=20)).count("\n") >= whole.count("\n"), "too narrow to wrap"
    colored = written(found, OPTIONS._replace(width=60, color=True))
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == written(found, OPTIONS._replace(width=60))


@pytest.mark.parametrize(
    ("line", "indent", "width", "lines"),
    [
        ("one two", 2, 0, ["one two"]),
        ("a " * 30 + "b", 2, 40, ["a " * 19 + "a", "  " + "a " * 10 + "b"]),
        ("  = help: " + "w" * 50 + " and more", 4, 40, ["  = help:", "    " + "w" * 50, "    and more"]),
        ("\x1b[1m" + "a " * 19 + "a\x1b[0m b", 0, 40, ["\x1b[1m" + "a " * 19 + "a\x1b[0m", "b"]),
    ],
)
def test_a_line_is_wrapped_at_blanks(line: str, indent: int, width: int, lines: list[str]) -> None:
    assert wrapped(line, indent, width).split("\n") == lines
