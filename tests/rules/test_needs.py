"""A rule is not asked about a pod without the keys that it needs: it could find nothing there."""

from __future__ import annotations

import re

import pytest
from pages import BY_NAME
from scanning import POD, RULE, manifest, shared

from hostprocess_lint import Scanner
from hostprocess_lint.config.config import Config
from hostprocess_lint.judge.judging import judge
from hostprocess_lint.rules.context import Context
from hostprocess_lint.rules.examples import examples
from hostprocess_lint.rules.page import parsed_page
from hostprocess_lint.rules.rule import Rule

ASKED_ALWAYS = tuple(rule._replace(needs=frozenset()) for rule in BY_NAME.values())
VERSIONS = (Context(), Context(kubernetes=(1, 23)), Context(kubernetes=(1, 30), containerd_version=(1, 6)))


def found(text: str, rules: tuple[Rule, ...], context: Context) -> list[tuple[object, ...]]:
    findings = judge([manifest(text)], lambda: rules, context).findings
    return [(each.identity, each.location.key, each.message) for each in findings]


def check(text: str) -> None:
    for context in VERSIONS:
        assert found(text, tuple(BY_NAME.values()), context) == found(text, ASKED_ALWAYS, context)


@pytest.mark.parametrize("rule", BY_NAME.values(), ids=BY_NAME)
def test_nothing_is_lost_in_the_examples(rule: Rule) -> None:
    for example in examples(rule.body):
        check(example.text)


@pytest.mark.parametrize("name", ["cases", "field_cases", "decode_cases"])
def test_nothing_is_lost_in_conformance_documents(name: str) -> None:
    file = shared() / "conformance" / f"{name}.yaml"
    if not file.is_file():
        pytest.skip(f"{file} is not there")
    documents = re.split(r"(?m)^---\s*\n", file.read_text(encoding="utf-8"))
    check("\n---\n".join(documents[::9]))


def policy(text: str) -> Rule:
    page = parsed_page(text, "acme.yaml")
    return page.rule(page.check(), page.consequence())


def test_a_policy_needs_the_last_key_of_what_it_forbids() -> None:
    forbidding = RULE.replace("require: {matches", "forbid: {matches")
    assert policy(forbidding.replace("$.image", "$.ports[*].hostIP")).needs == {"hostIP"}
    assert policy(forbidding.replace("$.image", "$..hostIP")).needs == set()
    assert policy(RULE).needs == set()


@pytest.mark.parametrize("select", ["$.spec", "$.metadata"])
def test_what_every_pod_has_is_needed_by_no_policy(select: str) -> None:
    text = RULE.replace("host-process-container", "host-process-pod").replace("$.image", select)
    rule = policy(text.replace("require: {matches: '^registry\\.example/'}", "forbid: {present: true}"))
    assert rule.needs == set()


def test_a_policy_without_its_key_is_told_to_lead_nowhere() -> None:
    rule = policy(RULE.replace("$.image", "$.imaeg").replace("require", "forbid"))
    with Scanner(Config(users_rules=(rule,))) as scanner:
        [remark] = scanner.scan_text(POD).remarks
    assert "`select: $.imaeg` leads nowhere" in remark
