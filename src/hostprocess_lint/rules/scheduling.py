"""Rules about the nodes that a pod lands on."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import Context
from ..finding import Label, Route, Violation
from ..pod import OS_LABELS, Pod, View

# Labels that a cloud sets by a node pool's system, where they say Windows.
_POOL_LABELS = ("kubernetes.azure.com/os-sku", "kubernetes.azure.com/os-type", "cloud.google.com/gke-os-distribution")
_WINDOWS_BUILD = "node.kubernetes.io/windows-build"


def not_on_windows_nodes(pod: Pod, context: Context) -> Iterator[Violation]:
    """`os.name` has no say in scheduling (kubelet's predicate.go): only selectors, affinity and names have."""
    linux = _linux_selector(pod)
    if linux:
        yield Violation(
            Label(linux, "keeps it off Windows nodes"),
            message="HostProcess pod that a node selector sends to Linux nodes",
            hint="select `kubernetes.io/os: windows`",
            related=(Label(pod.because, "needs a Windows node"),),
        )
    elif not keeps_on_windows(pod):
        yield Violation(Label(pod.because, "needs a Windows node"), field=(*pod.route, "nodeSelector"))


def keeps_on_windows(pod: Pod) -> bool:
    """Whether something in the pod's spec binds it to Windows nodes."""
    if pod.text("nodeName"):
        return True
    if "windows" in (pod.text("runtimeClassName") or "").lower():
        return True
    selector = pod.written("nodeSelector")
    if selector and isinstance(selector.value, dict):
        if any(_is_windows(label, [value]) for label, value in selector.value.items()):
            return True
    terms = list(_required_terms(pod))
    return bool(terms) and all(any(_demands_windows(need) for need in _needs(term)) for term in terms)


def _linux_selector(pod: Pod) -> Route | None:
    selector = pod.written("nodeSelector")
    for label in OS_LABELS:
        if selector and isinstance(selector.value, dict) and selector.value.get(label) == "linux":
            return (*selector.route, label)
    terms = [list(_needs(term)) for term in _required_terms(pod)]
    linux = [next((need for need in needs if _demands_linux(need)), None) for needs in terms]
    if linux and all(linux) and linux[0]:
        return (*linux[0].route, "values")
    return None


def _required_terms(pod: Pod) -> Iterator[View]:
    """The node selector terms of the required affinity: a node has to fit one of them."""
    return pod.items("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")


def _needs(term: View) -> Iterator[View]:
    return term.items("matchExpressions")


def _demands_windows(need: View) -> bool:
    label, operator, values = need.text("key") or "", need.text("operator"), need.data.get("values")
    if operator == "In" and isinstance(values, list) and values:
        return _is_windows(label, values)
    if operator == "NotIn" and label in OS_LABELS and isinstance(values, list):
        return "linux" in values
    return operator == "Exists" and label == _WINDOWS_BUILD


def _demands_linux(need: View) -> bool:
    return need.text("key") in OS_LABELS and need.text("operator") == "In" and need.data.get("values") == ["linux"]


def _is_windows(label: str, values: list[object]) -> bool:
    if label == _WINDOWS_BUILD:
        return True
    if label in OS_LABELS:
        return all(value == "windows" for value in values)
    return label in _POOL_LABELS and all(str(value).lower().startswith("windows") for value in values)
