"""Rules about the nodes that a pod lands on, and how they isolate it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...finding import Label, Part, Related, Violation
from ...pods.pod import NodeNeed, Pod
from ..context import Context

_HYPERV = re.compile(r"(?i)hyper-?v")


def not_on_windows_nodes(pod: Pod, context: Context) -> Iterator[Violation]:
    """`os.name` has no say in scheduling (kubelet's predicate.go): only selectors, affinity and names have."""
    linux = _sends_to_linux(pod)
    if linux:
        yield Violation(
            Label(linux.route, "keeps it off Windows nodes"),
            message="HostProcess pod that a node selector sends to Linux nodes",
            hint="select `kubernetes.io/os: windows`",
            related=(Label(pod.because, "needs a Windows node"),),
        )
    elif not (pod.selects_windows or pod.text("nodeName") or _by_runtime_class(pod, context)):
        yield Violation(Label(pod.because), field=(*pod.route, "nodeSelector"))


def _sends_to_linux(pod: Pod) -> NodeNeed | None:
    for need in pod.node_selector:
        if need.is_linux:
            return need
    linux = [next((need for need in needs if need.is_linux), None) for needs in pod.required_affinity]
    return linux[0] if linux and all(linux) else None


def _by_runtime_class(pod: Pod, context: Context) -> bool:
    """A RuntimeClass may select nodes. One that is not in the scan is believed to where its name says Windows."""
    name = pod.text("runtimeClassName")
    known = context.runtime_classes.get(name or "")
    if known is None:
        return "windows" in (name or "").lower()
    return any(NodeNeed(label, "In", (value,), ()).is_windows for label, value in known.node_selector.items())


def hyperv_runtime_class(pod: Pod, context: Context) -> Iterator[Violation]:
    name = pod.text("runtimeClassName")
    known = context.runtime_classes.get(name or "")
    by_handler = known is not None and bool(_HYPERV.search(known.handler))
    if name and (by_handler or _HYPERV.search(name)):
        related = (Related("its handler", known.location),) if known and by_handler else ()
        yield Violation(Label((*pod.route, "runtimeClassName"), part=Part.VALUE), related=related)


def deprecated_os_label(pod: Pod, _: Context) -> Iterator[Violation]:
    required = [need for needs in pod.required_affinity for need in needs]
    for need in (*pod.node_selector, *required, *pod.preferred_affinity):
        if need.label in ("beta.kubernetes.io/os", "beta.kubernetes.io/arch"):
            selector = need.route[-1] == need.label
            yield Violation(Label(need.route, part=Part.KEY) if selector else Label((*need.route, "key")))
