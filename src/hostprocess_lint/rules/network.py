"""Rules about host networking, ports and names."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import Context
from ..finding import Label, Violation
from ..pod import Pod


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
                    Label(host.route, "not the container's port"),
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
        yield Violation(Label(users.route, "forbidden beside host networking"), related=related)
    hostname = pod.written("hostnameOverride")
    if hostname:
        yield Violation(Label(hostname.route, "forbidden beside host networking"), related=related)
