"""A page whose verdict depends on a version says so, with the key that sets the version."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import pytest
from pages import BY_NAME
from scanning import scan_text

from hostprocess_lint.rules.checks import CHECKS
from hostprocess_lint.rules.context import Context
from hostprocess_lint.rules.examples import examples
from hostprocess_lint.rules.rule import Rule
from hostprocess_lint.rules.targets import NEWEST_CONTAINERD, NEWEST_KUBERNETES

ASKED = {
    "kubernetes-version": ("context.kubernetes", "counts("),
    "containerd-version": ("context.containerd",),
}
"""Key → what the code of a check that asks for it holds."""
KUBERNETES = [
    Context(kubernetes=(1, minor), containerd_version=(2, 2))
    for minor in (21, 22, 24, 30, 32, 34, NEWEST_KUBERNETES[1])
]
CONTAINERD = [Context(containerd_version=each) for each in ((1, 5), (1, 6), (1, 7), (2, 0), (2, 1), NEWEST_CONTAINERD)]


def depends(rule: Rule, contexts: list[Context]) -> bool:
    """Whether the rule's findings in the page's examples are others under other versions."""
    for example in examples(rule.body):
        found = {
            tuple((each.location.key, each.level, each.message) for each in scan.findings if each.rule == rule.id)
            for scan in (scan_text(example.text, context) for context in contexts)
        }
        if len(found) > 1:
            return True
    return False


def check_of(rule: Rule) -> Any:
    module = import_module(f"hostprocess_lint.rules.checks.{CHECKS[rule.name][0]}")
    return getattr(module, rule.name.replace("-", "_"))


@pytest.mark.parametrize("rule", BY_NAME.values(), ids=BY_NAME)
def test_versions_that_decide_are_named(rule: Rule) -> None:
    code = inspect.getsource(check_of(rule)) if rule.name in CHECKS else ""  # else it is declared
    for key, contexts in (("kubernetes-version", KUBERNETES), ("containerd-version", CONTAINERD)):
        if any(word in code for word in ASKED[key]) or depends(rule, contexts):
            assert key in rule.body
