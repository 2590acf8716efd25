"""Of several objects of one name, the one beside a pod says what holds for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from scanning import report, write

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: agents}
spec:
  hostNetwork: true
  runtimeClassName: host
  nodeSelector: {kubernetes.io/os: windows}
  securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\\LocalService'}}
  containers: [{name: agent, image: 'registry.example/agent:1.0.0', command: [agent.exe]}]
"""
NAMESPACE = """\
apiVersion: v1
kind: Namespace
metadata: {name: agents, labels: {pod-security.kubernetes.io/enforce: WHAT}}
"""
RUNTIME_CLASS = """\
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: host}
handler: WHAT
"""


@pytest.mark.parametrize(
    ("text", "good", "bad", "rule"),
    [
        (NAMESPACE, "privileged", "restricted", "HPC112"),
        (RUNTIME_CLASS, "runhcs-wcow-process", "runhcs-wcow-hypervisor", "HPC312"),
    ],
)
def test_the_nearest_of_one_name_counts(text: str, good: str, bad: str, rule: str, tmp_path: Path) -> None:
    for folder, what in (("first", good), ("second", bad), ("third", good)):
        write(tmp_path / folder, {"said.yaml": text.replace("WHAT", what), "pod.yaml": POD})
    found = [each for each in report(".", cwd=tmp_path)["findings"] if each["rule"] == rule]
    assert [each["location"]["path"] for each in found] == ["second/pod.yaml"]
    assert [each["location"]["path"] for each in found[0]["related"]] == ["second/said.yaml"]


def test_where_none_is_nearer_all_of_them_count(tmp_path: Path) -> None:
    for folder, what in (("first", "privileged"), ("second", "restricted")):
        write(tmp_path / folder, {"said.yaml": NAMESPACE.replace("WHAT", what)})
    write(tmp_path, {"pod.yaml": POD})
    assert "HPC112" in {each["rule"] for each in report(".", cwd=tmp_path)["findings"]}


SILENT = {
    "plain": "apiVersion: v1\nkind: Namespace\nmetadata: {name: agents}\n",
    "labelled otherwise": "apiVersion: v1\nkind: 'Namespace'\nmetadata: {name: agents, labels: {team: a}}\n",
    "JSON": '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"agents"}}',
    "a list": "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Namespace, metadata: {name: agents}}]\n",
    "escaped": 'apiVersion: v1\nkind: "Name\\x73pace"\nmetadata: {name: agents}\n',
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
@pytest.mark.parametrize("where", ["first", "second"])
def test_a_namespace_without_labels_in_a_file_of_its_own_stands_before_one_elsewhere(
    text: str, where: str, tmp_path: Path
) -> None:
    write(tmp_path / "first", {"said.yaml": NAMESPACE.replace("WHAT", "restricted")})
    write(tmp_path / "second", {"ns.yaml": text})
    write(tmp_path / where / "apps", {"pod.yaml": POD})
    found = [each for each in report(".", cwd=tmp_path)["findings"] if each["rule"] == "HPC112"]
    assert [each["location"]["path"] for each in found] == (["first/apps/pod.yaml"] if where == "first" else [])


def test_a_service_account_that_says_nothing_stands_before_one_elsewhere(tmp_path: Path) -> None:
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: agents}\n"
    write(tmp_path / "first", {"sa.yaml": f"{account}automountServiceAccountToken: false\n", "pod.yaml": POD})
    write(tmp_path / "second", {"sa.yaml": account, "pod.yaml": POD})
    found = [each for each in report(".", cwd=tmp_path)["findings"] if each["rule"] == "HPC407"]
    assert [each["location"]["path"] for each in found] == ["second/pod.yaml"]


def test_a_namespace_without_labels_is_one(tmp_path: Path) -> None:
    write(tmp_path / "first", {"said.yaml": NAMESPACE.replace("WHAT", "restricted")})
    write(tmp_path / "second", {"pod.yaml": f"{NAMESPACE.partition(', labels')[0]}}}\n---\n{POD}"})
    assert "HPC112" not in {each["rule"] for each in report(".", cwd=tmp_path)["findings"]}
