"""What a HostProcess container may take, which image it runs, and what is written for nothing."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from scanning import POD, scan_text

from hostprocess_lint.finding import Finding
from hostprocess_lint.rules.context import Approved, Context


def found(rule: str, context: Context | None = None, pod: dict[str, Any] | None = None, **fields: Any) -> list[Finding]:
    """What one rule finds in the pod with some fields of its container replaced; None takes one out."""
    document = yaml.safe_load(POD)
    document["spec"].update(pod or {})
    container = document["spec"]["containers"][0]
    container.update(fields)
    for name in [name for name, value in fields.items() if value is None]:
        del container[name]
    findings = scan_text(yaml.safe_dump(document), context).findings
    return [each for each in findings if each.rule == rule]


@pytest.mark.parametrize(
    ("memory", "is_limit"),
    [
        ("1Mi", True),
        ("512Mi", True),
        ("1e9", True),
        ("2M", True),
        (1048576, True),
        (512, False),
        ("512", False),
        ("0", False),
        ("900k", False),
        ("200m", False),
        ("lots", True),  # which the API refuses
    ],
)
def test_a_limit_is_at_least_a_mebibyte(memory: object, is_limit: bool) -> None:
    assert bool(found("HPC408", resources={"limits": {"memory": memory}})) is not is_limit


@pytest.mark.parametrize(
    ("resources", "field", "line_says"),
    [
        (None, "name", "- name: agent"),
        ({"requests": {"memory": "1Gi"}}, "resources", "resources:"),
        ({}, "resources", "resources:"),
    ],
)
def test_a_missing_limit_is_shown_at_the_container(resources: object, field: str, line_says: str) -> None:
    (finding,) = found("HPC408", resources=resources)
    assert finding.field == "spec.containers[0].resources.limits.memory"
    line = finding.location.file.text.splitlines()[finding.location.start[0] - 1]
    assert line.strip().startswith(field) or line.strip() == line_says
    assert not finding.related


def test_an_ephemeral_container_has_no_limits() -> None:
    debug = {"name": "debug", "image": "a:1.2.3"}
    assert not found("HPC408", pod={"ephemeralContainers": [debug]})
    assert found("HPC408", pod={"initContainers": [debug]})


MOVING = ["latest", "LATEST", "canary-windows-hp", "latest-windows", "1.2-edge", "windowsservercore-stable", "v1.main"]
FIXED = ["1.2.3", "1.2.3-stable", "v1.33.2-dev.4", "main-20260401", "edge-3f2a1bc", "stablediffusion", "developer"]


@pytest.mark.parametrize("tag", MOVING)
def test_a_tag_moves(tag: str) -> None:
    assert found("HPC409", image=f"registry.example/agent:{tag}")


@pytest.mark.parametrize("tag", FIXED)
def test_a_tag_stays(tag: str) -> None:
    assert not found("HPC409", image=f"registry.example/agent:{tag}")
    assert found("HPC409", Context(require_digest=True), image=f"registry.example/agent:{tag}")


@pytest.mark.parametrize(
    ("entry", "approves"),
    [
        (Approved(account="NT AUTHORITY\\*"), True),
        (Approved(account="nt authority\\system"), True),
        (Approved(account="*LocalService"), False),
        (Approved(command="agent.exe *"), True),
        (Approved(command="agent.exe"), False),
        (Approved(command="*", name="agent"), True),
        (Approved(name="other", account="*"), False),
    ],
)
def test_approval_is_of_accounts_and_commands_too(entry: Approved, approves: bool) -> None:
    context = Context(approved_workloads=(entry,))
    assert bool(found("HPC410", context, command=["agent.exe"], args=["--all"])) is not approves


FLEET = "apiVersion: example.org/v1\nkind: Fleet\nmetadata: {name: f, namespace: ops}\nspec: {hostProcess: true}\n"


@pytest.mark.parametrize(
    ("approved", "reported"),
    [
        (None, False),
        ((), True),
        ((Approved(kind="Fleet"),), False),
        ((Approved(kind="Fleet", image="*"),), True),
        ((Approved(kind="Pod"),), True),
    ],
)
def test_what_cannot_be_judged_has_to_be_approved(approved: tuple[Approved, ...] | None, reported: bool) -> None:
    findings = scan_text(FLEET, Context(approved_workloads=approved)).findings
    assert [(each.rule, each.level.value, each.location.start[0]) for each in findings] == [
        ("HPC410", "error", 3)
    ] * reported


ENV = [
    ([{"name": "A", "value": "x"}, {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}], 0),
    ([{"name": "A", "value": ""}], 1),
    ([{"name": "A"}], 1),
    ([{"name": "Path", "value": "x"}, {"name": "PATH", "value": "y"}], 1),
    ([{"name": "A", "value": "x"}, {"name": "A", "value": "y"}], 0),
]


@pytest.mark.parametrize(("env", "count"), ENV)
def test_variables_that_do_nothing(env: list[dict[str, Any]], count: int) -> None:
    assert len(found("HPC323", env=env)) == count


def test_fields_that_do_nothing() -> None:
    resize = [{"resourceName": "cpu", "restartPolicy": "NotRequired"}]
    assert [each.field for each in found("HPC323", resizePolicy=resize)] == ["spec.containers[0].resizePolicy"]
    assert not found("HPC323", resizePolicy=[])
    claims = found("HPC323", resources={"claims": [{"name": "gpu"}], "limits": {"memory": "1Gi"}})
    assert [each.field for each in claims] == ["spec.containers[0].resources.claims"]
    signal = {"stopSignal": "SIGTERM"}
    assert [each.field for each in found("HPC323", lifecycle=signal)] == ["spec.containers[0].lifecycle.stopSignal"]
    assert not found("HPC323", pod={"os": {"name": "windows"}}, lifecycle=signal)
    assert found("HPC323", pod={"os": {"name": "windows"}}, lifecycle={"stopSignal": "SIGINT"})


@pytest.mark.parametrize(
    ("context", "rule", "reported"),
    [
        ({"runAsNonRoot": True}, "HPC305", True),
        ({"runAsNonRoot": True, "windowsOptions": {"runAsUserName": "ContainerAdministrator"}}, "HPC305", False),
        ({"runAsNonRoot": True, "windowsOptions": {"runAsUserName": "containerADMINISTRATOR"}}, "HPC213", True),
        ({"capabilities": {}}, "HPC304", False),
        ({"capabilities": {"drop": []}}, "HPC304", False),
        ({"capabilities": {"drop": ["ALL"]}}, "HPC304", True),
        ({"seLinuxOptions": {"level": ""}}, "HPC304", False),
        ({"readOnlyRootFilesystem": False}, "HPC304", True),
        ({"privileged": True}, "HPC406", True),
        ({"privileged": True, "allowPrivilegeEscalation": False}, "HPC117", True),
        ({"privileged": True, "allowPrivilegeEscalation": False}, "HPC304", False),
        ({"privileged": True, "allowPrivilegeEscalation": False}, "HPC406", False),
    ],
)
def test_what_is_refused_has_an_effect(context: dict[str, Any], rule: str, reported: bool) -> None:
    assert bool(found(rule, securityContext=context)) is reported


@pytest.mark.parametrize(
    ("pod", "rules"),
    [
        ({"hostPID": True}, {"HPC304"}),
        ({"hostPID": True, "hostIPC": True}, {"HPC304"}),
        ({"hostPID": False}, set()),
        ({"dnsConfig": {}}, set()),
        ({"dnsConfig": {"nameservers": []}}, set()),
        ({"dnsConfig": {"nameservers": ["10.0.0.10"]}}, {"HPC302"}),
        ({"hostAliases": []}, set()),
        ({"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["a"]}]}, {"HPC303"}),
    ],
)
def test_an_empty_list_says_nothing(pod: dict[str, Any], rules: set[str]) -> None:
    assert {rule for rule in ("HPC302", "HPC303", "HPC304", "HPC406") if found(rule, pod=pod)} == rules


@pytest.mark.parametrize(
    ("sysctl", "context", "rules"),
    [
        ("kernel.msgmax", {}, {"HPC220"}),
        ("net.core.somaxconn", {}, {"HPC108"}),
        ("net/core/somaxconn", {}, {"HPC108"}),
        ("kernel.msgmax", {"os": {"name": "windows"}}, {"HPC105"}),
        ("kernel.msgmax", {"hostIPC": True}, {"HPC108"}),
    ],
)
def test_sysctls_are_refused_by_somebody(sysctl: str, context: dict[str, Any], rules: set[str]) -> None:
    text = yaml.safe_load(POD)["spec"]["securityContext"]
    pod = {"securityContext": {**text, "sysctls": [{"name": sysctl, "value": "1"}]}, **context}
    assert {rule for rule in ("HPC105", "HPC108", "HPC220", "HPC304") if found(rule, pod=pod)} == rules


@pytest.mark.parametrize(
    ("versions", "reported"),
    [
        (Context(kubernetes=(1, 37)), False),
        (Context(kubernetes=(1, 35)), True),
        (Context(kubernetes=(1, 32)), False),
        (Context(kubernetes=(1, 37), containerd_version=(1, 7)), True),
    ],
)
def test_strict_groups_need_containerd_2(versions: Context, reported: bool) -> None:
    context = {**yaml.safe_load(POD)["spec"]["securityContext"], "supplementalGroupsPolicy": "Strict"}
    assert bool(found("HPC220", versions, pod={"securityContext": context})) is reported


@pytest.mark.parametrize(("root", "levels"), [("C:\\scanner", ["note", "warning"]), ("C:\\scanner\\", ["note"])])
def test_a_root_ends_with_a_backslash(root: str, levels: list[str]) -> None:
    annotated = f"  namespace: ops\n  annotations: {{microsoft.com/hostprocess-rootfs-location: '{root}'}}\n"
    findings = scan_text(POD.replace("  namespace: ops\n", annotated)).findings
    assert sorted(each.level.value for each in findings if each.rule == "HPC404") == levels
