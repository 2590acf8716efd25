"""What the documents of a scan say about the pods of others: Pod Security, runtime classes, scripts, rights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..finding import Resource
from ..location import Label, Location, Part
from ..pods.objects import Object
from ..pods.view import View
from ..rules.context import ConfigMap, Context, NamespaceLabel, RuntimeClass
from .parsed import Parsed

if TYPE_CHECKING:
    from ..rules.rights import Rights

_RBAC = ("rbac.authorization.k8s.io", "authorization.openshift.io")
"""The API's group, and the one under which OpenShift takes the same objects."""

_GRANTS = ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")

GRANTING = frozenset((("", "ServiceAccount"), *((group, kind) for group in _RBAC for kind in _GRANTS)))
"""The groups and kinds that say who may do what."""

_NAMESPACE = ("", "Namespace")
_RUNTIME_CLASS = ("node.k8s.io", "RuntimeClass")

_TOLD_BY = (_NAMESPACE, ("", "Node"), _RUNTIME_CLASS)
"""The groups and kinds that are asked for by name only, and hold no pods."""


def is_told_by(resource: Resource) -> bool:
    """Whether an object only says something about others. Longhorn, to name one, has a `Node` of its own."""
    return (resource.group, resource.kind) in _TOLD_BY


class ScanFacts:
    """What was said so far, by the name of whom it is about."""

    def __init__(self) -> None:
        self._namespaces: dict[str, tuple[NamespaceLabel, ...]] = {}
        self._runtime_classes: dict[str, RuntimeClass] = {}
        self._config_maps: dict[str, list[ConfigMap]] = {}
        self._rights: Rights | None = None

    def note(self, owner: Object, parsed: Parsed) -> None:
        """Keeps what an object says about others."""
        name, kind = owner.resource.name, (owner.resource.group, owner.resource.kind)
        if kind == _NAMESPACE and name:  # without one it is about no pod
            self._namespaces[name] = (*self._namespaces.get(name, ()), *_pod_security(owner, parsed))
        elif kind == _RUNTIME_CLASS:
            self._runtime_classes[name] = _runtime_class(owner, parsed)
        elif kind == ("", "ConfigMap"):
            self._config_maps.setdefault(name, []).append(_config_map(owner, parsed))
        elif kind in GRANTING:
            self._known_rights().add(owner, parsed.rendered.origin.path, lambda label: parsed.locate(label)[0])

    def _known_rights(self) -> Rights:
        from ..rules.rights import Rights  # here, because few manifests have such objects

        self._rights = self._rights or Rights()
        return self._rights

    def told(self, context: Context) -> Context:
        """A context that knows them."""
        return context._replace(
            namespaces=self._namespaces,
            runtime_classes=self._runtime_classes,
            config_maps=self._config_maps,
            rights=self._rights,
        )


def _pod_security(namespace: Object, parsed: Parsed) -> Iterator[NamespaceLabel]:
    labels = View(namespace.data, namespace.route)
    for mode in ("enforce", "warn", "audit"):
        label = labels.written("metadata", "labels", f"pod-security.kubernetes.io/{mode}")
        if label:
            yield NamespaceLabel(mode, str(label.value), parsed.locate(Label(label.route))[0])


def _runtime_class(owner: Object, parsed: Parsed) -> RuntimeClass:
    view = View(owner.data, owner.route)
    selector = view.written("scheduling", "nodeSelector")
    return RuntimeClass(
        handler=view.text("handler") or "",
        node_selector=selector.value if selector and isinstance(selector.value, dict) else {},
        location=parsed.locate(Label((*owner.route, "handler")))[0],
    )


def _config_map(owner: Object, parsed: Parsed) -> ConfigMap:
    data = View(owner.data, owner.route).written("data")
    texts = data.value if data and isinstance(data.value, dict) else {}

    def locate(key: str) -> Location:
        return parsed.locate(Label((*owner.route, "data", key), part=Part.KEY))[0]

    readable = {key: text for key, text in texts.items() if isinstance(text, str)}
    return ConfigMap(owner.resource.namespace, readable, parsed.rendered.origin.path, locate)
