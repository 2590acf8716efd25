"""Repositories in which a pod comes of several parts, each of which is nothing by itself.

What leaves one of them out, as it does not matter, loses the pod.
"""

from __future__ import annotations

import base64
import io
import json
import tarfile
from collections.abc import Callable
from random import Random
from typing import Any

Files = dict[str, str]
REPOSITORY = {"kind": "GitRepository", "name": "fleet"}
CHART = "apiVersion: v2\nname: {name}\nversion: 0.1.0\n"
FLUX, HELM = "kustomize.toolkit.fluxcd.io/v1", "helm.toolkit.fluxcd.io/v2"
POD = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  template:
    spec:
      securityContext:
        BLOCK:
          KEY: true
      containers:
      - {name: agent, image: 'r.example/agent:1.0'}
"""
CM = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: linux}\n"
WHOLE = POD.replace("BLOCK", "windowsOptions").replace("KEY", "hostProcess")
IN_PIECES = {"first": "windows", "start": "host"}
"""The values that make the words of a chart's pieces."""


def chart(name: str, pod: str, **values: str) -> Files:
    return {
        f"charts/{name}/Chart.yaml": CHART.format(name=name),
        f"charts/{name}/values.yaml": json.dumps(values),
        f"charts/{name}/templates/ds.yaml": pod,
    }


def split(random: Random, name: str = "agent") -> Files:
    """A chart that makes the pod of pieces in its values, which are others by default."""
    key = random.choice(("{{ .Values.start }}Process", '{{ printf "%sProcess" .Values.start }}'))
    pod = POD.replace("BLOCK", "{{ .Values.first }}Options").replace("KEY", key)
    return chart(name, pod, first="seccomp", start="kube")


def linux() -> Files:
    return chart("linux", CM)


def flat(directory: str, *files: str, more: str = "") -> Files:
    return {f"{directory}/kustomization.yaml": f"resources: {json.dumps(files)}\n{more}"}


def written(api: str, kind: str, name: str, spec: dict[str, Any]) -> str:
    return json.dumps({"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": "ops"}, "spec": spec})


def helm_release(path: str, **spec: Any) -> str:
    return written(HELM, "HelmRelease", "agent", {"chart": {"spec": {"chart": path, "sourceRef": REPOSITORY}}, **spec})


def deployment(path: str, **spec: Any) -> str:
    """A Flux Kustomization."""
    return written(FLUX, "Kustomization", "all", {"path": path, "sourceRef": REPOSITORY, **spec})


def merged(random: Random, api: str, kind: str, name: str, spec: dict[str, Any]) -> tuple[str, Files]:
    """A strategic merge patch of an overlay, in its kustomization or in a file."""
    text = written(api, kind, name, spec)
    if random.random() < 0.5:
        return f"patches: [{{patch: {json.dumps(text)}}}]\n", {}
    return "patches: [{path: patch.yaml}]\n", {"patch.yaml": text}


def changed(random: Random, base: Files, api: str, kind: str, name: str, spec: dict[str, Any]) -> Files:
    """An overlay apps/prod that changes what apps/base says."""
    text, files = merged(random, api, kind, name, spec)
    patch = {f"apps/prod/{path}": each for path, each in files.items()}
    return {**base, **flat("apps/prod", "../base", more=text), **patch}


def released(release: str) -> Files:
    return {"apps/base/release.yaml": release, **flat("apps/base", "release.yaml")}


def values_by_patch(random: Random) -> Files:
    base = {**split(random), **released(helm_release("./charts/agent"))}
    return changed(random, base, HELM, "HelmRelease", "agent", {"values": IN_PIECES})


def values_by_operations(random: Random) -> Files:
    patch = json.dumps([{"op": "add", "path": "/spec/values", "value": IN_PIECES}])
    more = f"patches: [{{target: {{kind: HelmRelease}}, patch: {json.dumps(patch)}}}]\n"
    return {**split(random), **released(helm_release("./charts/agent")), **flat("apps/prod", "../base", more=more)}


def values_by_config_map(random: Random) -> Files:
    """The release refers to a ConfigMap that only the overlay generates."""
    release = helm_release("./charts/agent", valuesFrom=[{"kind": "ConfigMap", "name": "values"}])
    made = {"name": "values", "namespace": "ops", "files": ["values.yaml=given.txt"]}
    more = f"configMapGenerator: [{json.dumps(made)}]\ngeneratorOptions: {{disableNameSuffixHash: true}}\n"
    given = {"apps/prod/given.txt": json.dumps(IN_PIECES)}
    return {**split(random), **released(release), **flat("apps/prod", "../base", more=more), **given}


def values_from_elsewhere(random: Random) -> Files:
    """An overlay without any release generates the ConfigMap."""
    made = {"name": "values", "namespace": "ops", "files": ["values.yaml=given.txt"]}
    more = f"configMapGenerator: [{json.dumps(made)}]\ngeneratorOptions: {{disableNameSuffixHash: true}}\n"
    release = helm_release("./charts/agent", valuesFrom=[{"kind": "ConfigMap", "name": "values"}])
    settings = {"settings/kustomization.yaml": more, "settings/given.txt": json.dumps(IN_PIECES)}
    return {**split(random), "apps/release.yaml": release, **settings}


def values_by_artifact(random: Random) -> Files:
    """The chart of the release that a patch changes comes from an artifact."""
    release = helm_release("./charts/agent").replace("GitRepository", "ExternalArtifact")
    return changed(random, {**split(random), **released(release)}, HELM, "HelmRelease", "agent", {"values": IN_PIECES})


