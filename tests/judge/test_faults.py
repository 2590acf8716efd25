"""A fault of the scanner itself is told at the source that shows it, and costs no other finding."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import indent
from typing import Any

import pytest
from scanning import POD, manifest

from hostprocess_lint.errors import UsageError
from hostprocess_lint.finding import Violation
from hostprocess_lint.judge import reading
from hostprocess_lint.judge.judging import judge
from hostprocess_lint.outcome import Outcome, Scan
from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.context import Context
from hostprocess_lint.rules.rule import Rule


def breaking(item: Any, context: Context) -> Iterator[Violation]:
    yield from ()
    raise KeyError(item.resource.name)


def rules() -> tuple[Rule, ...]:
    """The catalogue, of which one rule is broken."""
    return tuple(rule._replace(check=breaking) if rule.id == "HPC101" else rule for rule in builtin())


def judged(*texts: str) -> Scan:
    return judge([manifest(text, f"{number}.yaml") for number, text in enumerate(texts)], rules, Context())


def test_a_rule_that_breaks_keeps_no_other_finding_back() -> None:
    found = judged(POD, POD.replace("agent", "other"))
    assert [(finding.rule, finding.location.path) for finding in found.findings] == [
        ("HPC001", "0.yaml"),
        ("HPC401", "0.yaml"),
        ("HPC001", "1.yaml"),
        ("HPC401", "1.yaml"),
    ]
    told = found.findings[0]
    assert "a fault of hostprocess-lint itself in HPC101: KeyError: 'agent'" in told.message
    assert "/issues" in told.hint
    assert [item.path for item in found.skipped] == ["0.yaml", "1.yaml"]
    assert found.coverage.counts[Outcome.NOT_LOOKED_AT] == 2


def test_a_provenance_that_breaks_is_told_at_its_source() -> None:
    class Broken:
        def locate(self, *_: object) -> Any:
            raise RuntimeError("no such line")

    bad = manifest(POD, "bad.yaml")._replace(provenance=Broken())
    found = judge([bad, manifest(POD, "good.yaml")], builtin, Context())
    assert [item.path for item in found.skipped] == ["bad.yaml"]
    assert [finding.rule for finding in found.findings if finding.location.path == "good.yaml"] == ["HPC401"]


def test_a_fault_is_raised_where_it_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTPROCESS_LINT_DEBUG", "1")
    with pytest.raises(KeyError):
        judged(POD)


LISTED = "apiVersion: v1\nkind: List\nitems:\n"


@pytest.mark.parametrize("asked", ["pods", "as_meant", "is_told_by", "lives"])
@pytest.mark.parametrize("in_list", [True, False])
def test_a_fault_in_one_object_keeps_back_no_other(asked: str, in_list: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever shows it: the noting of an object, or the look for a HostProcess pod that others could be about."""
    ask = getattr(reading, asked)

    def breaking(first: Any, *others: Any) -> Any:
        if "bad" in str(getattr(first, "resource", first)):
            raise RuntimeError("broken")
        return ask(first, *others)

    monkeypatch.setattr(reading, asked, breaking)
    both = (POD.replace("agent", "bad"), POD)
    text = LISTED + "".join(f"-{indent(pod, '  ')[1:]}" for pod in both) if in_list else "---\n".join(both)
    roles = manifest("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\n", "roles.yaml")
    items = [manifest(text, "0.yaml"), roles._replace(about_others=True), manifest(POD, "1.yaml")]
    found = judge(items, builtin, Context())
    assert [item.path for item in found.skipped] == ["0.yaml"]
    told = [(each.resource.name, each.location.path) for each in found.workloads]
    assert {("agent", "0.yaml"), ("agent", "1.yaml")} <= set(told)


def test_a_fault_in_one_document_keeps_back_none_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ask: Any = getattr(reading, "objects")  # noqa: B009 (it is not exported)

    def breaking(data: Any, *others: Any) -> Any:
        if data["metadata"]["name"] == "bad":
            raise RuntimeError("broken")
        return ask(data, *others)

    monkeypatch.setattr(reading, "objects", breaking)
    texts = {"0.yaml": f"{POD.replace('agent', 'bad')}---\n{POD}", "1.yaml": POD}
    found = judge([manifest(text, path) for path, text in texts.items()], builtin, Context())
    assert [item.path for item in found.skipped] == ["0.yaml"]
    assert [each.location.path for each in found.workloads] == ["0.yaml", "1.yaml"]


def theirs(error: Exception, **parts: Any) -> Rule:
    """A rule of somebody else, which fails."""

    def check(_: Any, __: Context) -> Iterator[Violation]:
        yield from ()
        raise error

    [rule] = (each for each in builtin() if each.id == "HPC401")
    return rule._replace(id="ACME201", name="acme-rule", check=check, **parts)


@pytest.mark.parametrize("error", [KeyError("limits"), UsageError("no such thing"), RecursionError()])
@pytest.mark.parametrize(("path", "written_in"), [("acme/rule.md", "acme/rule.md"), ("", __name__)])
def test_a_rule_of_somebody_else_that_fails_is_theirs_to_mend(error: Exception, path: str, written_in: str) -> None:
    found = judge([manifest(POD)], lambda: (*builtin(), theirs(error, path=path)), Context())
    assert [finding.rule for finding in found.findings] == ["HPC001", "HPC401"]
    told = found.findings[0]
    assert f"the rule ACME201 ({written_in}) failed: {type(error).__name__}" in told.message
    assert "hostprocess-lint itself" not in told.message
    assert told.hint == "mend the rule"


def test_a_rule_of_somebody_else_that_fails_is_raised_where_it_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTPROCESS_LINT_DEBUG", "1")
    with pytest.raises(KeyError):
        judge([manifest(POD)], lambda: (theirs(KeyError("x")),), Context())
