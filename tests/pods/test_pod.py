"""Pods are found wherever Kubernetes would make one, with the values that it would use."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from scanning import scan_text

from hostprocess_lint.outcome import Scan
from hostprocess_lint.pods.objects import objects
from hostprocess_lint.pods.pod import Container, Pod
from hostprocess_lint.pods.templates import pods


def manifest(kind: str, body: str, api_version: str = "example.com/v1") -> str:
    return f"{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: x}}, {body}}}"


SPEC = "{hostNetwork: true, securityContext: {windowsOptions: {hostProcess: true}}, containers: [{name: a, image: b}]}"
TEMPLATE = f"template: {{spec: {SPEC}}}"
POD = manifest("Pod", f"spec: {SPEC}", "v1")
POD_LIST = manifest("List", f"items: [{POD}, null, text]", "v1")
CONTROLLERS = ("ReplicationController", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job")


def pods_of(text: str) -> list[Pod]:
    return [pod for owner in objects(yaml.safe_load(text)) for pod in pods(owner)]


def only_pod(spec: str) -> Pod:
    [pod] = pods_of(manifest("Pod", f"spec: {spec}", "v1"))
    return pod


@pytest.mark.parametrize(
    ("text", "routes"),
    [
        (POD, ["spec"]),
        (manifest("PodTemplate", TEMPLATE, "v1"), ["template.spec"]),
        *((manifest(kind, f"spec: {{{TEMPLATE}}}", "apps/v1"), ["spec.template.spec"]) for kind in CONTROLLERS),
        (
            manifest("CronJob", f"spec: {{jobTemplate: {{spec: {{{TEMPLATE}}}}}}}", "batch/v1"),
            ["spec.jobTemplate.spec.template.spec"],
        ),
        (POD_LIST, ["items.0.spec"]),
        (manifest("PodList", f"items: [{POD}, {POD}]", "v1"), ["items.0.spec", "items.1.spec"]),
        (manifest("List", f"items: [{POD}, {POD_LIST}]", "v1"), ["items.0.spec", "items.1.items.0.spec"]),
        (manifest("Rollout", f"spec: {{{TEMPLATE}}}"), ["spec.template.spec"]),
        (manifest("Workflow", f"spec: {{steps: [{{a: {{{TEMPLATE}}}}}]}}"), ["spec.steps.0.a.template.spec"]),
        (manifest("Agent", f"spec: {{podTemplate: {SPEC}}}"), ["spec.podTemplate"]),
        (manifest("Agent", f"spec: {{podTemplate: {{spec: {SPEC}}}}}"), ["spec.podTemplate.spec"]),
        (manifest("Agent", f"spec: {{podSpec: {SPEC}}}"), ["spec.podSpec"]),
        (manifest("Agent", f"spec: {{workerPodTemplate: {{spec: {SPEC}}}}}"), ["spec.workerPodTemplate.spec"]),
        (manifest("Agent", f"spec: {{workerTemplate: {{spec: {SPEC}}}}}"), ["spec.workerTemplate.spec"]),
        (manifest("Agent", f"spec: {{workerTemplate: {SPEC}}}"), []),
        (
            manifest("Cluster", f"spec: {{a: {{{TEMPLATE}}}, b: {{podTemplate: {SPEC}}}}}"),
            ["spec.a.template.spec", "spec.b.podTemplate"],
        ),
    ],
)
def test_pods_are_found(text: str, routes: list[str]) -> None:
    found = pods_of(text)
    assert [".".join(map(str, pod.route)) for pod in found] == routes
    assert [workload.resource for workload in scan_text(text).workloads] == [pod.resource for pod in found]


@pytest.mark.parametrize(
    "text",
    [
        manifest("CustomResourceDefinition", f"spec: {{schema: {{{TEMPLATE}}}}}", "apiextensions.k8s.io/v1"),
        manifest("Agent", "spec: {template: {spec: {containers: [{name: a}]}}}"),
        manifest("Agent", "spec: {template: {spec: {containers: []}}}"),
        manifest("Agent", "spec: {template: {spec: {hostProcess: true}}}"),
        manifest("Agent", f"spec: {SPEC}"),
        f"{{windows: {{{TEMPLATE}}}, podTemplate: {SPEC}}}",
        f"[{POD}]",
        manifest("Deployment", "spec: {template: null}"),
        manifest("Deployment", "spec: [template]"),
        manifest("Pod", "spec: null"),
        "null",
        "text",
    ],
)
def test_what_is_no_pod(text: str) -> None:
    assert [pod for pod in pods_of(text) if pod.is_host_process] == []
    assert scan_text(text).workloads == ()


@pytest.mark.parametrize(
    ("text", "not_judged"),
    [
        (manifest("Agent", "spec: {windows: {hostProcess: true}}"), ["Agent"]),
        (manifest("Agent", "spec: [{hostProcess: false}]"), ["Agent"]),
        (manifest("Agent", f"spec: {{{TEMPLATE}}}"), []),
        (manifest("Agent", "spec: {note: hostProcess}"), []),
        (manifest("CustomResourceDefinition", "spec: {hostProcess: {}}", "apiextensions.k8s.io/v1"), []),
        (manifest("Pod", "spec: {hostProcess: true}", "v1"), []),
        (manifest("Pod", "spec: {hostProcess: true}"), ["Pod"]),
        ("{windows: {hostProcess: true}}", []),
    ],
)
def test_custom_resources_that_cannot_be_judged_are_listed(text: str, not_judged: list[str]) -> None:
    assert [item.resource.kind for item in scan_text(text).not_judged] == not_judged


def test_containers_come_in_the_order_in_which_they_start() -> None:
    regular = "containers: [{name: r}, {name: s}, 5]"
    pod = only_pod(f"{{ephemeralContainers: [{{name: e}}], {regular}, initContainers: [{{name: i}}]}}")
    found = [(container.name, container.kind, container.route[1:]) for container in pod.containers]
    assert found == [
        ("i", "init", ("initContainers", 0)),
        ("r", "regular", ("containers", 0)),
        ("s", "regular", ("containers", 1)),
        ("e", "ephemeral", ("ephemeralContainers", 0)),
    ]


def windows(pod: str, container: str) -> Container:
    """A container with some `windowsOptions`, in a pod with some."""
    own = f"{{securityContext: {{windowsOptions: {container}}}}}"
    [found] = only_pod(f"{{securityContext: {{windowsOptions: {pod}}}, containers: [{own}]}}").containers
    return found


@pytest.mark.parametrize(
    ("pod", "container", "value", "scope"),
    [
        ("{hostProcess: true}", "{}", True, "pod"),
        ("{hostProcess: true}", "null", True, "pod"),
        ("{hostProcess: true}", "{hostProcess: null}", True, "pod"),
        ("{hostProcess: true}", "{hostProcess: false}", False, "container"),
        ("{hostProcess: false}", "{hostProcess: true}", True, "container"),
        ("{hostProcess: false}", "{}", False, "pod"),
        ("{}", "{hostProcess: true}", True, "container"),
        ("{hostProcess: true}", "{runAsUserName: a}", True, "pod"),
        ("{}", "{}", None, "default"),
        ("null", "null", None, "default"),
        ("[]", "text", None, "default"),
        ('{hostProcess: "true"}', "{}", "true", "pod"),
        ("{hostProcess: true}", '{hostProcess: "false"}', "false", "container"),
    ],
)
def test_effective_host_process(pod: str, container: str, value: object, scope: str) -> None:
    found = windows(pod, container)
    assert (found.host_process.value, found.host_process.scope) == (value, scope)
    assert found.is_host_process is (value is True)
    where = {"pod": ("spec",), "container": ("spec", "containers", 0), "default": ("spec", "containers", 0)}[scope]
    assert found.host_process.route == (*where, "securityContext", "windowsOptions", "hostProcess")


@pytest.mark.parametrize(
    ("pod", "container", "expected"),
    [
        ("{}", "{}", (None, None)),
        ("{gmsaCredentialSpecName: p, gmsaCredentialSpec: q}", "{}", ("p", "q")),
        ("{gmsaCredentialSpecName: p, gmsaCredentialSpec: q}", "{gmsaCredentialSpecName: c}", ("c", None)),
        ("{gmsaCredentialSpecName: p, gmsaCredentialSpec: q}", "{gmsaCredentialSpec: c}", (None, "c")),
        ("{gmsaCredentialSpecName: p}", "{gmsaCredentialSpec: null}", ("p", None)),
    ],
)
def test_the_two_fields_of_gmsa_go_together(pod: str, container: str, expected: tuple[str | None, str | None]) -> None:
    found = windows(pod, container)
    names = ("gmsaCredentialSpecName", "gmsaCredentialSpec")
    assert tuple(found.effective("windowsOptions", name).value for name in names) == expected
    merged = found.merged.get("securityContext", {}).get("windowsOptions") or {}
    assert tuple(merged.get(name) for name in names) == expected


def test_merged_values_lead_back_to_where_they_are_written() -> None:
    context = "{runAsNonRoot: true, fsGroup: 1, seccompProfile: {type: x}, windowsOptions: {hostProcess: true}}"
    own = "{runAsNonRoot: false, windowsOptions: {runAsUserName: a}}"
    pod = only_pod(f"{{securityContext: {context}, containers: [{{securityContext: {own}}}]}}")
    [container] = pod.containers
    assert container.merged["securityContext"] == {
        "runAsNonRoot": False,
        "seccompProfile": {"type": "x"},
        "windowsOptions": {"hostProcess": True, "runAsUserName": "a"},
    }
    of_pod, of_container = ("spec", "securityContext"), ("spec", "containers", 0, "securityContext")
    assert container.source(("securityContext", "runAsNonRoot")) == (*of_container, "runAsNonRoot")
    assert container.source(("securityContext", "seccompProfile", "type")) == (*of_pod, "seccompProfile", "type")
    options = ("securityContext", "windowsOptions")
    assert container.source((*options, "hostProcess")) == ("spec", *options, "hostProcess")
    assert container.source((*options, "runAsUserName")) == (*of_container, "windowsOptions", "runAsUserName")
    assert container.source(("image",)) == ("spec", "containers", 0, "image")


INNER = """\
apiVersion: v1
kind: Pod
metadata:
  name: inner
