"""What does not matter to Kubernetes does not matter to the verdicts: order, comments, flow style, who says it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from scanning import POD, scan_text

from hostprocess_lint.pods.objects import objects
from hostprocess_lint.pods.templates import pods as pods_of
from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.context import Context

ACCOUNTS = [
    "NT AUTHORITY\\SYSTEM",
    "NT AUTHORITY\\LocalService",
    "nt authority\\system",
    "SYSTEM",
    "Administrators",
    "a\\\\b",
    "",
]
OF_CONCERNED_PODS = ("concerned-pod", "concerned-options")
OF_HOST_PROCESS_PODS = (*OF_CONCERNED_PODS, "host-process-pod", "host-process-object", "created-pod")
_OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "hostProcess": st.sampled_from([True, False, None, "true"]),
        "runAsUserName": st.sampled_from([*ACCOUNTS, None, 1]),
        "gmsaCredentialSpecName": st.sampled_from(["spec", None]),
    },
)
_CONTEXTS = st.fixed_dictionaries(
    {},
    optional={
        "windowsOptions": _OPTIONS,
        "runAsNonRoot": st.booleans(),
        "privileged": st.booleans(),
        "capabilities": st.just({"drop": ["ALL"]}),
    },
)
_MOUNTS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["pipe", "data", "none"]),
            "mountPath": st.sampled_from(["C:\\", "/etc/x", "C:\\Windows"]),
        },
        optional={"mountPropagation": st.sampled_from(["None", "Bidirectional", "HostToContainer"])},
    ),
    max_size=2,
)
_CONTAINERS = st.fixed_dictionaries(
    {"image": st.sampled_from(["a.example/b:1.2.3", "a.example/b", "a.example/b:latest"])},
    optional={
        "securityContext": _CONTEXTS,
        "volumeMounts": _MOUNTS,
        "command": st.sampled_from(
            [["a.exe"], ["/bin/sh", "-c", "x"], "a.exe", ["powershell", "iwr x | iex"], ["a\nb"]]
        ),
        "ports": st.just([{"containerPort": 80, "hostPort": 81}]),
        "resources": st.just({"limits": {"memory": "1Gi"}}),
    },
)
VOLUMES = [{"name": "pipe", "hostPath": {"path": "\\\\.\\pipe\\x"}}, {"name": "data", "emptyDir": {"medium": "Memory"}}]


@st.composite
def pods(draw: st.DrawFn, inherited: bool = True) -> dict[str, Any]:
    """Pods of all sorts; without what containers inherit where `inherited` is false."""
    spec: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {"volumes": st.just(VOLUMES)},
            optional={
                "hostNetwork": st.sampled_from([True, False, "yes"]),
                "os": st.sampled_from([{"name": "windows"}, {"name": "linux"}, {}]),
                "nodeSelector": st.sampled_from([{"kubernetes.io/os": "windows"}, {"kubernetes.io/os": "linux"}]),
                "securityContext": _CONTEXTS,
                "hostPID": st.booleans(),
                "dnsPolicy": st.sampled_from(["ClusterFirst", "ClusterFirstWithHostNet"]),
                "automountServiceAccountToken": st.booleans(),
            },
        )
    )
    for field in ("containers", "initContainers"):
        listed = draw(st.lists(_CONTAINERS, min_size=field == "containers", max_size=2))
        spec[field] = [{"name": f"{field[0]}{number}", **item} for number, item in enumerate(listed)]
    for holder in () if inherited else (spec, *spec["containers"], *spec["initContainers"]):
        for name in ("windowsOptions", "runAsNonRoot"):
            holder.get("securityContext", {}).pop(name, None)
    spec = json.loads(json.dumps(spec))  # what is one object here would be written as an alias, and be one cause
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}


def verdicts(text: str) -> set[tuple[str, str | None, str]]:
    """Rule, container and field of each finding; lines are another matter."""
    return {(finding.name, finding.container, finding.field) for finding in scan_text(text).findings}


def reordered(data: Any, reverse: bool) -> Any:
    """Mappings in another order of their keys; lists as they are."""
    if isinstance(data, list):
        return [reordered(item, reverse) for item in data]
    if isinstance(data, dict):
        return {key: reordered(data[key], reverse) for key in sorted(data, reverse=reverse)}
    return data


@given(pods())
def test_order_comments_and_style_change_no_verdict(pod: dict[str, Any]) -> None:
    block = yaml.safe_dump(pod, sort_keys=False, width=10_000)
    same = {
        "sorted": yaml.safe_dump(reordered(pod, reverse=False), sort_keys=False),
        "reversed": yaml.safe_dump(reordered(pod, reverse=True), sort_keys=False),
        "comments": "# first\n" + "".join(f"{line}  # behind\n\n# between\n" for line in block.splitlines()),
        "flow": yaml.safe_dump(pod, default_flow_style=True, sort_keys=False),
        "CRLF": block.replace("\n", "\r\n"),
        "mark": f"\ufeff{block}",
        "JSON": json.dumps(pod),
        "indented JSON": json.dumps(pod, indent=2),
        "neighbours": f"a: 1\n---\n{block}---\n",
    }
    expected = verdicts(block)
    assert [style for style, text in same.items() if verdicts(text) != expected] == []


def violators(pod: dict[str, Any]) -> set[tuple[str, str | None]]:
    """Each rule with those that violate it: the containers, or the pod as a whole."""
    [owner] = objects(pod)
    [view] = pods_of(owner)
    found: set[tuple[str, str | None]] = set()
    for rule in builtin():
        if rule.subject in ("host-process-container", "host-process-options"):
            for container in view.host_process_containers:
                found |= {(rule.name, container.name) for _ in rule.check(container, Context())}
        elif rule.subject in (OF_HOST_PROCESS_PODS if view.is_host_process else OF_CONCERNED_PODS):
            found |= {(rule.name, None) for _ in rule.check(view, Context())}
    return found


def placed(pod: dict[str, Any], options: dict[str, Any], on_pod: bool) -> dict[str, Any]:
    """The pod with options set on itself or on all its containers."""
    pod = copy.deepcopy(pod)
    spec = pod["spec"]
    for holder in [spec] if on_pod else [*spec["containers"], *spec["initContainers"]]:
        holder["securityContext"] = {**holder.get("securityContext", {}), **options}
    return pod


@given(pods(inherited=False), _OPTIONS, st.sampled_from([{}, {"runAsNonRoot": True}, {"runAsNonRoot": False}]))
def test_who_violates_does_not_depend_on_who_says_it(
    pod: dict[str, Any], windows: dict[str, Any], others: dict[str, Any]
) -> None:
    options = {**others, "windowsOptions": windows}
    assert violators(placed(pod, options, on_pod=True)) == violators(placed(pod, options, on_pod=False))


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [
        ("hostNetwork: true", "hostNetwork:", "HPC101", 7),
        ("automountServiceAccountToken: false", "automountServiceAccountToken: null", "HPC407", 8),
        ("nodeSelector: {kubernetes.io/os: windows}", "nodeSelector: ~", "HPC211", 9),
        ("runAsUserName: 'NT AUTHORITY\\SYSTEM'", "runAsUserName:", "HPC202", 13),
    ],
)
def test_a_key_with_null_is_the_line_to_change(old: str, new: str, rule: str, line: int) -> None:
    found = [each for each in scan_text(POD.replace(old, new)).findings if each.rule == rule]
    assert [each.location.start[0] for each in found] == [line]
