"""The pages of the catalogue are tests: what they show as problematic is found there, what they show as correct is."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from pages import BY_NAME, of_section
from scanning import ROOT, shared

from hostprocess_lint.finding import Consequence, Finding, Level
from hostprocess_lint.pagetest import judged, page_findings
from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.examples import CORRECT, PROBLEMATIC, Example, blocks, sections
from hostprocess_lint.rules.rule import Rule

SECTIONS = ("Problematic", "Mended", "Correct", "When to ignore", "References")
LATER = frozenset(("HPC007",))
"""Rules that came after what was agreed on."""

_ROW = re.compile(r"^\| (HPC\d{3}) \| ([a-z-]+) \| (error|warning|note)(?: \([^|]*\))? \|", re.MULTILINE)


def is_mended(rule: Rule) -> bool:
    return "Mended" in sections(rule.body)


def test_a_page_is_called_as_its_rule() -> None:
    assert {rule.name: rule.path.rpartition("/")[2] for rule in builtin()} == {name: f"{name}.md" for name in BY_NAME}


@pytest.mark.parametrize(("rule", "example"), of_section(PROBLEMATIC))
def test_problematic_examples_have_their_findings(rule: Rule, example: Example) -> None:
    assert rule.name in {name for _, name in example.expected}
    assert page_findings(rule, example) == example.expected


@pytest.mark.parametrize("rule", [rule for rule in BY_NAME.values() if is_mended(rule)], ids=lambda rule: rule.name)
def test_the_hint_mends_the_example(rule: Rule) -> None:
    """`Mended` is each problematic example with the hint followed, by hand: the finding is gone, and nothing new that
    counts is there.
    """
    before, after = (
        [text for language, text in blocks(sections(rule.body)[section]) if language == "yaml"]
        for section in (PROBLEMATIC, "Mended")
    )
    assert len(before) == len(after)
    for problematic, mended in zip(before, after, strict=True):
        left = judged(rule, mended)
        assert rule.name not in {finding.name for finding in left}
        assert failing(left) <= failing(judged(rule, problematic))
        assert "# expect" not in mended
        assert metadata_of(mended) == metadata_of(problematic)


def failing(findings: tuple[Finding, ...]) -> Counter[str]:
    counting = (each for each in findings if each.level is not Level.NOTE and each.suppressed is None)
    return Counter(each.name for each in counting)


def metadata_of(text: str) -> list[str]:
    """What says that it is the same object still; the text need not be YAML that can be read."""
    return re.findall(r"^(?:kind: |metadata:\n  name: )(\S+)", text, re.MULTILINE)


def has_yaml(rule: Rule) -> bool:
    return any(language == "yaml" for language, _ in blocks(sections(rule.body)[PROBLEMATIC]))


def test_every_page_with_an_example_mends_it() -> None:
    assert {rule.name for rule in BY_NAME.values() if has_yaml(rule) and not is_mended(rule)} == set()


@pytest.mark.parametrize(("rule", "example"), of_section(CORRECT))
def test_correct_examples_are_clean(rule: Rule, example: Example) -> None:
    assert page_findings(rule, example) == example.expected == frozenset()


@pytest.mark.parametrize("rule", BY_NAME.values(), ids=BY_NAME)
def test_a_page_is_complete(rule: Rule) -> None:
    assert tuple(sections(rule.body))[1:] == tuple(title for title in SECTIONS if title != "Mended" or is_mended(rule))
    assert all(text.strip() for text in sections(rule.body).values())
    assert rule.path == f"policies/{rule.consequence.value}/{rule.name}.md"
    assert (ROOT / rule.path).is_file()
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert not rule.title.endswith(".")
    assert re.findall(r"^- \[.+\]\(https://\S+\)$", sections(rule.body)["References"], re.MULTILINE)
    for section in (PROBLEMATIC, CORRECT):
        assert list(blocks(sections(rule.body)[section]))


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
    listed = [(rule.id, rule.name, rule.level.value) for rule in builtin() if rule.id not in LATER]
    assert listed == sorted(row for row in rows if row[0] not in LATER)
