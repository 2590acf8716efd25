"""Rules about the nodes that a pod lands on, and how they isolate it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ...finding import Violation
from ...location import Label, Part, Related
from ...pods.nodeneeds import NodeNeed
from ...pods.pod import Pod
from ..context import Context

_HYPERV = r"(?i)hyper-?v"


def not_on_windows_nodes(pod: Pod, context: Context) -> Iterator[Violation]:
    """`os.name` has no say in scheduling (kubelet's predicate.go): only selectors, affinity and names have."""
    if context.node_system:
        if context.node_system != "windows":
            yield Violation(Label(pod.because), message="HostProcess pod that is on a Linux node")
        return
    linux, nowhere = _first(pod, lambda need: need.is_linux), _first(pod, lambda need: need.is_nowhere)
    if linux:
        yield Violation(
            Label(linux.route, "keeps it off Windows nodes"),
            message="HostProcess pod that a node selector sends to Linux nodes",
            hint="select `kubernetes.io/os: windows`",
            related=(Label(pod.because, "needs a Windows node"),),
        )
    elif nowhere:
        yield Violation(
            Label(nowhere.route, "no node has this", Part.PAIR),
            message="HostProcess pod that no node fits: labels and their values are case-sensitive",
            hint="write `kubernetes.io/os: windows`",
            related=(Label(pod.because, "needs a Windows node"),),
        )
    elif pod.empty_affinity:
        yield Violation(
            Label(pod.empty_affinity, "selects no node", Part.KEY),
            message="HostProcess pod that no node fits: an empty term of a node affinity selects none",
            hint="write `kubernetes.io/os: windows` as `nodeSelector`, or into a term",
            related=(Label(pod.because, "needs a Windows node"),),
        )
    elif not (pod.selects_windows or pod.names_nodes or _by_runtime_class(pod, context)):
        yield Violation(Label(pod.because), field=(*pod.route, "nodeSelector"))


def _first(pod: Pod, demands: Callable[[NodeNeed], bool]) -> NodeNeed | None:
    """The demand that decides: a node meets all of the selector's, and those of one term of the affinity."""
    for need in pod.node_selector:
        if demands(need):
            return need
    terms = [next((need for need in needs if demands(need)), None) for needs in pod.required_affinity]
    return terms[0] if terms and all(terms) else None


def _by_runtime_class(pod: Pod, context: Context) -> bool:
    """A RuntimeClass may select nodes. One that is not in the scan is believed to where its name says Windows."""
    name = pod.text("runtimeClassName")
    known = context.runtime_class(name or "")
    if known is None:
        return "windows" in (name or "").lower()
    return any(NodeNeed(label, "In", (value,), ()).is_windows for label, value in known.node_selector.items())


def hyperv_runtime_class(pod: Pod, context: Context) -> Iterator[Violation]:
    """runhcs before 0.15.0-rc.2 starts the machine, and the container beside it on the node (task_hcs.go in hcsshim);
    containerd brings a newer one since 2.3.4. What a class of the scan is called does not matter, its handler does.
    """
    name = pod.text("runtimeClassName")
    known = context.runtime_class(name or "")
    if name and re.search(_HYPERV, known.handler if known else name):
        inside = context.containerd >= (2, 3)
        yield Violation(
            Label((*pod.route, "runtimeClassName"), part=Part.VALUE),
            message="HostProcess pod whose host is a virtual machine, from containerd 2.3.4 on" if inside else None,
            related=(Related("its handler", known.location),) if known else (),
        )


def deprecated_os_label(pod: Pod, _: Context) -> Iterator[Violation]:
    required = [need for needs in pod.required_affinity for need in needs]
    for need in (*pod.node_selector, *required, *pod.preferred_affinity):
        if need.label in ("beta.kubernetes.io/os", "beta.kubernetes.io/arch"):
            selector = need.route[-1] == need.label
            yield Violation(Label(need.route, part=Part.KEY) if selector else Label((*need.route, "key")))
