"""What the documents of a scan say about the pods of others: Pod Security, runtime classes, scripts, rights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from ..finding import Resource
from ..location import Label, Location, Part
from ..pods.objects import STRING_FIELDS, Object
from ..pods.view import View
from ..rules.context import ANY, Context, NamespaceLabel, RuntimeClass, TextHolder
from ..rules.near import Versions
from .parsed import Parsed

if TYPE_CHECKING:
    from ..rules.rights import Rights

_RBAC = ("rbac.authorization.k8s.io", "authorization.openshift.io")
"""The API's group, and the one under which OpenShift takes the same objects."""

_GRANTS = ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")

GRANTING = frozenset((("", "ServiceAccount"), *((group, kind) for group in _RBAC for kind in _GRANTS)))
"""The groups and kinds that say who may do what."""

_TEXT_HOLDERS = tuple(("", kind) for kind in STRING_FIELDS)
"""The groups and kinds whose texts a pod can mount."""

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
        self._namespaces: defaultdict[str, Versions[tuple[NamespaceLabel, ...]]] = defaultdict(Versions)
        self._runtime_classes: defaultdict[str, Versions[RuntimeClass]] = defaultdict(Versions)
        self._text_holders: defaultdict[tuple[str, str | None, str], Versions[TextHolder]] = defaultdict(Versions)
        self._rights: Rights | None = None

    def note(self, owner: Object, parsed: Parsed) -> None:
        """Keeps what an object says about others."""
        name, kind = owner.resource.name, (owner.resource.group, owner.resource.kind)
        source = parsed.rendered.origin.path
        if kind == _NAMESPACE and name:  # without one it is about no pod
            self._namespaces[name].add(source, tuple(_pod_security(owner, parsed)))
        elif kind == _RUNTIME_CLASS:
            self._runtime_classes[name].add(source, _runtime_class(owner, parsed))
        elif kind in _TEXT_HOLDERS:
            holder = _text_holder(owner, parsed)
            for namespace in (owner.resource.namespace, ANY):
                self._text_holders[kind[1], namespace, name].add(source, holder)
        elif kind in GRANTING:
            self._known_rights().add(owner, source, lambda label: parsed.locate(label)[0])

    def _known_rights(self) -> Rights:
        from ..rules.rights import Rights  # here, because few manifests have such objects

        self._rights = self._rights or Rights()
        return self._rights

    def told(self, context: Context) -> Context:
        """A context that knows them."""
        if self._rights:
            context = context._replace(automounts=self._rights.automounts, grants=self._rights.grants)
        return context._replace(
            namespaces=self._namespaces,
            runtime_classes=self._runtime_classes,
            text_holders=self._text_holders,
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


_ANSI = "latin-1"
"""What a script without a mark is read in on the node: a code page of its own, whose first half this one shares."""


def _text_holder(owner: Object, parsed: Parsed) -> TextHolder:
    fields = STRING_FIELDS[owner.resource.kind]

    @cache  # many containers of a pod run one script
    def held(key: str) -> tuple[str, str | None]:
        """Where a key stands, and its text: `stringData` of a Secret wins over its `data`."""
        from ..pods.embedded import text_in_base64  # here, because few pods run scripts that they mount

        for field, in_base64 in fields:
            values = owner.data.get(field)
            value = values.get(key) if isinstance(values, dict) else None
            if isinstance(value, str):
                return field, text_in_base64(value, _ANSI) if in_base64 else value
        return fields[0][0], None

    def locate(key: str) -> Location:
        return parsed.locate(Label((*owner.route, held(key)[0], key), part=Part.KEY))[0]

    return TextHolder(lambda key: held(key)[1], locate)