spec:
  hostNetwork: false
  securityContext:
    windowsOptions:
      hostProcess: true
  containers:
    - name: a
      image: b
"""
LINE_OF_HOST_NETWORK = INNER.splitlines().index("  hostNetwork: false")


def literal(text: str) -> str:
    return "|\n" + "".join(f"    {line}\n" for line in text.splitlines())


def folded(text: str) -> str:
    return ">\n" + "".join(f"    {line}\n\n" for line in text.splitlines())


def indented(text: str) -> str:
    return "|2+\n" + "".join(f"      {line}\n" for line in text.splitlines())


def double_quoted(text: str) -> str:
    return '"' + "\\n\\\n    ".join(line.replace("  ", "\\x20\\x20") for line in text.splitlines()) + '"\n'


def single_quoted(_: str) -> str:
    start, end = POD.split("hostNetwork: true,")
    return f"'{start}\n\n    hostNetwork: false,\n    {end}'\n"


@pytest.mark.parametrize(
    ("write", "line"),
    [
        (literal, 6 + LINE_OF_HOST_NETWORK),
        (folded, 6 + 2 * LINE_OF_HOST_NETWORK),
        (indented, 6 + LINE_OF_HOST_NETWORK),
        (double_quoted, 5 + LINE_OF_HOST_NETWORK),
        (single_quoted, 7),
    ],
)
@pytest.mark.parametrize(("kind", "field"), [("ConfigMap", "data"), ("Secret", "stringData")])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_manifests_in_strings_are_judged_at_their_lines(
    write: Callable[[str], str], line: int, kind: str, field: str, line_end: str
) -> None:
    text = f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: outer}}\n{field}:\n  daemon.yaml: {write(INNER)}"
    scan = scan_text(text.replace("\n", line_end))
    [found] = [finding for finding in scan.findings if finding.name == "missing-host-network"]
    span = found.location.span
    shown = found.location.file.text[span.start : span.end]
    assert (found.location.start[0], shown) == (line, "false")
    assert [workload.resource.kind for workload in scan.workloads] == ["Pod"]


def names(scan: Scan) -> list[str]:
    return [finding.name for finding in scan.findings]


@pytest.mark.parametrize(
    "data",
    [
        {"a.json": '{"kind": "Pod", "apiVersion": "v1", "spec": {"hostProcess": true}}'},
        {"a.json": '{"apiVersion":"v1","kind":"Pod","spec":{"\\u0068ostProcess":true}}'},
        {"a": "kind: List\nitems:\n- kind: Pod\n  spec: {hostProcess: true}\n"},
        {"a": "a: 1\n---\nkind: Pod\nspec: {hostProcess: true}\n"},
        {"a": yaml.safe_dump({"kind": "ConfigMap", "data": {"b": "kind: Pod\nspec: {hostProcess: true}\n"}})},
    ],
)
def test_manifests_in_strings_in_every_form(data: dict[str, str]) -> None:
    outer: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": data}
    assert "misplaced-field" in names(scan_text(yaml.safe_dump(outer)))


def test_a_manifest_in_base64_is_judged_at_its_key() -> None:
    hidden = base64.b64encode(INNER.encode()).decode()
    scan = scan_text(f"kind: ConfigMap\napiVersion: v1\ndata:\n  a: !!binary {hidden}\n")
    [found] = [finding for finding in scan.findings if finding.name == "missing-host-network"]
    assert (found.location.start, found.location.precision.value) == ((4, 3), "line")


@pytest.mark.parametrize(
    "text", ["set hostProcess: true in a kind: Pod", "$x = 'hostProcess'\nkind = [\n", "hostProcess"]
)
def test_other_strings_are_left_alone(text: str) -> None:
    outer = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"note": text}}
    scan = scan_text(yaml.safe_dump(outer))
    assert [finding for finding in scan.findings if finding.consequence.value != "analysis"] == []
    assert scan.workloads == ()
