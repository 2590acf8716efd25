"""The pages of the catalogue are tests: what they show as problematic is found there, what they show as correct is."""

from __future__ import annotations

import re
from datetime import date

import pytest
import yaml
from pages import BLOCK, BY_NAME, blocks, sections
from scanning import ROOT, scan_text, shared

from hostprocess_lint.config.config_file import parse
from hostprocess_lint.finding import Consequence
from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.rule import Rule
from hostprocess_lint.sourcefile import SourceFile
from hostprocess_lint.sources.landmarks import CONFIGURATION
from hostprocess_lint.suppress.suppress import Terms, suppress

SECTIONS = ("Problematic", "Correct", "When to ignore", "References")
BLOCKING = (Consequence.REJECTED, Consequence.FAILS)
_EXPECT = re.compile(r"# expect: ([a-z0-9-]+(?:, [a-z0-9-]+)*)$")
_ROW = re.compile(r"^\| (HPC\d{3}) \| ([a-z-]+) \| (error|warning|note)(?: \([^|]*\))? \|", re.MULTILINE)

TODAY = date(2026, 1, 1)


def found(text: str, rule: Rule) -> set[tuple[int, str]]:
    """Line and name of each finding that a page answers for: its own, and what keeps the example from running."""
    written = SourceFile(CONFIGURATION, yaml.safe_dump(dict(rule.example_config)))
    settings = parse(written, str(ROOT)).context
    everything = frozenset(rule.id for rule in builtin())
    findings = suppress(scan_text(text, settings), Terms(builtin(), everything, settings, TODAY)).findings
    judged = {rule.name, *expected_names(text), *(name for name, it in BY_NAME.items() if it.consequence in BLOCKING)}
    return {(finding.location.start[0], finding.name) for finding in findings if finding.name in judged}


def expected(text: str) -> set[tuple[int, str]]:
    return {
        (number, name)
        for number, line in enumerate(text.splitlines(), 1)
        if (match := _EXPECT.search(line))
        for name in match[1].split(", ")
    }


def expected_names(text: str) -> set[str]:
    return {name for _, name in expected(text)}


@pytest.mark.parametrize(("rule", "text"), blocks("Problematic"))
def test_problematic_examples_have_their_findings(rule: Rule, text: str) -> None:
    assert rule.name in expected_names(text)
    assert found(text, rule) == expected(text)


@pytest.mark.parametrize(("rule", "text"), blocks("Correct"))
def test_correct_examples_are_clean(rule: Rule, text: str) -> None:
    assert found(text, rule) == set()


@pytest.mark.parametrize("rule", BY_NAME.values(), ids=BY_NAME)
def test_a_page_is_complete(rule: Rule) -> None:
    assert tuple(title for title in sections(rule) if title not in ("", "Mended")) == SECTIONS
    assert all(text.strip() for text in sections(rule).values())
    assert rule.path == f"policies/{rule.consequence.value}/{rule.name}.md"
    assert (ROOT / rule.path).is_file()
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert not rule.title.endswith(".")
    assert re.findall(r"^- \[.+\]\(https://\S+\)$", sections(rule)["References"], re.MULTILINE)
    for section in ("Problematic", "Correct"):
        assert BLOCK.search(sections(rule)[section])


@pytest.mark.parametrize("rule", BY_NAME.values(), ids=BY_NAME)
def test_the_hundreds_digit_is_the_consequence(rule: Rule) -> None:
    assert rule.consequence is list(Consequence)[int(rule.id[3])]


def test_ids_are_unique() -> None:
    assert len({rule.id for rule in builtin()}) == len(BY_NAME) == len(builtin())


def test_the_catalogue_has_every_rule_that_was_agreed_on() -> None:
    agreed = shared() / "rules.md"
    if not agreed.is_file():
        pytest.skip(f"{agreed} is not there")
    rows = _ROW.findall(agreed.read_text(encoding="utf-8"))
    assert [(rule.id, rule.name, rule.level.value) for rule in builtin()] == sorted(rows)
