"""The objects that a review reads: those with HostProcess pods, and those that say what such pods can reach."""

from __future__ import annotations

from ..location import Label, Location
from ..pods.objects import Object
from ..workload import Record, Running, Standing
from .facts import GRANTING
from .parsed import Parsed

_KINDS = GRANTING | {("", "Service"), ("networking.k8s.io", "NetworkPolicy"), ("", "Namespace")}
"""What is kept of the objects without HostProcess pods, by group and kind: Knative has another `Service`, and Calico
another `NetworkPolicy`.
"""


class Records:
    """What was found so far: of a chart that several releases deploy, the object of each."""

    def __init__(self) -> None:
        self._hosts: dict[object, Record] = {}
        self._others: dict[object, Record] = {}

    def host(self, owner: Object, parsed: Parsed, standing: Standing, running: Running | None, same: object) -> None:
        """Keeps an object with HostProcess pods. `same` is what it has in common with others that are one with it."""
        key = same or _key(owner, parsed)
        record = _record(owner, parsed)._replace(standing=standing, maker=owner.maker, running=running)
        before = self._hosts.get(key)
        if before is None or same is None:
            self._hosts[key] = record
        else:
            from ..pods.running import together  # here, because most scans see no cluster

            # What makes the pods is what a reviewer can look up, and change.
            first = record if before.maker and not record.maker else before
            self._hosts[key] = first._replace(running=together((before.running, running)))

    def note(self, owner: Object, parsed: Parsed) -> None:
        if (owner.resource.group, owner.resource.kind) in _KINDS:
            self._others[_key(owner, parsed)] = _record(owner, parsed)

    def hosts(self) -> tuple[Record, ...]:
        return tuple(self._hosts.values())

    def others(self) -> tuple[Record, ...]:
        return tuple(self._others.values())


def _key(owner: Object, parsed: Parsed) -> object:
    return id(parsed.document), owner.route  # which the record keeps alive


def _record(owner: Object, parsed: Parsed) -> Record:
    def locate(label: Label) -> Location:
        return parsed.locate(label._replace(route=(*owner.route, *label.route)))[0]

    return Record(owner.resource, owner.data, parsed.rendered.origin, locate)
