"""What `kubectl get … -A -o json` prints of a cluster: made up for tests, and as large as one likes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

Item = dict[str, Any]

ACCOUNT = "NT AUTHORITY\\SYSTEM"


def listed(*items: Item | Iterable[Item], indent: int | None = 1) -> str:
    found = [item for each in items for item in ([each] if isinstance(each, dict) else each)]
    return json.dumps(
        {"apiVersion": "v1", "items": found, "kind": "List", "metadata": {"resourceVersion": ""}}, indent=indent
    )


def node(name: str, kubelet: str = "v1.33.2", containerd: str = "containerd://2.1.3", system: str = "windows") -> Item:
    info = {
        "containerRuntimeVersion": containerd,
        "kernelVersion": "10.0.20348.2700",
        "kubeletVersion": kubelet,
        "operatingSystem": system,
        "osImage": "Windows Server 2022 Datacenter",
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "uid": f"node-{name}"},
        "status": {"nodeInfo": info},
    }


def controller(
    kind: str, name: str, above: Item | None = None, spec: Item | None = None, version: str = "apps/v1"
) -> Item:
    metadata: Item = {"name": name, "namespace": "ops", "uid": f"{kind}-{name}"}
    if above:
        metadata |= {"ownerReferences": [reference(above)]}
    inner: Item = {"template": {"metadata": {"labels": {"app": name}}, "spec": spec or pod_spec()}}
    inner = {"jobTemplate": {"spec": inner}} if kind == "CronJob" else inner
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": inner}


def reference(made_by: Item) -> Item:
    metadata = made_by["metadata"]
    return {
        "apiVersion": made_by["apiVersion"],
        "kind": made_by["kind"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def pod_spec(**spec: Any) -> Item:
    container = {
        "name": "agent",
        "image": "registry.example/ops/agent:1.0.0",
        "resources": {"limits": {"memory": "1Gi"}},
    }
    return {
        "automountServiceAccountToken": False,
        "containers": [container],
        "hostNetwork": True,
        "nodeSelector": {"kubernetes.io/os": "windows"},
        "securityContext": {"windowsOptions": {"hostProcess": True, "runAsUserName": ACCOUNT}},
        **spec,
    }


def live_pod(name: str, on: str = "", made_by: Item | None = None, state: Item | None = None, **spec: Any) -> Item:
    """A pod as the API server gives it: with its node in a DaemonSet's affinity, and a token's volume of its own."""
    terms = [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": [on]}]}]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
    metadata: Item = {"name": name, "namespace": "ops", "uid": f"pod-{name}", "labels": {"app": "agent"}}
    if made_by:
        metadata["ownerReferences"] = [reference(made_by)]
    found = pod_spec(**spec)
    if on:
        found |= {"nodeName": on, "affinity": {"nodeAffinity": required}}
    token = f"kube-api-access-{name[-5:]:x>5}"
    found["volumes"] = [*found.get("volumes", ()), {"name": token, "projected": {"sources": []}}]
    mount = {"name": token, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": True}
    found["containers"] = [
        {**each, "volumeMounts": [*each.get("volumeMounts", ()), mount]} for each in found["containers"]
    ]
    state = state or {"running": {"startedAt": "2026-03-01T10:00:00Z"}}
    statuses = [{"name": each["name"], "state": state, "restartCount": 0} for each in found["containers"]]
    status = {"phase": "Running", "containerStatuses": statuses, "podIP": f"10.0.0.{len(name)}"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": found, "status": status}


DAEMONSET: Item = controller("DaemonSet", "agent")
"""What makes most pods of the tests; it need not be in a list."""
