"""Kinds of one name are many: what an object is depends on its API group, and none passes in silence."""

from __future__ import annotations

import json

import pytest
from scanning import POD, scan_text

VOLCANO = """\
apiVersion: batch.volcano.sh/v1alpha1
kind: %s
metadata: {name: train, namespace: ml}
spec:
  tasks:
    - name: worker
      template:
        spec:
          hostNetwork: true
          nodeSelector: {kubernetes.io/os: windows}
          securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM'}}
          containers:
            - {name: worker, image: 'registry.example/worker:1.0.0'}
"""

BARE = """\
apiVersion: %s
kind: %s
metadata: {name: agent, namespace: ops}
spec:
  securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM'}}
"""

WITH_PODS = (
    *("Pod", "PodTemplate", "ReplicationController", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job"),
    "CronJob",
)
ABOUT_OTHERS = (
    *("Node", "Namespace", "RuntimeClass", "ConfigMap", "Secret", "Role", "ClusterRole", "RoleBinding"),
    *("ClusterRoleBinding", "ServiceAccount", "Service", "NetworkPolicy"),
)


@pytest.mark.parametrize("kind", [*WITH_PODS, *ABOUT_OTHERS, "CustomResourceDefinition"])
def test_the_pods_of_a_custom_resource_are_found_however_it_is_called(kind: str) -> None:
    found = scan_text(VOLCANO % kind)
    assert [str(workload.resource) for workload in found.workloads] == [f"{kind} ml/train"]
    assert "HPC401" in {finding.rule for finding in found.findings}
    assert found.not_judged == ()


@pytest.mark.parametrize("kind", [*WITH_PODS, *ABOUT_OTHERS, "CustomResourceDefinition"])
def test_what_a_custom_resource_says_in_a_shape_of_its_own_is_named(kind: str) -> None:
    found = scan_text(BARE % ("apps.example.com/v1", kind))
    assert [str(item.resource) for item in found.not_judged] == [f"{kind} ops/agent"]
    assert [finding.rule for finding in found.findings] == ["HPC401"]


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("extensions/v1beta1", "DaemonSet"),
        ("extensions/v1beta1", "Job"),
        ("apps/v1beta2", "Deployment"),
        ("apps/v1alpha1", "StatefulSet"),
        ("batch/v2alpha1", "Job"),
        ("app/v1", "DaemonSet"),
        ("v1", "DaemonSet"),
        ("apps/v3", "ReplicaSet"),
        ("apps.k8s.io/v1", "Deployment"),
        ("batch.k8s.io/v1", "Job"),
    ],
)
def test_old_and_misspelt_versions_of_built_in_kinds_are_judged(version: str, kind: str) -> None:
    spec = json.dumps(
        {
            "securityContext": {"windowsOptions": {"hostProcess": True, "runAsUserName": "NT AUTHORITY\\SYSTEM"}},
            "hostNetwork": True,
            "containers": [{"name": "a", "image": "registry.example/a:1.0.0"}],
        }
    )
    text = f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{template: {{spec: {spec}}}}}\n"
    assert [str(workload.resource) for workload in scan_text(text).workloads] == [f"{kind} a"]


def test_what_an_unknown_version_of_a_built_in_kind_says_elsewhere_is_named() -> None:
    found = scan_text(BARE % ("apps/v3", "DaemonSet"))
    assert [str(item.resource) for item in found.not_judged] == ["DaemonSet ops/agent"]


@pytest.mark.parametrize(
    ("version", "kind"), [("v1", "Node"), ("v1", "Namespace"), ("node.k8s.io/v1", "RuntimeClass"), ("v1", "Service")]
)
def test_what_an_object_without_pods_says_is_named(version: str, kind: str) -> None:
    found = scan_text(BARE % (version, kind))
    assert [str(item.resource) for item in found.not_judged] == [f"{kind} ops/agent"]
    assert [finding.rule for finding in found.findings] == ["HPC401"]


def test_a_definition_of_a_custom_resource_sets_nothing() -> None:
    found = scan_text(BARE % ("apiextensions.k8s.io/v1", "CustomResourceDefinition"))
    assert (found.findings, found.workloads, found.not_judged) == ((), (), ())


def test_what_another_group_calls_a_namespace_says_nothing_about_pods() -> None:
    foreign = """\
apiVersion: %s
kind: Namespace
metadata: {name: ops, labels: {pod-security.kubernetes.io/enforce: restricted}}
"""
    rules = [
        {finding.rule for finding in scan_text(f"{POD}---\n{foreign % version}").findings}
        for version in ("example.com/v1", "v1")
    ]
    assert rules[0] == {"HPC401"}
    assert len(rules[1]) == 2


OPERATOR = """\
apiVersion: example.com/v1
kind: Agent
metadata: {name: agent, namespace: ops}
spec:
  linux:
    template:
      spec:
        containers: [{name: linux, image: 'registry.example/linux:1.0.0'}]
  windows:
    %s
"""


@pytest.mark.parametrize(
    ("written", "rules"),
    [
        ("{template: {spec: {%s, containers: [{name: a}]}}}", ["HPC401"]),
        ("{securityContext: {%s}}", []),
        ("{%s}", ["HPC401"]),
        ("[{pod: {%s}}]", ["HPC401"]),
    ],
)
def test_what_stands_beside_a_pod_of_a_custom_resource_is_named(written: str, rules: list[str]) -> None:
    options = "{hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM'}"
    inner = f"securityContext: {{windowsOptions: {options}}}" if rules else f"windows: {options}"
    found = scan_text(OPERATOR % (written % inner))
    assert [str(item.resource) for item in found.not_judged] == ["Agent ops/agent"]
    assert [finding.rule for finding in found.findings] == rules
    assert found.workloads == ()


def test_a_pod_that_is_judged_is_not_named_besides() -> None:
    found = scan_text(VOLCANO % "Job")
    assert (len(found.workloads), found.not_judged) == (1, ())


ROLLOUT = """\
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: agent, namespace: ops}
spec:
  template:
    spec:
      hostNetwork: true
      nodeSelector: {kubernetes.io/os: windows}
      containerConcurrency: 1
      tolerate: []
      node-selector: {}
      securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM'}}
      containers:
        - name: agent
          image: registry.example/agent:1.0.0
          imagePullpolicy: Always
          extra: 1
          resources: {limit: {memory: 1Gi}}
"""


def test_unknown_fields_in_a_pod_of_a_custom_resource_are_notes_where_they_can_hardly_be_its_own() -> None:
    notes = [finding for finding in scan_text(ROLLOUT).findings if finding.rule == "HPC116"]
    assert [(finding.field.rpartition(".")[2], finding.level.value) for finding in notes] == [
        ("node-selector", "note"),
        ("imagePullpolicy", "note"),
        ("limit", "note"),
    ]
    assert notes[0].message == "`node-selector` is no field that a pod of Kubernetes has here"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{hostProcess: true, runAsUsername: 'NT AUTHORITY\\SYSTEM'}", ["HPC111"]),
        ("{hostprocess: true, runAsUserName: SYSTEM}", ["HPC111", "HPC205"]),
        ("{hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM', own: 1}", ["HPC401"]),
        ("{hostprocess: false, runAsUsername: SYSTEM}", []),
    ],
)
def test_what_is_misspelt_in_options_that_stand_in_no_pod(written: str, said: list[str]) -> None:
    text = BARE % ("apps.example.com/v1", "Agent")
    found = scan_text(text.replace(r"{hostProcess: true, runAsUserName: 'NT AUTHORITY\SYSTEM'}", written))
    assert [finding.rule for finding in found.findings] == said
    assert len(found.not_judged) == 1
