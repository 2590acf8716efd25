"""Rules about how a controller replaces its pods."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...finding import Level, Violation
from ...location import Label, Part
from ...pods.pod import Pod
from ...pods.templates import is_custom
from ...pods.view import View, Written
from ..context import Context

_NOTHING = re.compile(r"0+%?\Z")


def host_port_surge(pod: Pod, _: Context) -> Iterator[Violation]:
    """On the host's network every port is the node's (SetDefaults_Pod), and the scheduler's NodePorts puts no second
    pod with it on a node: a DaemonSet's surge pod has no other node to go to.
    """
    kind, owner = pod.owner.resource.kind, View(pod.owner.data, pod.owner.route)
    port = _port(pod)
    if port is None or kind not in ("DaemonSet", "Deployment") or is_custom(pod.owner.resource):
        return
    strategy = "updateStrategy" if kind == "DaemonSet" else "strategy"
    surge = owner.written("spec", strategy, "rollingUpdate", "maxSurge")
    taken = (Label(port.route, "taken by the old pod"),)
    if (owner.text("spec", strategy, "type") or "RollingUpdate") != "RollingUpdate" or (surge and not _is_some(surge)):
        return
    if kind == "DaemonSet" and surge:
        yield Violation(Label(surge.route, part=Part.VALUE), related=taken)
    elif kind == "Deployment":
        written = surge or owner.written("spec", strategy)
        yield Violation(
            Label(written.route) if written else Label(port.route),
            field=(*owner.route, "spec", strategy),
            message="new pod of a Deployment needs a node on which no pod of it has the port",
            related=taken if written else (),
            hint="use `strategy: {type: Recreate}` or `maxSurge: 0`, unless there are always more nodes than replicas",
            level=Level.NOTE,
        )


def _port(pod: Pod) -> Written | None:
    """The first port that a container which stays takes on the node."""
    for container in pod.containers:
        stays = container.kind == "regular" or container.text("restartPolicy") == "Always"
        for port in container.items("ports") if stays else ():
            found = port.written("hostPort") or port.written("containerPort")
            if found:
                return found
    return None


def _is_some(surge: Written) -> bool:
    """Whether a number or a percentage is more than nothing."""
    return surge.value != 0 and not (isinstance(surge.value, str) and _NOTHING.match(surge.value))
