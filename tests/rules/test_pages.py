"""The pages of the catalogue are tests: what they show as problematic is found there, what they show as correct is."""

from __future__ import annotations

import re
from datetime import date

import pytest
import yaml
from pages import BLOCK, BY_NAME, blocks, sections
from scanning import ROOT, scan_text, shared

from hostprocess_lint.config.config_file import parse
from hostprocess_lint.finding import Consequence, Finding, Level
from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.rule import Rule
from hostprocess_lint.sourcefile import SourceFile
from hostprocess_lint.sources.landmarks import CONFIGURATION
from hostprocess_lint.suppress.suppress import Terms, suppress

SECTIONS = ("Problematic", "Mended", "Correct", "When to ignore", "References")
BLOCKING = (Consequence.REJECTED, Consequence.FAILS)
_EXPECT = re.compile(r"# expect: ([a-z0-9-]+(?:, [a-z0-9-]+)*)$")
_ROW = re.compile(r"^\| (HPC\d{3}) \| ([a-z-]+) \| (error|warning|note)(?: \([^|]*\))? \|", re.MULTILINE)

TODAY = date(2026, 1, 1)

NOT_MENDED_YET = frozenset(
    (
        "absolute-mount-path",
        "bidirectional-propagation",
        "duplicate-host-port",
        "duplicate-key",
        "host-network-conflict",
        "host-port-mismatch",
        "host-process-conflict",
        "image-absolute-command",
        "invalid-account-name",
        "invalid-os-name",
        "linux-hook",
        "linux-os",
        "misplaced-field",
        "missing-host-network",
        "mixed-containers",
        "multiline-command",
        "namespace-forbids-host-process",
        "not-parsed",
        "not-rendered",
        "outside",
        "refused-value",
        "remote-code",
        "sandbox-variable-syntax",
        "suppression-without-reason",
        "too-large",
        "unused-suppression",
        "windows-forbidden-field",
        "wrong-type",
    )
)
"""The pages whose hint nobody has followed yet."""


def judged(text: str, rule: Rule) -> tuple[Finding, ...]:
    """Every finding in an example of a page, under the configuration that it assumes."""
    written = SourceFile(CONFIGURATION, yaml.safe_dump(dict(rule.example_config)))
    settings = parse(written, str(ROOT)).context
    everything = frozenset(rule.id for rule in builtin())
    return suppress(scan_text(text, settings), Terms(builtin(), everything, settings, TODAY)).findings


def found(text: str, rule: Rule) -> set[tuple[int, str]]:
    """Line and name of each finding that a page answers for: its own, and what keeps the example from running."""
    findings = judged(text, rule)
    asked = {rule.name, *expected_names(text), *(name for name, it in BY_NAME.items() if it.consequence in BLOCKING)}
    return {(finding.location.start[0], finding.name) for finding in findings if finding.name in asked}


def is_mended(rule: Rule) -> bool:
    return "Mended" in sections(rule)


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


@pytest.mark.parametrize("rule", [rule for rule in BY_NAME.values() if is_mended(rule)], ids=lambda rule: rule.name)
def test_the_hint_mends_the_example(rule: Rule) -> None:
    """`Mended` is each problematic example with the hint followed, by hand: the finding is gone, and nothing new that
    counts is there.
    """
    before, after = (
        [text for language, text in BLOCK.findall(sections(rule)[section]) if language == "yaml"]
        for section in ("Problematic", "Mended")
    )
    assert len(before) == len(after)
    for problematic, mended in zip(before, after, strict=True):
        left = judged(mended, rule)
        assert rule.name not in {finding.name for finding in left}
        assert failing(left) <= failing(judged(problematic, rule))
        assert "# expect" not in mended
        assert metadata_of(mended) == metadata_of(problematic)


def failing(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.name for finding in findings if finding.level is not Level.NOTE and finding.suppressed is None}


def metadata_of(text: str) -> list[object]:
    """What says that it is the same object still."""
    return [(each.get("kind"), (each.get("metadata") or {}).get("name")) for each in yaml.safe_load_all(text)]


def test_pages_without_a_mended_example_are_known() -> None:
    assert {rule.name for rule in BY_NAME.values() if not is_mended(rule)} <= NOT_MENDED_YET


@pytest.mark.parametrize(("rule", "text"), blocks("Correct"))
def test_correct_examples_are_clean(rule: Rule, text: str) -> None:
    assert found(text, rule) == set()


@pytest.mark.parametrize("rule", BY_NAME.values(), ids=BY_NAME)
def test_a_page_is_complete(rule: Rule) -> None:
    assert tuple(sections(rule))[1:] == tuple(title for title in SECTIONS if title != "Mended" or is_mended(rule))
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
