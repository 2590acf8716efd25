"""Which rights of RBAC lead from one account to more."""

from __future__ import annotations

from typing import NamedTuple

from .roles import Allowed, is_cluster_wide

EVERYTHING = "do everything"

_LOOK = ("get", "list", "watch")
_MAKE = ("create",)
_CHANGE = ("create", "patch", "update")
_RBAC = "rbac.authorization.k8s.io"


class Power(NamedTuple):
    """What somebody can do who may do one of `verbs` to a resource. `weight` is that of the whole cluster."""

    what: str
    group: str
    resource: str
    verbs: tuple[str, ...]
    weight: int = 3

    def is_given(self, rule: Allowed, namespace: str | None) -> bool:
        """Whether a rule of a role gives it in a namespace; None is everywhere."""
        here = namespace is None or not is_cluster_wide(self.resource)
        return here and rule.opens(self.group, self.resource, self.verbs)

    def covers(self, group: str, resource: str) -> bool:
        """Whether what a rule says of a resource is this power, wildcards of it included."""
        _, slash, subresource = self.resource.partition("/")
        return group in (self.group, "*") and resource in (self.resource, *((f"*/{subresource}",) if slash else ()))


POWERS = (
    Power("read secrets", "", "secrets", _LOOK),
    Power("create pods", "", "pods", _MAKE),
    Power("create pods", "", "replicationcontrollers", _CHANGE),
    *(Power("create pods", "apps", f"{kind}s", _CHANGE) for kind in ("daemonset", "deployment", "statefulset")),
    Power("create pods", "apps", "replicasets", _CHANGE),
    *(Power("create pods", "batch", kind, _CHANGE) for kind in ("cronjobs", "jobs")),
    *(Power("run commands in pods", "", f"pods/{way}", ("create", "get")) for way in ("attach", "exec")),
    Power("run commands in pods", "", "pods/ephemeralcontainers", ("patch", "update")),
    Power("reach kubelets through the API server", "", "nodes/proxy", ("create", "get")),
    Power("make tokens of service accounts", "", "serviceaccounts/token", _MAKE),
    *(Power("act as others", "", who, ("impersonate",)) for who in ("groups", "serviceaccounts", "users")),
    *(Power("give itself more rights", _RBAC, who, ("bind", "escalate")) for who in ("clusterroles", "roles")),
    *(Power("bind roles", _RBAC, f"{who}bindings", _CHANGE, 2) for who in ("clusterrole", "role")),
    Power("change nodes", "", "nodes", ("delete", "patch", "update"), 2),
    Power("make volumes of node directories", "", "persistentvolumes", _MAKE, 2),
    *(
        Power("change what is admitted", "admissionregistration.k8s.io", f"{kind}webhookconfigurations", _CHANGE)
        for kind in ("mutating", "validating")
    ),
    Power("approve certificates", "certificates.k8s.io", "certificatesigningrequests/approval", ("patch", "update")),
)
"""What leads from one account to more ("privilege escalation risks" of RBAC Good Practices in Kubernetes' manual)."""
