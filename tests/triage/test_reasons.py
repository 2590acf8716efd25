"""Every reason has a page and a source, and docs/triage.md says what the data says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hostprocess_lint.triage.reasons import REASONS, TOOLS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "triage.md"
_TABLES = re.compile(r"(<!-- reasons: begin .*?-->\n).*?(<!-- reasons: end -->)", re.DOTALL)


def tables() -> str:
    lines = ["| | reason | our page | source |", "| --- | --- | --- | --- |"]
    for key, reason in REASONS.items():
        page = f"[{Path(reason.page).stem}](../{reason.page})"
        lines.append(f"| {key} | {reason.sentence} | {page} | [Kubernetes]({reason.source}) |")
    lines += ["", "| tool | rules | reason |", "| --- | --- | --- |"]
    for tool in TOOLS:
        for key in REASONS:
            rules = ", ".join(f"`{rule}`" for rule, reason in tool.rules.items() if reason == key)
            if rules:
                lines.append(f"| [{tool.name}]({tool.source}) | {rules} | {key} |")
    lines += ["", "Of Trivy's rules the number is given: `1` is KSV001, AVD-KSV-0001 and KSV-0001.", "", ""]
    return "\n".join(["", *lines])


def written() -> str:
    return _TABLES.sub(lambda match: f"{match[1]}{tables()}{match[2]}", PAGE.read_text(encoding="utf-8"))


def test_the_page_says_what_the_data_says() -> None:
    assert written() == PAGE.read_text(encoding="utf-8"), "python tests/triage/test_reasons.py brings it up to date"


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_rule_has_a_reason(tool: object) -> None:
    (named,) = (each for each in TOOLS if each == tool)
    assert set(named.rules.values()) <= set(REASONS)


def test_every_reason_is_used_and_has_a_page() -> None:
    assert set(REASONS) == {key for tool in TOOLS for key in tool.rules.values()}
    assert [reason.page for reason in REASONS.values() if not (ROOT / reason.page).is_file()] == []


@pytest.mark.parametrize("rule", ["KSV001", "KSV-0001", "AVD-KSV-0001"])
def test_trivys_ids_in_every_spelling(rule: str) -> None:
    (trivy,) = (tool for tool in TOOLS if tool.name == "Trivy")
    assert trivy.reason(rule) == REASONS["escalation"]


@pytest.mark.parametrize(
    "rule", ["KSV103", "KSV0011", "KSV017", "KSV010", "KSV005", "KSV025", "KSV105", "AVD-AWS-0001", "KSV001x", ""]
)
def test_other_ids_of_trivy(rule: str) -> None:
    (trivy,) = (tool for tool in TOOLS if tool.name == "Trivy")
    assert trivy.reason(rule) is None


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
