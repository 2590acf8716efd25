"""Rules about which containers of a pod are HostProcess containers."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Violation
from ...location import Label
from ...pods.pod import Container, Pod
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
            hint=_joining(container, pod),
            container=container.name,
        )


def _joining(container: Container, pod: Pod) -> str:
    """How the container becomes one of the pod's HostProcess containers, account and all."""
    shared = pod.written("securityContext", "windowsOptions", "hostProcess")
    has_account = container.account.value is not None
    if container.written("securityContext", "windowsOptions", "hostProcess") is None:
        what = "`hostProcess: true`" if has_account else "`hostProcess: true` and a `runAsUserName`"
        change = f"set {what} once, in the pod's `securityContext.windowsOptions`"
    elif shared and shared.value is True:
        change = "remove `hostProcess` here"
    else:
        change = "set `hostProcess: true` here" if has_account else "set `hostProcess: true` and a `runAsUserName` here"
    return f"{change}, or move the container to a pod of its own"


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
                hint="set the pod's to true, or remove it there" if own.value is True else None,
                container=container.name,
            )
