"""The objects that a review reads: those with HostProcess pods, and those that say what such pods can reach."""

from __future__ import annotations

from ..finding import Label, Location, Record, Standing
from ..pods.pod import Object
from .parsed import Parsed

KINDS = frozenset(
    (
        *("ServiceAccount", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"),
        *("Service", "NetworkPolicy", "Namespace"),
    )
)
"""What is kept of the objects without HostProcess pods."""


_NOT_ASKED = Standing()


class Records:
    """What was found so far: of a chart that several releases deploy, the object of each."""

    def __init__(self) -> None:
        self._hosts: dict[tuple[object, ...], Record] = {}
        self._others: dict[tuple[object, ...], Record] = {}

    def host(self, owner: Object, parsed: Parsed, standing: Standing) -> None:
        _keep(self._hosts, owner, parsed, standing)

    def note(self, owner: Object, parsed: Parsed) -> None:
        if owner.resource.kind in KINDS:
            _keep(self._others, owner, parsed)

    def hosts(self) -> tuple[Record, ...]:
        return tuple(self._hosts.values())

    def others(self) -> tuple[Record, ...]:
        return tuple(self._others.values())


def _keep(
    kept: dict[tuple[object, ...], Record], owner: Object, parsed: Parsed, standing: Standing = _NOT_ASKED
) -> None:
    def locate(label: Label) -> Location:
        return parsed.locate(label._replace(route=(*owner.route, *label.route)))[0]

    rendered = parsed.rendered
    key = (id(rendered.text), parsed.document.number, owner.route)
    kept[key] = Record(owner.resource, owner.data, rendered.origin, locate, standing)
