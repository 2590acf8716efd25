"""Pods as a cluster has them: which are copies of one another, what made them, and how they fare."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from ..finding import Resource
from ..workload import Running
from .objects import lives
from .view import View

_PER_POD = frozenset(
    (
        "apps.kubernetes.io/pod-index",
        "batch.kubernetes.io/job-completion-index",
        "statefulset.kubernetes.io/pod-name",
    )
)
"""The labels and annotations by which a controller numbers its pods."""

_TOKEN = "kube-api-access-"

_STATUSES = ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")
_NOT_STARTED = frozenset(
    (
        *(
            "CreateContainerConfigError",
            "CreateContainerError",
            "RunContainerError",
            "ContainerCannotRun",
            "StartError",
        ),
        *("PreCreateHookError", "PreStartHookError", "PostStartHookError"),
    )
)
"""Why a container does not start though its image is there (kubelet/container/sync_result.go, images/types.go, and what
runtimes write)."""


class Maker(NamedTuple):
    """What a controller reference names."""

    resource: Resource
    uid: str


class Fate(NamedTuple):
    """What became of a container: whether it has run, and if it could not be started, why."""

    name: str
    has_run: bool
    refused: str = ""


class LivePod(NamedTuple):
    """One pod of a cluster. `refused` is why the kubelet does not run it at all."""

    name: str
    node: str
    fates: tuple[Fate, ...]
    refused: str


def maker(data: dict[str, Any]) -> Maker | None:
    """The controller of an object, if it names one; a node makes mirror pods, which have nothing in common."""
    metadata = View(data.get("metadata"), ())
    for reference in metadata.items("ownerReferences"):
        kind, uid = reference.text("kind") or "", reference.text("uid") or ""
        if reference.data.get("controller") is True and kind not in ("", "Node") and uid:
            version, name = reference.text("apiVersion") or "", reference.text("name") or ""
            return Maker(Resource(version, kind, metadata.text("namespace"), name), uid)
    return None


class Copies:
    """The pods so far, the copies of each with the first of them."""

    def __init__(self) -> None:
        self._first: dict[object, str] = {}
        self._groups: dict[str, list[LivePod]] = {}

    def is_first(self, data: Any, from_cluster: bool) -> bool:
        """Counts an object. Whether it has to be judged: every one, but copies of a pod."""
        if not isinstance(data, dict) or data.get("kind", "Pod") != "Pod" or "/" in str(data.get("apiVersion")):
            return True
        if not lives(data, from_cluster):
            return True
        uid: str = data["metadata"]["uid"]
        if uid in self._groups:
            return True
        made_by = maker(data)
        first = self._first.setdefault((made_by.uid, _likeness(data)) if made_by else uid, uid)
        self._groups.setdefault(first, []).append(_live_pod(data))
        return first == uid

    def add(self, others: Copies) -> None:
        """Those of another text."""
        self._groups.update(others._groups)
        self._first.update(others._first)

    def of(self, data: dict[str, Any]) -> tuple[LivePod, ...]:
        """A pod that was the first, and its copies."""
        return tuple(self._groups.get(View(data.get("metadata"), ()).text("uid") or "", ()))


def summary(pods: tuple[LivePod, ...]) -> Running:
    """The pods in figures."""
    reasons = {reason for pod in pods for reason in (pod.refused, *(fate.refused for fate in pod.fates)) if reason}
    nodes = {pod.node for pod in pods if pod.node}
    return Running(len(pods), tuple(sorted(nodes)), tuple(sorted(reasons)))


def together(found: Iterable[Running | None]) -> Running | None:
    """The pods of several revisions."""
    told = [running for running in found if running]
    nodes = {node for running in told for node in running.nodes}
    reasons = {reason for running in told for reason in running.reasons}
    return Running(sum(each.pods for each in told), tuple(sorted(nodes)), tuple(sorted(reasons))) if told else None


def _likeness(data: dict[str, Any]) -> bytes:
    """The same for pods that differ in nothing but their own names, those of their nodes, and of their token's volume.

    A DaemonSet's pod names its node in its affinity as well, and a StatefulSet's itself in its claims.
    """
    spec = data.get("spec")
    metadata = View(data.get("metadata"), ())
    marks = []
    for key in ("labels", "annotations"):
        found = metadata.data.get(key)
        marks.append(
            {name: value for name, value in found.items() if name not in _PER_POD} if isinstance(found, dict) else 0
        )
    text = json.dumps([metadata.data.get("namespace"), *marks, spec], sort_keys=True)
    view = View(spec, ())
    for volume in view.items("volumes"):
        name = volume.text("name") or ""
        if name.startswith(_TOKEN):
            text = text.replace(json.dumps(name), '"/token"')
    for own, sign in ((view.text("nodeName"), "/node"), (metadata.text("name"), "/name")):
        if own:  # no name has a slash
            text = text.replace(json.dumps(own), f'"{sign}"').replace(f'-{own}"', f'-{sign}"')
    from hashlib import blake2b  # here, because it loads OpenSSL, and most scans see no cluster

    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _live_pod(data: dict[str, Any]) -> LivePod:
    status = View(data.get("status"), ())
    fates = tuple(_fate(each) for field in _STATUSES for each in status.items(field))
    refused = (status.text("reason") or "") if status.text("phase") == "Failed" else ""
    spec = View(data.get("spec"), ())
    return LivePod(View(data.get("metadata"), ()).text("name") or "", spec.text("nodeName") or "", fates, refused)


def _fate(status: View) -> Fate:
    ended = [View(status.data.get(field), ()) for field in ("state", "lastState")]
    reasons = [view.text(state, "reason") or "" for view in ended for state in ("waiting", "terminated")]
    refused = next((reason for reason in reasons if reason in _NOT_STARTED), "")
    has_run = not refused and any(view.written(state) for view in ended for state in ("running", "terminated"))
    return Fate(status.text("name") or "", has_run, refused)
