"""Rules about which containers of a pod are HostProcess containers."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Label, Violation
from ...pods.pod import Pod
from ..context import Context


def mixed_containers(pod: Pod, _: Context) -> Iterator[Violation]:
    """validateWindowsHostProcessPod: init and ephemeral containers count."""
    because = Label(pod.because, "makes this a HostProcess pod")
    for container in pod.containers:
        if container.is_host_process:
            continue
        own = container.written("securityContext", "windowsOptions", "hostProcess")
        place = own.route if own else (*container.route, "name")
        yield Violation(
            Label(place),
            field=(*container.route, "securityContext", "windowsOptions", "hostProcess"),
            related=(because,),
            container=container.name,
        )


def host_process_conflict(pod: Pod, _: Context) -> Iterator[Violation]:
    """validateWindowsHostProcessPod: where both say something, they say the same."""
    path = ("securityContext", "windowsOptions", "hostProcess")
    shared = pod.written(*path)
    for container in pod.containers:
        own = container.written(*path)
        if shared and own and own.value is not shared.value:
            yield Violation(
                Label(own.route),
                related=(Label(shared.route, "the pod's own value"),),
                container=container.name,
            )
