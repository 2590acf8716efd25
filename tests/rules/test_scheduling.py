"""Which nodes a HostProcess pod gets to, how it is replaced there, and what webhooks add to it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from scanning import POD, scan_text

from hostprocess_lint.finding import Finding
from hostprocess_lint.rules.context import Context

SELECTED = "  nodeSelector: {kubernetes.io/os: windows}\n"


def found(spec: str, rule: str, context: Context | None = None, before: str = "") -> list[Finding]:
    """What one rule finds where the selector of the pod is replaced."""
    assert SELECTED in POD
    text = before + POD.replace(SELECTED, spec)
    return [each for each in scan_text(text, context).findings if each.rule == rule]


def affinity(*terms: dict[str, Any]) -> str:
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": list(terms)}}
    return f"  affinity: {yaml.safe_dump({'nodeAffinity': required}, default_flow_style=True, width=10_000)}"


def label(key: str, *values: str, operator: str = "In") -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


NAMED = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["node-1"]}]}
KEPT = {
    "selector": SELECTED,
    "affinity": affinity(label("kubernetes.io/os", "windows")),
    "affinity with a value that no node has": affinity(label("kubernetes.io/os", "windows", "Windows")),
    "beside empty terms": affinity({}, label("kubernetes.io/os", "windows"), {"matchFields": []}),
    "a field beside an empty term": affinity(NAMED, {}),
    "not Linux": affinity(label("kubernetes.io/os", "linux", operator="NotIn")),
    "node name": "  nodeName: node-1\n",
    "field of the node": affinity(NAMED),
    "class": "  runtimeClassName: windows-2022\n",
}
LOOSE = {
    "nothing": "",
    "a label of one's own": "  nodeSelector: {pool: w}\n",
    "another field": affinity({"matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["a"]}]}),
    "one term of two": affinity(NAMED, label("pool", "w")),
    "both systems": affinity(label("kubernetes.io/os", "windows", "linux")),
}
NOWHERE = {
    "Windows": "  nodeSelector: {kubernetes.io/os: Windows}\n",
    "win": "  nodeSelector: {kubernetes.io/os: win}\n",
    "the label's case": "  nodeSelector: {kubernetes.io/OS: windows}\n",
    "beside a pool": "  nodeSelector: {kubernetes.azure.com/os-sku: Windows2022, kubernetes.io/os: WINDOWS}\n",
    "affinity": affinity(label("kubernetes.io/os", "Windows"), label("kubernetes.io/os", "WINDOWS")),
    "an empty term": affinity({}),
    "empty terms": affinity({"matchExpressions": []}, {"matchFields": []}),
}


@pytest.mark.parametrize("spec", KEPT.values(), ids=KEPT)
def test_a_pod_is_kept_on_windows_nodes(spec: str) -> None:
    assert not found(spec, "HPC211")


@pytest.mark.parametrize("spec", LOOSE.values(), ids=LOOSE)
def test_a_pod_may_get_anywhere(spec: str) -> None:
    (finding,) = found(spec, "HPC211")
    assert finding.field == "spec.nodeSelector"


@pytest.mark.parametrize("spec", NOWHERE.values(), ids=NOWHERE)
def test_a_pod_gets_nowhere(spec: str) -> None:
    (finding,) = found(spec, "HPC211")
    assert "no node fits" in finding.message
    line = POD.splitlines().index("  nodeSelector: {kubernetes.io/os: windows}") + 1
    assert finding.location.start[0] == line


def test_an_empty_term_lets_no_node_through_beside_a_selector() -> None:
    (finding,) = found(SELECTED + affinity({}), "HPC211")
    assert "no node fits" in finding.message
    assert (
        finding.field == "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
    )


CLASS = "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: %s}\nhandler: %s\n---\n"


@pytest.mark.parametrize(
    ("name", "handler", "reported"),
    [
        ("hyperv", None, True),
        ("isolated", None, False),
        ("isolated", "runhcs-wcow-hypervisor", True),
        ("hyper-v", "runhcs-wcow-process", False),
    ],
)
def test_a_class_is_judged_by_its_handler(name: str, handler: str | None, reported: bool) -> None:
    before = CLASS % (name, handler) if handler else ""
    spec = f"{SELECTED}  runtimeClassName: {name}\n"
    assert bool(found(spec, "HPC312", before=before)) is reported


def test_what_isolation_means_depends_on_containerd() -> None:
    spec = f"{SELECTED}  runtimeClassName: hyperv\n"
    older, newer = (found(spec, "HPC312", Context(containerd_version=(2, minor)))[0] for minor in (2, 3))
    assert older.message != newer.message


def controller(kind: str, strategy: dict[str, Any] | None, port: dict[str, Any] | None) -> list[Finding]:
    pod = yaml.safe_load(POD)["spec"]
    pod["containers"][0]["ports"] = [port] if port else []
    field = "updateStrategy" if kind == "DaemonSet" else "strategy"
    spec: dict[str, Any] = {"template": {"spec": pod}, **({field: strategy} if strategy is not None else {})}
    document = {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "a"}, "spec": spec}
    return [each for each in scan_text(yaml.safe_dump(document)).findings if each.rule == "HPC318"]


PORT = {"containerPort": 9182}


@pytest.mark.parametrize("surge", [1, "10%", "100%"])
def test_a_daemon_sets_new_pod_has_no_port(surge: object) -> None:
    (finding,) = controller("DaemonSet", {"rollingUpdate": {"maxSurge": surge}}, PORT)
    assert finding.level.value == "warning"
    assert finding.field == "spec.updateStrategy.rollingUpdate.maxSurge"


@pytest.mark.parametrize(
    "strategy",
    [None, {}, {"rollingUpdate": {"maxSurge": 0}}, {"rollingUpdate": {"maxSurge": "0%"}}, {"type": "OnDelete"}],
)
def test_a_daemon_set_that_removes_first_is_fine(strategy: dict[str, Any] | None) -> None:
    assert not controller("DaemonSet", strategy, PORT)


def test_without_ports_nothing_is_taken() -> None:
    assert not controller("DaemonSet", {"rollingUpdate": {"maxSurge": 1}}, None)
    assert not controller("Deployment", None, None)


@pytest.mark.parametrize("strategy", [None, {"type": "RollingUpdate"}, {"rollingUpdate": {"maxSurge": 1}}])
def test_a_deployment_is_a_note(strategy: dict[str, Any] | None) -> None:
    assert [each.level.value for each in controller("Deployment", strategy, PORT)] == ["note"]


@pytest.mark.parametrize("strategy", [{"type": "Recreate"}, {"rollingUpdate": {"maxSurge": 0}}])
def test_a_deployment_may_remove_first(strategy: dict[str, Any]) -> None:
    assert not controller("Deployment", strategy, PORT)


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("vault.hashicorp.com/agent-inject: 'true'", "warning"),
        ("vault.hashicorp.com/agent-inject: 'false'", None),
        ("vault.hashicorp.com/role: agent", None),
        ("dapr.io/enabled: 'true'", "warning"),
        ("instrumentation.opentelemetry.io/inject-dotnet: monitoring/agents", "warning"),
        ("instrumentation.opentelemetry.io/inject-sdk: 'true'", None),
        ("instrumentation.opentelemetry.io/inject-java: 'false'", None),
        ("sidecar.opentelemetry.io/inject: 'true'", "warning"),
        ("consul.hashicorp.com/connect-inject: 'true'", "warning"),
        ("sidecar.istio.io/inject: 'true'", "note"),
        ("sidecar.istio.io/inject: 'false'", None),
        ("linkerd.io/inject: enabled", "note"),
        ("linkerd.io/inject: disabled", None),
    ],
)
@pytest.mark.parametrize("field", ["annotations", "labels"])
def test_webhooks_add_containers(field: str, word: str, level: str | None) -> None:
    text = POD.replace("  namespace: ops\n", f"  namespace: ops\n  {field}:\n    {word}\n")
    assert [each.level.value for each in scan_text(text).findings if each.rule == "HPC322"] == (
        [level] if level else []
    )


@pytest.mark.parametrize(
    ("pod", "container", "reported"),
    [
        (None, None, True),
        (False, None, True),
        (None, False, True),
        (True, False, False),  # HPC103 says which of the two is wrong
        ("true", None, False),  # HPC110
        ("yes", None, False),
        (1, None, False),
    ],
)
def test_the_hosts_network_without_host_process(pod: object, container: object, reported: bool) -> None:
    document = yaml.safe_load(POD)
    spec = document["spec"]
    for holder, value in ((spec, pod), (spec["containers"][0], container)):
        holder["securityContext"] = {"windowsOptions": {} if value is None else {"hostProcess": value}}
    findings = scan_text(yaml.safe_dump(document)).findings
    assert bool([each for each in findings if each.rule == "HPC311"]) is reported
