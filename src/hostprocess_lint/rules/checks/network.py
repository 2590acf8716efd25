"""Rules about host networking, ports and names."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Violation
from ...location import Label, Part, Route
from ...pods.api.formats import is_whole
from ...pods.pod import Container, Pod
from ...pods.view import View, Written
from ..context import Context
from ..gates import is_looked_at

# The sysctls of a Linux namespace that a pod may share with the node (component-helpers/node/util/sysctl/namespace.go).
_OF_THE_NETWORK = ("net.",)
_OF_IPC = ("kernel.shm", "kernel.msg", "fs.mqueue.")


def host_port_mismatch(pod: Pod, _: Context) -> Iterator[Violation]:
    """validatePodHostNetworkDeps: regular containers only; a `hostPort` of 0 is none."""
    host_network = pod.written("hostNetwork")
    if host_network is None or host_network.value is not True:
        return
    for container in pod.items("containers"):
        for port in container.items("ports"):
            host, own = port.written("hostPort"), port.written("containerPort")
            if host and host.value and host.value != (own.value if own else None):
                related = [Label(host_network.route, "the host's ports are the container's")]
                if own:
                    related.insert(0, Label(own.route, "differs from this"))
                yield Violation(
                    Label(host.route),
                    related=tuple(related),
                    container=container.text("name"),
                )


def duplicate_host_port(pod: Pod, _: Context) -> Iterator[Violation]:
    """checkHostPortConflicts: all containers together, and each init container by itself, as they run one by one.

    On the host's network a port that names no `hostPort` takes its `containerPort` there: SetDefaults_Pod says so of a
    Pod, which is what a template becomes.
    """
    host_network = pod.written("hostNetwork")
    shared = host_network is not None and host_network.value is True
    together: dict[tuple[str, str, int], Route] = {}
    for container in pod.containers:
        if container.kind != "ephemeral":
            yield from _doubled(container, shared, together if container.kind == "regular" else {})


def _doubled(container: Container, shared: bool, taken: dict[tuple[str, str, int], Route]) -> Iterator[Violation]:
    for port in container.items("ports"):
        host = port.data.get("hostPort") or (port.data.get("containerPort") if shared else None)
        if not host or not is_whole(host, "int32"):
            continue
        protocol, address = port.text("protocol") or "TCP", port.text("hostIP") or ""
        route = (*port.route, "hostPort" if port.data.get("hostPort") else "containerPort")
        earlier = taken.setdefault((protocol, address, int(host)), route)
        if earlier is not route:
            yield Violation(
                Label(route),
                message=f"port {int(host)} of the node is taken twice by one pod",
                related=(Label(earlier, "taken here"),),
                container=container.name,
            )


def host_network_conflict(pod: Pod, context: Context) -> Iterator[Violation]:
    """validateHostUsers, validatePodHostName and ValidateHostSysctl."""
    users, hostname = pod.written("hostUsers"), pod.written("hostnameOverride")
    shared = {field: found for field in ("hostNetwork", "hostPID", "hostIPC") if (found := _shared(pod, field))}
    if users and users.value is False and shared and is_looked_at("hostUsers", context.kubernetes):
        others = (Label(found.route, _NAMESPACES[field]) for field, found in shared.items())
        yield Violation(
            Label(users.route),
            message=f"`hostUsers: false` cannot stand beside `{next(iter(shared))}: true`",
            related=tuple(others),
        )
    host = shared.get("hostNetwork")
    if hostname and host and is_looked_at("hostnameOverride", context.kubernetes):
        yield Violation(Label(hostname.route), related=(Label(host.route, _NAMESPACES["hostNetwork"]),))
    yield from _host_sysctls(pod, shared)


def _shared(pod: Pod, field: str) -> Written | None:
    found = pod.written(field)
    return found if found and found.value is True else None


def _host_sysctls(pod: Pod, shared: dict[str, Written]) -> Iterator[Violation]:
    for sysctl in pod.items("securityContext", "sysctls"):
        name = (sysctl.text("name") or "").replace("/", ".")
        for field, prefixes in (("hostNetwork", _OF_THE_NETWORK), ("hostIPC", _OF_IPC)):
            if field in shared and (name.startswith(prefixes) or (field == "hostIPC" and name == "kernel.sem")):
                yield Violation(
                    Label((*sysctl.route, "name"), part=Part.VALUE),
                    message=f"`{name}` cannot be set beside `{field}: true`",
                    related=(Label(shared[field].route, _NAMESPACES[field]),),
                )


_NAMESPACES = {
    "hostNetwork": "the host's network",
    "hostPID": "the host's processes",
    "hostIPC": "the host's messages",
}


def dns_policy(pod: Pod, _: Context) -> Iterator[Violation]:
    """Only what is written: the default, ClusterFirst, falls back to the node's resolver (kubelet's dns.go)."""
    policy = pod.written("dnsPolicy")
    if policy and policy.value == "ClusterFirstWithHostNet":
        yield Violation(Label(policy.route))
    config = pod.written("dnsConfig")
    if config and isinstance(config.value, dict) and any(config.value.values()):
        yield Violation(Label(config.route))


def host_aliases(pod: Pod, _: Context) -> Iterator[Violation]:
    """shouldMountHostsFile in the kubelet's kubelet_pods.go."""
    aliases = pod.written("hostAliases")
    if aliases and aliases.value:
        yield Violation(Label(aliases.route), related=(Label(pod.because, "makes it a HostProcess pod"),))


def host_network_without_host_process(pod: Pod, _: Context) -> Iterator[Violation]:
    """containerd on Windows knows the host's network for HostProcess only; KEP-3503 is withdrawn.

    Where `hostProcess` says something else than false, that is what is wrong, and rules about it say so.
    """
    host_network = pod.written("hostNetwork")
    if host_network and host_network.value is True and not pod.is_host_process:
        said = [View(options.value, ()).written("hostProcess") for options in pod.windows_options]
        if all(each is None or each.value is False for each in said):
            yield Violation(Label(host_network.route))