def values_by_replacement(random: Random) -> Files:
    source = {"kind": "ConfigMap", "name": "settings", "fieldPath": "data.start"}
    place = {"select": {"kind": "HelmRelease"}, "fieldPaths": ["spec.values.start"], "options": {"create": True}}
    more = f"replacements: [{json.dumps({'source': source, 'targets': [place]})}]\n"
    settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {start: host}\n"
    release = helm_release("./charts/agent", values={"first": "windows"})
    files = {"apps/base/release.yaml": release, "apps/base/settings.yaml": settings}
    return {
        **split(random),
        **files,
        **flat("apps/base", "release.yaml", "settings.yaml"),
        **flat("apps/prod", "../base", more=more),
    }


def namespace(random: Random) -> Files:
    """The pod is there in any case; which release it is of only the overlay says."""
    pods = chart("agent", WHOLE) if random.random() < 0.5 else split(random)
    release = helm_release("./charts/agent", values=IN_PIECES)
    return {**pods, **released(release), **flat("apps/prod", "../base", more="namespace: prod\n")}


def led_to_another_chart(random: Random) -> Files:
    base = {**linux(), **chart("agent", WHOLE), **released(helm_release("./charts/linux"))}
    spec = {"chart": {"spec": {"chart": "./charts/agent"}}}
    if random.random() < 0.5:
        return changed(random, base, HELM, "HelmRelease", "agent", spec)
    patch = json.dumps([{"op": "replace", "path": "/spec/chart/spec/chart", "value": "./charts/agent"}])
    more = f"patches: [{{target: {{kind: HelmRelease}}, patch: {json.dumps(patch)}}}]\n"
    return {**base, **flat("apps/prod", "../base", more=more)}


def led_to_another_directory(random: Random) -> Files:
    base = {
        "linux/cm.yaml": CM,
        "plain/ds.yaml": WHOLE,
        **flat("plain", "ds.yaml"),
        **released(deployment("./linux")),
    }
    return changed(random, base, FLUX, "Kustomization", "all", {"path": "./plain"})


def substituted(random: Random) -> Files:
    """What stands in the pod is a variable of the object that deploys it, which a patch sets."""
    pod = POD.replace("BLOCK", "${first}Options").replace("KEY", "${start}Process")
    base = {"plain/ds.yaml": pod, **flat("plain", "ds.yaml"), **released(deployment("./plain"))}
    return changed(random, base, FLUX, "Kustomization", "all", {"postBuild": {"substitute": IN_PIECES}})


def substituted_in_values(random: Random) -> Files:
    """An object deploys a directory whose release has variables among its values."""
    values = {"first": "${first}", "start": "${start}"}
    apps = {"apps/agent/release.yaml": helm_release("./charts/agent", values=values)}
    if random.random() < 0.5:
        apps |= flat("apps/agent", "release.yaml")
    path = random.choice(("./apps", "./apps/agent"))
    whole = deployment(path, postBuild={"substitute": IN_PIECES})
    return {**split(random), **apps, "cluster/all.yaml": whole}


def deep(random: Random) -> Files:
    """A directory's overlay makes an object that deploys one whose overlay makes the release."""
    inner = namespace(random)
    base = {"cluster/base/all.yaml": deployment("./apps/prod"), **flat("cluster/base", "all.yaml")}
    top = flat("cluster/prod", "../base", more="namespace: clusters\n")
    return {**inner, **base, **top}


def packed(random: Random) -> Files:
    """A chart that a manifest holds itself, changed by an overlay."""
    inside = split(random)
    content = base64.b64encode(_archive({name.removeprefix("charts/"): text for name, text in inside.items()})).decode()
    spec = {"chartContent": content}
    release = written("helm.cattle.io/v1", "HelmChart", "agent", spec)
    given = {"valuesContent": json.dumps(IN_PIECES)}
    return changed(random, released(release), "helm.cattle.io/v1", "HelmChart", "agent", given)


def _archive(files: Files) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return raw.getvalue()


def named_by_a_variable(random: Random) -> Files:
    """Which chart a release deploys is a variable of what deploys the release."""
    chosen = deployment("./apps/base", postBuild={"substitute": {"chart": "agent"}})
    return {
        **chart("agent", WHOLE),
        **released(helm_release(random.choice(("./charts/${chart}", "./charts/${chart:=linux}")))),
        **linux(),
        "cluster/all.yaml": chosen,
    }


def made_by_a_chart(random: Random) -> Files:
    """A chart makes the release, of values that another release gives it."""
    release = helm_release("./charts/agent", values={"first": "FIRST", "start": "START"})
    template = release.replace("FIRST", "{{ .Values.first }}").replace("START", "{{ .Values.start }}")
    apps = chart("apps", template, first="x", start="y")
    outer = written(HELM, "HelmRelease", "apps", json.loads(helm_release("./charts/apps"))["spec"])
    base = {**split(random), **apps, "apps/base/release.yaml": outer, **flat("apps/base", "release.yaml")}
    return changed(random, base, HELM, "HelmRelease", "apps", {"values": IN_PIECES})


CHAINS: tuple[Callable[[Random], Files], ...] = (
    values_by_patch,
    values_by_operations,
    values_by_config_map,
    values_from_elsewhere,
    values_by_artifact,
    values_by_replacement,
    namespace,
    led_to_another_chart,
    led_to_another_directory,
    substituted,
    substituted_in_values,
    deep,
    packed,
    named_by_a_variable,
    made_by_a_chart,
)
