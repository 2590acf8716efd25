"""Rules about what only Linux nodes know, in a pod that the API server takes because it does not name its system."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Violation
from ...location import Label, Part, Route
from ...pods.pod import Pod
from ...pods.view import View, Written
from ..context import Context
from ..gates import is_looked_at
from .fields import FORBIDDEN_IN_CONTAINER, FORBIDDEN_IN_POD
from .network import host_network_conflict
from .refusals import refused_value

_SHARED = (("hostPID",), ("hostIPC",))
_PRIVILEGES = (("securityContext", "privileged"), ("securityContext", "capabilities"))


def ignored_linux_field(pod: Pod, context: Context) -> Iterator[Violation]:
    """What `os.name: windows` would forbid (validateWindows) is skipped by the kubelet on Windows without it."""
    if pod.os is not None:
        return
    found = [
        *((written, None) for written in _of(pod, FORBIDDEN_IN_POD) if written.route[-1] != "resources"),
        *((written, None) for written in _of(pod, _SHARED) if written.value is True and not any(_privileges(pod))),
        *((written, each.name) for each in pod.containers for written in _of(each, FORBIDDEN_IN_CONTAINER)),
    ]
    refused = _refused(pod, context) if found else frozenset()
    for written, container in found:
        if not _is_privilege(written) and written.route not in refused:
            yield Violation(Label(written.route), container=container)


def linux_privilege(pod: Pod, context: Context) -> Iterator[Violation]:
    """The node's processes alone are HPC304's: they ask for less than a HostProcess container has."""
    privileges = list(_privileges(pod)) if pod.os != "windows" else []  # refused there, which says more (HPC105)
    refused = _refused(pod, context) if privileges else frozenset()
    for written, container in privileges:
        if written.route not in refused:
            added = written.route[-1] == "capabilities"
            yield Violation(Label((*written.route, "add") if added else written.route), container=container)
    for written in _of(pod, _SHARED) if privileges else ():
        if written.value is True and written.route not in refused:
            yield Violation(Label(written.route))


def forbidden_sysctl(pod: Pod, context: Context) -> Iterator[Violation]:
    """The kubelet's list of safe sysctls is empty on Windows (SafeSysctlAllowlist in kubernetes/pkg/kubelet/sysctl).

    A node supports `supplementalGroupsPolicy` where its runtime says so (predicate.go), as containerd does from 2.0 on.
    """
    if pod.os == "windows":
        return  # refused by the API server (HPC105)
    refused = {
        violation.primary.route for violation in (*host_network_conflict(pod, context), *refused_value(pod, context))
    }
    for sysctl in pod.items("securityContext", "sysctls"):
        name = sysctl.text("name")
        if name and (*sysctl.route, "name") not in refused:
            yield Violation(Label((*sysctl.route, "name"), part=Part.VALUE))
    policy = pod.written("securityContext", "supplementalGroupsPolicy")
    supported = context.containerd >= (2, 0) or not is_looked_at("supplementalGroupsPolicy", context.kubernetes)
    if policy and policy.value == "Strict" and not supported:
        yield Violation(
            Label(policy.route, part=Part.VALUE),
            message="`supplementalGroupsPolicy: Strict` needs containerd 2.0",
            hint="remove `supplementalGroupsPolicy`: Windows has no supplemental groups",
        )


def _of(view: View, paths: tuple[tuple[str, ...], ...]) -> Iterator[Written]:
    return (written for path in paths if (written := view.written(*path)) and _says_something(written.value))


def _says_something(value: object) -> bool:
    """Whether a value is more than an empty list, mapping or string."""
    if isinstance(value, dict):
        return any(_says_something(item) for item in value.values())
    return value is not None and value != [] and value != ""


def _privileges(pod: Pod) -> Iterator[tuple[Written, str]]:
    for container in pod.containers:
        for written in _of(container, _PRIVILEGES):
            if _is_privilege(written):
                yield written, container.name


def _is_privilege(written: Written) -> bool:
    if written.route[-1] == "privileged":
        return written.value is True
    return written.route[-1] == "capabilities" and isinstance(written.value, dict) and bool(written.value.get("add"))


def _refused(pod: Pod, context: Context) -> frozenset[Route]:
    """The ways to what the API server or the kubelet refuses, which has an effect."""
    rules = (host_network_conflict, refused_value, forbidden_sysctl)
    found = [violation for rule in rules for violation in rule(pod, context)]
    routes = [label.route for each in found for label in (each.primary, *each.related) if isinstance(label, Label)]
    return frozenset(route[:size] for route in routes for size in range(1, len(route) + 1))
