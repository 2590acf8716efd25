"""What the rules of a Role or ClusterRole allow, as the API server reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ..location import Label, Location, Route
from ..pods.objects import Object
from ..pods.selectors import selects
from ..pods.view import View

Locate = Callable[[Label], Location]
"""The place of a label; asked only where a finding points there, which can take long for a chart."""

Place = Callable[[], Location]
Key = tuple[str, str | None, str]
"""Kind, namespace and name; a cluster's own objects have no namespace."""

_AGGREGATED = "rbac.authorization.k8s.io/aggregate-to-"


class Allowed(NamedTuple):
    """One rule of a role. `place` is where it stands; a role that every cluster has stands nowhere.

    `role` is the one that it stands in, which of an aggregated role is one of those that are put together. `urls` are
    the API server's paths that are no resources.
    """

    groups: frozenset[str]
    resources: frozenset[str]
    verbs: frozenset[str]
    names: frozenset[str]
    role: Key
    place: Place | None = None
    urls: frozenset[str] = frozenset()

    def opens(self, group: str, resource: str, verbs: Iterable[str]) -> bool:
        """Whether it allows one of some verbs (VerbMatches, APIGroupMatches and ResourceMatches in
        kubernetes/pkg/apis/rbac/v1/evaluation_helpers.go).
        """
        if not self.groups & {group, "*"} or not self.verbs & {*verbs, "*"}:
            return False
        _, slash, subresource = resource.partition("/")
        return bool(self.resources & {"*", resource, *((f"*/{subresource}",) if slash else ())})

    @property
    def is_everything(self) -> bool:
        return "*" in self.groups and "*" in self.resources and "*" in self.verbs and not self.names


_CLUSTER_WIDE = frozenset(
    (
        *("nodes", "persistentvolumes", "users", "groups", "clusterroles", "clusterrolebindings"),
        *("mutatingwebhookconfigurations", "validatingwebhookconfigurations", "validatingadmissionpolicies"),
        *("certificatesigningrequests", "storageclasses", "volumeattachments", "csidrivers", "csinodes"),
        *("customresourcedefinitions", "runtimeclasses", "priorityclasses", "apiservices"),
    )
)
"""Resources of no namespace, of which a RoleBinding opens none, whatever its ClusterRole says: it is asked for requests
in its namespace only (VisitRulesFor in kubernetes/pkg/registry/rbac/validation/rule.go). A request for a namespace
itself is one in it."""


def is_cluster_wide(resource: str) -> bool:
    return resource.partition("/")[0] in _CLUSTER_WIDE


class RbacRole(NamedTuple):
    """A Role or ClusterRole of the scan. `selectors` are those of an aggregated one: its rules are those of the
    ClusterRoles whose labels match, and what it says itself is overwritten.
    """

    key: Key
    source: str
    rules: tuple[Allowed, ...]
    labels: Mapping[str, Any]
    selectors: tuple[Mapping[str, Any], ...] | None

    def joins(self, selectors: Iterable[Mapping[str, Any]]) -> bool:
        """Whether a ClusterRole is one of those that an aggregated one is made of."""
        return any(selects(selector, self.labels) for selector in selectors)


def key(owner: Object) -> Key:
    resource = owner.resource
    return resource.kind, None if resource.kind.startswith("Cluster") else resource.namespace, resource.name


def role(owner: Object, source: str, locate: Locate) -> RbacRole:
    view = View(owner.data, owner.route)
    labels = view.written("metadata", "labels")
    aggregated = view.written("aggregationRule") if owner.resource.kind == "ClusterRole" else None
    selectors = view.items("aggregationRule", "clusterRoleSelectors") if aggregated else ()
    return RbacRole(
        key(owner),
        source,
        tuple(_rules(view, key(owner), locate)),
        labels.value if labels and isinstance(labels.value, dict) else {},
        tuple(selector.data for selector in selectors) if aggregated else None,
    )


def _rules(view: View, own: Key, locate: Locate) -> Iterator[Allowed]:
    for rule in view.items("rules"):
        groups, resources, verbs, names, urls = (
            _strings(rule, field) for field in ("apiGroups", "resources", "verbs", "resourceNames", "nonResourceURLs")
        )
        yield Allowed(groups, resources, verbs, names, own, _place(locate, rule.route), urls)


def _place(locate: Locate, route: Route) -> Place:
    return lambda: locate(Label(route))


def _strings(view: View, field: str) -> frozenset[str]:
    found = view.written(field)
    listed = found.value if found and isinstance(found.value, list) else []
    return frozenset(item for item in listed if isinstance(item, str))


def built_in(name: str) -> tuple[Allowed, ...] | None:
    """What a role that every cluster has allows of what matters here, or None for any other role
    (bootstrappolicy in kubernetes/plugin/pkg/auth/authorizer/rbac).
    """
    rules = _BUILT_IN.get(name)
    if rules is None:
        return None
    own: Key = ("ClusterRole", None, name)
    return tuple(
        Allowed(frozenset(groups), frozenset(resources), frozenset(verbs), frozenset(), own)
        for groups, resources, verbs in rules
    )


def aggregates(name: str) -> tuple[Mapping[str, Any], ...]:
    """By which labels other ClusterRoles become part of a role that every cluster has."""
    return tuple({"matchLabels": {_AGGREGATED + each: "true"}} for each in _PUT_TOGETHER.get(name, ()))


_CHANGE = ("create", "update", "patch", "delete", "deletecollection")
_LOOK = ("get", "list", "watch")
_Rules = tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...]
_VIEW: _Rules = ((("",), ("pods", "services", "configmaps", "namespaces"), _LOOK),)
_EDIT: _Rules = (
    (("",), ("secrets",), (*_LOOK, *_CHANGE)),
    (("",), ("pods/attach", "pods/exec", "pods/portforward", "pods/proxy"), (*_LOOK, *_CHANGE)),
    (("",), ("serviceaccounts",), ("impersonate", *_CHANGE)),
    (("",), ("serviceaccounts/token",), ("create",)),
    (("",), ("pods", "replicationcontrollers"), _CHANGE),
    (("apps",), ("daemonsets", "deployments", "replicasets", "statefulsets"), _CHANGE),
    (("batch",), ("cronjobs", "jobs"), _CHANGE),
)
_ADMIN: _Rules = ((("rbac.authorization.k8s.io",), ("rolebindings", "roles"), (*_LOOK, *_CHANGE)),)
_BUILT_IN: dict[str, _Rules] = {
    "cluster-admin": ((("*",), ("*",), ("*",)),),
    "admin": (*_ADMIN, *_EDIT, *_VIEW),
    "edit": (*_EDIT, *_VIEW),
    "view": _VIEW,
}
_PUT_TOGETHER = {"admin": ("admin", "edit", "view"), "edit": ("edit", "view"), "view": ("view",)}
