"""What the objects of a scan say about the pods of others: rights, accounts, services, policies, namespaces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ..errors import fault
from ..location import Label, Part
from ..outcome import Skipped
from ..pods.objects import Object
from ..pods.pod import Pod
from ..pods.selectors import selects
from ..pods.view import View
from ..rules.near import Versions, nearest
from ..rules.rights import Rights
from ..workload import Record
from .review import Thing

NAME = Label(("metadata", "name"), part=Part.KEY)
"""What stands for an object as a whole."""

PSA = "pod-security.kubernetes.io/"
_MODES = ("enforce", "audit", "warn")
_EXPOSED = ("LoadBalancer", "NodePort")


class Surroundings:
    """The other objects of a scan, by kind and by whom they are about."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.rights = Rights()
        self.broken: list[Skipped] = []
        self._in: defaultdict[tuple[str, str | None], defaultdict[str, Versions[Record]]] = defaultdict(_by_name)
        for record in records:
            owner = Object(dict(record.data), (), record.resource)
            try:
                self.rights.add(owner, record.source.path, record.locate)
            except Exception as error:
                self.broken.append(record_fault(record, error))
                continue
            kind, namespace, name = record.resource.kind, record.resource.namespace, record.resource.name
            self._in[kind, None if kind == "Namespace" else namespace][name].add(record.source.path, record)

    def service_account(self, namespace: str | None, name: str, source: str) -> Record | None:
        return self._one("ServiceAccount", namespace, name, source)

    def namespace(self, name: str | None, source: str) -> Record | None:
        return self._one("Namespace", None, name, source) if name else None

    def _one(self, kind: str, namespace: str | None, name: str, source: str) -> Record | None:
        by_name = self._in.get((kind, namespace))
        return next(iter(nearest(source, by_name.get(name))), None) if by_name else None

    def around(self, pod: Pod, source: str) -> Iterator[Thing]:
        """Services that lead to a pod, policies that select it, and the Pod Security of its namespace."""
        yield from self._services(pod, source)
        yield from self._policies(pod, source)
        yield from self._pod_security(pod, source)

    def _services(self, pod: Pod, source: str) -> Iterator[Thing]:
        """Those whose selector the pod's labels match: it has to be there and not empty."""
        for record in self._beside("Service", pod, source):
            spec = View(record.data.get("spec"), ("spec",))
            selector = spec.data.get("selector")
            if not isinstance(selector, dict) or not selector or not selects({"matchLabels": selector}, labels(pod)):
                continue
            kind = spec.text("type") or "ClusterIP"
            exposed = kind in _EXPOSED or bool(spec.data.get("externalIPs"))
            ports = ", ".join(str(port.data.get("port")) for port in spec.items("ports"))
            note = f"{kind}{f', port {ports}' if ports else ''}"
            at = (record.locate(NAME),)
            yield Thing("service", f"Service {record.resource.name}", 2 if exposed else 1, note, at)

    def _policies(self, pod: Pod, source: str) -> Iterator[Thing]:
        """What a policy does to a pod on the host's network is not defined; most plugins take its traffic for the
        node's, and hold nothing back ("NetworkPolicy and hostNetwork pods" in Kubernetes' manual on network policies).
        """
        for record in self._beside("NetworkPolicy", pod, source):
            selector = View(record.data.get("spec"), ()).data.get("podSelector")
            if selects(selector if isinstance(selector, dict) else {}, labels(pod)):
                note = "selects it, and does not hold on the node's network"
                at = (record.locate(NAME),)
                yield Thing("policy", f"NetworkPolicy {record.resource.name}", 1, note, at)

    def _pod_security(self, pod: Pod, source: str) -> Iterator[Thing]:
        """HostProcess is forbidden from `baseline` on (check_windowsHostProcess.go of pod-security-admission)."""
        record = self.namespace(pod.resource.namespace, source)
        if record is None:
            return
        view = View(record.data, ())
        for mode in _MODES:
            level = view.written("metadata", "labels", PSA + mode)
            if level:
                at = (record.locate(Label(level.route)),)
                yield Thing("pod security", f"{mode}: {level.value}", 2 if level.value == "privileged" else 1, "", at)
        if not view.written("metadata", "labels", PSA + "enforce"):
            note = "the namespace has no level of its own: the cluster's default holds, `privileged` unless configured"
            yield Thing("pod security", "enforce: none", 2, note, (record.locate(NAME),))

    def _beside(self, kind: str, pod: Pod, source: str) -> Iterator[Record]:
        """Those of a kind in the pod's namespace. One that nobody names is the same only in one folder."""
        namespace = pod.resource.namespace
        for same in self._in.get((kind, namespace), {}).values():
            for record in nearest(source, same):
                if namespace is not None or _folder(record.source.path) == _folder(source):
                    yield record


def record_fault(record: Record, error: Exception) -> Skipped:
    """What a fault of ours keeps out of the review."""
    reason, hint = fault(error)
    return Skipped(record.source.path, f"{record.resource}: {reason}", "HPC001", hint=hint, kind=record.source.kind)


def _by_name() -> defaultdict[str, Versions[Record]]:
    return defaultdict(Versions)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def labels(pod: Pod) -> dict[str, object]:
    found = pod.metadata.written("labels")
    return found.value if found and isinstance(found.value, dict) else {}
