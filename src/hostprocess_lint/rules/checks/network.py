"""Rules about host networking, ports and names."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Label, Violation
from ...pods.pod import Pod
from ..context import Context


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


def host_network_conflict(pod: Pod, _: Context) -> Iterator[Violation]:
    """validateHostUsers and validatePodHostName."""
    host_network = pod.written("hostNetwork")
    if host_network is None or host_network.value is not True:
        return
    related = (Label(host_network.route, "the host's network"),)
    users = pod.written("hostUsers")
    if users and users.value is False:
        yield Violation(Label(users.route), related=related)
    hostname = pod.written("hostnameOverride")
    if hostname:
        yield Violation(Label(hostname.route), related=related)


def dns_policy(pod: Pod, _: Context) -> Iterator[Violation]:
    """Only what is written: the default, ClusterFirst, falls back to the node's resolver (kubelet's dns.go)."""
    policy = pod.written("dnsPolicy")
    if policy and policy.value == "ClusterFirstWithHostNet":
        yield Violation(Label(policy.route))
    config = pod.written("dnsConfig")
    if config:
        yield Violation(Label(config.route))


def host_network_without_host_process(pod: Pod, _: Context) -> Iterator[Violation]:
    """containerd on Windows knows the host's network for HostProcess only; KEP-3503 is withdrawn."""
    host_network = pod.written("hostNetwork")
    if host_network and host_network.value is True and not pod.is_host_process:
        yield Violation(Label(host_network.route))
