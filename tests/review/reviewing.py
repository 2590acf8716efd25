"""Manifests become a review: what its tests ask."""

from __future__ import annotations

import json
from typing import Any

from scanning import manifest

from hostprocess_lint.judge.judging import judge
from hostprocess_lint.review.cards import review
from hostprocess_lint.review.review import Card, Review
from hostprocess_lint.rules.catalogue import builtin
from hostprocess_lint.rules.context import Context

ACCOUNT = {"kind": "ServiceAccount", "name": "agent", "namespace": "ops"}
RBAC = "rbac.authorization.k8s.io/v1"


def pod(**spec: Any) -> dict[str, Any]:
    """A HostProcess pod `ops/agent` of the account `agent`; what is given comes on top."""
    base = {
        "hostNetwork": True,
        "serviceAccountName": "agent",
        "securityContext": {"windowsOptions": {"hostProcess": True, "runAsUserName": "NT AUTHORITY\\LocalService"}},
        "containers": [{"name": "agent", "image": "registry.example/agent:1.0.0"}],
    }
    metadata = {"name": "agent", "namespace": "ops", "labels": {"app": "agent"}, **spec.pop("metadata", {})}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {**base, **spec}}


def container(**fields: Any) -> dict[str, Any]:
    return {"name": "agent", "image": "registry.example/agent:1.0.0", **fields}


def thing(kind: str, name: str, namespace: str | None = None, version: str = "v1", **fields: Any) -> dict[str, Any]:
    """Any object."""
    labels = fields.pop("labels", {})
    metadata = {"name": name, "labels": labels, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}


def role(name: str, *rules: dict[str, Any], namespace: str | None = None, **fields: Any) -> dict[str, Any]:
    return thing("Role" if namespace else "ClusterRole", name, namespace, RBAC, rules=list(rules), **fields)


def bound(role: str, inside: str | None = None, **subject: str) -> dict[str, Any]:
    """A binding of the account, or of a subject that differs in some fields, to a ClusterRole."""
    reference = {"kind": "ClusterRole", "name": role, "apiGroup": "rbac.authorization.k8s.io"}
    kind = "RoleBinding" if inside else "ClusterRoleBinding"
    return thing(kind, "b", inside, RBAC, roleRef=reference, subjects=[{**ACCOUNT, **subject}])


def rule(resources: str, verbs: str = "get", group: str = "", **fields: Any) -> dict[str, Any]:
    return {"apiGroups": [group], "resources": resources.split(), "verbs": verbs.split(), **fields}


def reviewed(*objects: dict[str, Any], path: str = "deploy/agent.yaml") -> Review:
    text = "---\n".join(json.dumps(each) + "\n" for each in objects)
    return review(judge([manifest(text, path)], builtin, Context()), ["deploy"])


def card(*objects: dict[str, Any]) -> Card:
    (found,) = reviewed(*objects).cards
    return found


def reached(found: Card, kind: str) -> list[str]:
    return [each.what for each in found.reach.things if each.kind == kind]
