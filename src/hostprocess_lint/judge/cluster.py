"""What a cluster says beside its pods: the nodes that they run on, and what made what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..finding import Resource
from ..location import Location
from ..pods.objects import Object
from ..pods.running import LivePod, Maker, maker
from ..pods.view import View
from ..rules.context import Context
from ..rules.targets import NEWEST_CONTAINERD, NEWEST_KUBERNETES, Version
from .parsed import Parsed, name_of

_KUBELET = re.compile(r"v?(\d{1,4})\.(\d{1,4})(?![\d])")
_CONTAINERD = re.compile(r"containerd://v?(\d{1,4})\.(\d{1,4})(?![\d])")
_MOST_STEPS = 10


class NodeFacts(NamedTuple):
    """What a node says of itself in `status.nodeInfo`; a version is None where it is none that is known."""

    kubernetes: Version | None
    containerd: Version | None
    system: str
    says: str
    location: Location


class OnNodes(NamedTuple):
    """Pods whose nodes have the same versions, and what holds there."""

    context: Context
    pods: tuple[LivePod, ...]
    nodes: tuple[NodeFacts, ...]


class Cluster:
    """What was said so far."""

    def __init__(self) -> None:
        self._nodes: dict[str, NodeFacts] = {}
        self._made: dict[str, tuple[Resource, Maker | None]] = {}

    def note(self, owner: Object, parsed: Parsed) -> None:
        view = View(owner.data, owner.route)
        uid = view.text("metadata", "uid")
        if not uid:
            return
        if (owner.resource.group, owner.resource.kind) == ("", "Node"):
            self._nodes[owner.resource.name] = _node(view, parsed.locate(name_of(owner))[0])
        elif (owner.resource.group, owner.resource.kind) != ("", "Pod"):
            self._made[uid] = owner.resource, maker(owner.data)

    def maker(self, owner: Object) -> Resource | None:
        """What made a pod, as far up as the list goes: the Deployment where its ReplicaSet is in it."""
        found = maker(owner.data)
        for _ in range(_MOST_STEPS):
            if found is None or found.uid not in self._made:
                break
            resource, above = self._made[found.uid]
            if above is None:
                return resource
            found = above
        return found.resource if found else None

    def on_nodes(self, pods: Sequence[LivePod], context: Context) -> Iterator[OnNodes]:
        """The pods by the versions of their nodes. What nobody knows of a node is as the configuration has it."""
        groups: dict[tuple[Version, Version | None, str], list[LivePod]] = {}
        for pod in pods:
            node = self._nodes.get(pod.node)
            kubernetes = (node.kubernetes if node else None) or context.kubernetes
            containerd = (node.containerd if node else None) or context.containerd_version
            groups.setdefault((kubernetes, containerd, node.system if node else ""), []).append(pod)
        for (kubernetes, containerd, system), alike in sorted(groups.items(), key=lambda item: str(item[0])):
            known = {pod.node: self._nodes[pod.node] for pod in alike if pod.node in self._nodes}
            there = context._replace(kubernetes=kubernetes, containerd_version=containerd, node_system=system)
            yield OnNodes(there, tuple(alike), tuple(known[name] for name in sorted(known)))


def _node(view: View, location: Location) -> NodeFacts:
    info = View(view.data.get("status"), ())
    told = [info.text("nodeInfo", field) or "" for field in ("kubeletVersion", "containerRuntimeVersion", "osImage")]
    build = info.text("nodeInfo", "kernelVersion") or ""
    return NodeFacts(
        kubernetes=_version(_KUBELET, told[0], NEWEST_KUBERNETES),
        containerd=_version(_CONTAINERD, told[1], NEWEST_CONTAINERD),
        system=info.text("nodeInfo", "operatingSystem") or "",
        says=", ".join(text for text in (f"kubelet {told[0]}" if told[0] else "", *told[1:], build) if text),
        location=location,
    )


def _version(pattern: re.Pattern[str], text: str, newest: Version) -> Version | None:
    """A newer one than the rules know is taken for the newest."""
    found = pattern.match(text)
    return min((int(found[1]), int(found[2])), newest) if found else None
