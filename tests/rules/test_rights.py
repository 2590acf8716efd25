"""What RBAC objects of the scan give to the service account of a HostProcess pod, and what a ServiceAccount says."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from scanning import POD, manifest, report

from hostprocess_lint.finding import Finding
from hostprocess_lint.judge.judging import judge
from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.context import Context

AGENT = POD.replace("spec:\n", "spec:\n  serviceAccountName: agent\n", 1)
ACCOUNT = {"kind": "ServiceAccount", "name": "agent", "namespace": "ops"}
SECRETS = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}


def role(*rules: dict[str, Any], kind: str = "ClusterRole", name: str = "r", namespace: str = "ops") -> dict[str, Any]:
    metadata = {"name": name} if kind == "ClusterRole" else {"name": name, "namespace": namespace}
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata, "rules": list(rules)}


def binding(
    *subjects: dict[str, Any], of: str = "ClusterRole", name: str = "r", namespace: str | None = None
) -> dict[str, Any]:
    metadata = {"name": "b", "namespace": namespace} if namespace else {"name": "b"}
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": metadata,
        "roleRef": {"kind": of, "name": name, "apiGroup": "rbac.authorization.k8s.io"},
        "subjects": list(subjects or (ACCOUNT,)),
    }


def found(pod: str, *others: dict[str, Any], rule: str = "HPC415") -> list[Finding]:
    text = "---\n".join([pod, *(json.dumps(other) + "\n" for other in others)])
    findings = judge([manifest(text, "apps/pod.yaml")], builtin, Context()).findings
    return [finding for finding in findings if finding.rule == rule]


POWERFUL = {
    "secrets": SECRETS,
    "secrets by any verb": {**SECRETS, "verbs": ["*"]},
    "every resource of the core group": {"apiGroups": [""], "resources": ["*"], "verbs": ["list"]},
    "everything": {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
    "pods/exec": {"apiGroups": [""], "resources": ["pods", "pods/exec"], "verbs": ["create"]},
    "exec of anything": {"apiGroups": ["*"], "resources": ["*/exec"], "verbs": ["create"]},
    "nodes/proxy": {"apiGroups": [""], "resources": ["nodes/proxy"], "verbs": ["get"]},
}
HARMLESS = {
    "another resource": {"apiGroups": [""], "resources": ["nodes", "pods"], "verbs": ["*"]},
    "secrets of another group": {**SECRETS, "apiGroups": ["apps"]},
    "one secret by its name": {**SECRETS, "resourceNames": ["tls"]},
    "secrets without a verb that reads": {**SECRETS, "verbs": ["create", "delete"]},
    "everything of another group": {"apiGroups": ["apps"], "resources": ["*"], "verbs": ["*"]},
    "URLs": {"nonResourceURLs": ["/metrics"], "verbs": ["get"]},
    "of the wrong types": {"apiGroups": "", "resources": [1, None], "verbs": {}},
}


@pytest.mark.parametrize("rule", POWERFUL.values(), ids=POWERFUL)
def test_a_role_is_powerful(rule: dict[str, Any]) -> None:
    (finding,) = found(AGENT, role(rule), binding())
    assert finding.field == "spec.serviceAccountName"
    assert finding.related[0].label == "binds the account"
    assert finding.related[1].label.startswith("lets it ")


@pytest.mark.parametrize("rule", HARMLESS.values(), ids=HARMLESS)
def test_a_role_is_harmless(rule: dict[str, Any]) -> None:
    assert not found(AGENT, role(rule), binding())


BOUND = {
    "by a Role": [role(SECRETS, kind="Role"), binding(of="Role", namespace="ops")],
    "by a ClusterRole in one namespace": [role(SECRETS), binding(namespace="ops")],
    "by a role that every cluster has": [binding(name="cluster-admin")],
    "by another such": [binding(name="edit", namespace="ops")],
    "as a user": [binding({"kind": "User", "name": "system:serviceaccount:ops:agent"}, name="cluster-admin")],
    "by its namespace": [binding({"kind": "Group", "name": "system:serviceaccounts:ops"}, name="cluster-admin")],
    "as any account": [binding({"kind": "Group", "name": "system:serviceaccounts"}, name="cluster-admin")],
    "as anybody": [binding({"kind": "Group", "name": "system:authenticated"}, name="cluster-admin")],
    "among others": [binding({**ACCOUNT, "name": "other"}, ACCOUNT, name="cluster-admin")],
}
UNBOUND = {
    "another name": [binding({**ACCOUNT, "name": "other"}, name="cluster-admin")],
    "another namespace": [binding({**ACCOUNT, "namespace": "dev"}, name="cluster-admin")],
    "another namespace's accounts": [
        binding({"kind": "Group", "name": "system:serviceaccounts:dev"}, name="cluster-admin")
    ],
    "a Role of another namespace": [
        role(SECRETS, kind="Role", namespace="dev"),
        binding(of="Role", namespace="ops"),
    ],
    "a role that is not in the scan": [binding(name="elsewhere")],
    "a Role with a great name": [binding(of="Role", name="cluster-admin", namespace="ops")],
    "the cluster's own, written anew": [role(name="edit"), binding(name="edit")],
    "nobody": [{**binding(name="cluster-admin"), "subjects": None}],
}


@pytest.mark.parametrize("others", BOUND.values(), ids=BOUND)
def test_an_account_is_bound(others: list[dict[str, Any]]) -> None:
    assert len(found(AGENT, *others)) == 1


@pytest.mark.parametrize("others", UNBOUND.values(), ids=UNBOUND)
def test_an_account_is_not_bound(others: list[dict[str, Any]]) -> None:
    assert not found(AGENT, *others)


def test_the_default_account_is_one_too() -> None:
    bound = binding({**ACCOUNT, "name": "default"}, name="cluster-admin")
    (finding,) = found(POD, bound)
    assert finding.field == "spec.serviceAccountName"
    assert "`default`" in finding.message


def test_a_pod_without_a_namespace_has_the_account_of_that_name() -> None:
    nowhere = AGENT.replace("  namespace: ops\n", "")
    assert found(nowhere, binding(name="cluster-admin"))
    assert not found(nowhere, binding({**ACCOUNT, "name": "default"}, name="cluster-admin"))


def test_one_finding_says_all_that_is_allowed() -> None:
    more = {"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]}
    (finding,) = found(AGENT, role(SECRETS, more, SECRETS), binding())
    assert finding.message.endswith("may read secrets, run commands in pods")
    assert len(finding.related) == 3  # the binding, and a rule for each


def test_of_several_versions_the_one_beside_the_pod_counts() -> None:
    sources = [
        manifest(AGENT, "v2/pod.yaml"),
        manifest("---\n".join(json.dumps(each) + "\n" for each in (role(), binding())), "v2/rights.yaml"),
        manifest("---\n".join(json.dumps(each) + "\n" for each in (role(SECRETS), binding())), "v1/rights.yaml"),
    ]
    assert not [each for each in judge(sources, builtin, Context()).findings if each.rule == "HPC415"]
    moved = [*sources[1:], manifest(AGENT, "v1/apps/pod.yaml")]
    assert [each.rule for each in judge(moved, builtin, Context()).findings if each.rule == "HPC415"]


@pytest.mark.parametrize(
    ("field", "account", "reported"),
    [
        ("", False, False),
        ("", True, True),
        ("", None, True),
        ("  automountServiceAccountToken: true\n", False, True),
        ("  automountServiceAccountToken: false\n", True, False),
    ],
)
def test_an_account_may_have_no_token(field: str, account: bool | None, reported: bool) -> None:
    pod = POD.replace("  automountServiceAccountToken: false\n", field)
    said: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "default", "namespace": "ops"},
    }
    if account is not None:
        said["automountServiceAccountToken"] = account
    assert bool(found(pod, said, rule="HPC407")) is reported


ROLES = json.dumps(role(SECRETS)) + "\n---\n" + json.dumps(binding())
SPELT_OTHERWISE = ROLES.replace("rbac.authorization", "rbac\\u002eauthorization")


@pytest.mark.parametrize("text", [ROLES, SPELT_OTHERWISE], ids=["plain", "escaped"])
def test_rights_may_lie_in_a_file_of_their_own(text: str, tmp_path: Path) -> None:
    (tmp_path / "rights.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "pod.yaml").write_text(AGENT, encoding="utf-8")
    (tmp_path / "broken.yaml").write_text("apiVersion: rbac.authorization.k8s.io/v1\na: [\n", encoding="utf-8")
    said = report(".", cwd=tmp_path)
    assert "HPC415" in {finding["rule"] for finding in said["findings"]}
    assert "HPC001" not in {finding["rule"] for finding in said["findings"]}
    assert (said["coverage"]["judged"], said["coverage"]["irrelevant"]) == (2, 1)


def test_rights_are_not_read_for_nobody(tmp_path: Path) -> None:
    (tmp_path / "rights.yaml").write_text(ROLES, encoding="utf-8")
    (tmp_path / "linux.yaml").write_text(AGENT.replace("hostProcess: true", "hostProcess: false"), encoding="utf-8")
    said = report(".", cwd=tmp_path)
    assert (said["coverage"]["judged"], said["coverage"]["irrelevant"]) == (1, 1)
    assert said["summary"]["documents"] == 1


def test_an_aggregated_role_is_as_powerful_as_its_parts() -> None:
    part = {**role(SECRETS, name="part"), "metadata": {"name": "part", "labels": {"for": "r"}}}
    whole = {**role(), "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"for": "r"}}]}}
    (finding,) = found(AGENT, whole, part, binding())
    assert "may read secrets" in finding.message
    assert finding.related[1].label == "lets it read secrets"
    other = {**whole, "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"for": "other"}}]}}
    assert not found(AGENT, other, part, binding())


def test_a_role_binding_opens_no_nodes() -> None:
    nodes = {"apiGroups": [""], "resources": ["nodes/proxy"], "verbs": ["get"]}
    assert not found(AGENT, role(nodes), binding(namespace="ops"))
    assert found(AGENT, role(nodes), binding())


@pytest.mark.parametrize("step", [0, 1])
def test_very_many_roles_of_roles_take_no_long_time(step: int) -> None:
    """All of all, and each of the next: as often as there are bindings, and deeper than Python calls."""
    everyone = {"kind": "Group", "name": "system:serviceaccounts"}
    others = []
    for number in range(1_100):
        selectors = [{"matchLabels": {"part": f"p{(number + 1) * step}"}}]
        whole = {**role(name=f"r{number}"), "aggregationRule": {"clusterRoleSelectors": selectors}}
        whole["metadata"] |= {"labels": {"part": f"p{number * step}"}}
        others += [whole, binding(everyone, name=f"r{number}")] if number % 4 == 0 else [whole]
    leaf = role(SECRETS, name="z")
    leaf["metadata"] |= {"labels": {"part": f"p{1_100 * step}"}}
    started = process_time()
    assert len(found(AGENT, *others, leaf)) == 1
    assert process_time() - started < 15
