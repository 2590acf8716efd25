"""Which nodes a pod asks for."""

from typing import Any, NamedTuple

from ..location import Route
from .view import View

OS_LABELS = ("kubernetes.io/os", "beta.kubernetes.io/os")

# Labels that a cloud sets by a node pool's system, and one that the kubelet sets on Windows nodes only.
_POOL_LABELS = ("kubernetes.azure.com/os-sku", "kubernetes.azure.com/os-type", "cloud.google.com/gke-os-distribution")
_WINDOWS_BUILD = "node.kubernetes.io/windows-build"


class NodeNeed(NamedTuple):
    """One demand on a node's labels. `operator` is one of a node selector's (`In`, `NotIn`, `Exists` …)."""

    label: str
    operator: str
    values: tuple[Any, ...]
    route: Route

    @property
    def is_windows(self) -> bool:
        """Whether only Windows nodes meet it."""
        if self.label == _WINDOWS_BUILD:
            return self.operator in ("In", "Exists")
        if self.label in OS_LABELS and self.operator == "NotIn":
            return "linux" in self.values
        if self.operator != "In" or not self.values:
            return False
        if self.label in OS_LABELS:
            return "windows" in self.values and "linux" not in self.values
        return self.label in _POOL_LABELS and all(str(value).lower().startswith("windows") for value in self.values)

    @property
    def is_linux(self) -> bool:
        """Whether only Linux nodes meet it."""
        return self.is_about_os and "linux" in self.values and "windows" not in self.values

    @property
    def is_nowhere(self) -> bool:
        """Whether no node meets it: it asks for a system that is none, or for a label that is nearly the system's."""
        nearly = self.label not in OS_LABELS and self.label.lower() in OS_LABELS
        return nearly or (self.is_about_os and not {"linux", "windows"} & set(map(str, self.values)))

    @property
    def is_about_os(self) -> bool:
        return self.label in OS_LABELS and self.operator == "In" and bool(self.values)


def _needs(term: View) -> tuple[NodeNeed, ...]:
    """The demands of one node selector term."""
    found = []
    for need in term.items("matchExpressions"):
        values = need.data.get("values")
        held = tuple(values) if isinstance(values, list) else ()
        found.append(NodeNeed(need.text("key") or "", need.text("operator") or "", held, need.route))
    return tuple(found)


_AFFINITY = ("affinity", "nodeAffinity")
_REQUIRED = (*_AFFINITY, "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")


def selected(spec: View) -> tuple[NodeNeed, ...]:
    """The demands of a pod's `nodeSelector`: a node meets all of them."""
    selector = spec.written("nodeSelector")
    if selector is None or not isinstance(selector.value, dict):
        return ()
    return tuple(NodeNeed(label, "In", (value,), (*selector.route, label)) for label, value in selector.value.items())


def required_terms(spec: View) -> tuple[tuple[NodeNeed, ...], ...]:
    """The terms of a pod's required node affinity: a node meets all the demands of one of them."""
    return tuple(_needs(term) for term in _terms(spec))


def _terms(spec: View) -> tuple[View, ...]:
    """Those terms that a node can meet: an empty one selects none (NewLazyErrorNodeSelector in
    k8s.io/component-helpers/scheduling/corev1/nodeaffinity).
    """
    return tuple(term for term in spec.items(*_REQUIRED) if not _is_empty(term))


def _is_empty(term: View) -> bool:
    return not (term.data.get("matchExpressions") or term.data.get("matchFields"))


def empty_terms(spec: View) -> Route | None:
    """The way to the terms of a pod's required node affinity where all of them are empty, so that no node fits."""
    terms = tuple(spec.items(*_REQUIRED))
    return (*spec.route, *_REQUIRED) if terms and all(map(_is_empty, terms)) else None


def preferred(spec: View) -> tuple[NodeNeed, ...]:
    """What a pod's preferred node affinity names."""
    terms = spec.items(*_AFFINITY, "preferredDuringSchedulingIgnoredDuringExecution")
    preferences = (View(term.data.get("preference"), (*term.route, "preference")) for term in terms)
    return tuple(need for preference in preferences for need in _needs(preference))


def is_called_by_name(spec: View) -> bool:
    """Whether a pod goes to nodes that are called by name."""
    if spec.text("nodeName"):
        return True
    terms = _terms(spec)
    return bool(terms) and all(
        any(field.text("key") == "metadata.name" and field.text("operator") == "In" for field in fields)
        for fields in (term.items("matchFields") for term in terms)
    )
