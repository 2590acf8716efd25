"""Whatever object says `hostProcess: true`, in whatever shape, it ends as a workload, as not judged, or as a skip."""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from scanning import write

from hostprocess_lint.pods.templates import TEMPLATES
from hostprocess_lint.scanner import Scanner

OPTIONS = {"windowsOptions": {"hostProcess": True, "runAsUserName": "NT AUTHORITY\\SYSTEM"}}
CONTAINER = {"name": "a", "image": "registry.example/a:1.0.0"}
VERSIONS = {
    "Pod": ("v1",),
    "PodTemplate": ("v1",),
    "ReplicationController": ("v1",),
    "Job": ("batch/v1", "extensions/v1beta1"),
    "CronJob": ("batch/v1", "batch/v1beta1", "batch/v2alpha1"),
}
OTHERS = (
    "Node",
    "Namespace",
    "RuntimeClass",
    "ConfigMap",
    "Secret",
    "Role",
    "Service",
    "CustomResourceDefinition",
    "A",
)

SPECS = st.sampled_from(
    [
        {"securityContext": OPTIONS, "containers": [CONTAINER]},
        {"containers": [CONTAINER, {**CONTAINER, "name": "b", "securityContext": OPTIONS}]},
        {"initContainers": [{**CONTAINER, "name": "b", "securityContext": OPTIONS}], "containers": [CONTAINER]},
        {"securityContext": OPTIONS, "hostNetwork": True, "containers": [{"name": "a"}]},
    ]
)
SHAPES = st.one_of(SPECS, st.sampled_from([OPTIONS, {"hostProcess": True}, {"securityContext": OPTIONS}, [OPTIONS]]))
OWN = st.sampled_from([("v1", "Node"), ("v1", "Namespace"), ("node.k8s.io/v1", "RuntimeClass"), ("v1", "Service")])
"""Kubernetes' own without pods, those among them that are asked for by name only."""
KEYS = st.sampled_from(["spec", "template", "podTemplate", "tasks", "windows", "items", "containers", "data"])
HARMLESS = {"template": {"spec": {"containers": [CONTAINER]}}}


def named(version: str, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "a"}, **body}


@st.composite
def built_in(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(TEMPLATES)))
    versions = VERSIONS.get(kind, ("apps/v1", "apps/v1beta2", "extensions/v1beta1"))
    body: Any = {"spec": draw(SPECS)}
    for step in reversed(TEMPLATES[kind]):
        body = {step: body}
    items: dict[str, Any] = draw(st.sampled_from([{}, {"items": []}, {"items": [HARMLESS]}]))
    return named(draw(st.sampled_from((*versions, "app/v1", "v9"))), kind, {**body, **items})


@st.composite
def custom(draw: st.DrawFn) -> dict[str, Any]:
    body: Any = draw(SHAPES)
    for key in draw(st.lists(KEYS, min_size=1, max_size=3)):
        body = {key: draw(st.sampled_from([body, [body]]))}
    beside: dict[str, Any] = draw(st.sampled_from([{}, {"other": HARMLESS}, {"items": []}]))
    version, kind = draw(st.one_of(st.tuples(st.just("example.com/v1"), st.sampled_from((*TEMPLATES, *OTHERS))), OWN))
    return named(version, kind, {**beside, **body})


@st.composite
def listed(draw: st.DrawFn, inner: dict[str, Any]) -> dict[str, Any]:
    others = draw(st.lists(st.just(named("v1", "ConfigMap", {})), max_size=2))
    if draw(st.booleans()) and "items" not in inner:
        bare = {key: value for key, value in inner.items() if key not in ("apiVersion", "kind")}
        return {"apiVersion": inner["apiVersion"], "kind": f"{inner['kind']}List", "items": [bare]}
    return {"apiVersion": "v1", "kind": "List", "items": [*others, inner]}


@st.composite
def held(draw: st.DrawFn, inner: dict[str, Any]) -> dict[str, Any]:
    text = draw(written(inner))
    kind, field = draw(st.sampled_from([("ConfigMap", "data"), ("Secret", "stringData")]))
    if draw(st.booleans()):
        text = base64.b64encode(text.encode()).decode()
        field = {"ConfigMap": "binaryData", "Secret": "data"}[kind]
    return named("v1", kind, {field: {"a.yaml": text}})


@st.composite
def written(draw: st.DrawFn, data: dict[str, Any]) -> str:
    """As JSON, as YAML in braces, or broken in a way that a reader of either stumbles over."""
    text = json.dumps(data, indent=draw(st.sampled_from([None, 2])), sort_keys=draw(st.booleans()))
    if draw(st.booleans()):
        text = text.replace('"name": "a"', '"name": "a", "odd": "\\ud83d\\ude00", "odd": 1')
    before = draw(st.sampled_from(["", "", "", "# a comment\n", "---\n"]))
    return before + text + draw(st.sampled_from(["", "", "\n", "\n", "\n[\n"]))


@st.composite
def documents(draw: st.DrawFn) -> str:
    data = draw(st.one_of(built_in(), custom()))
    for wrap in draw(st.lists(st.sampled_from([listed, held]), max_size=4)):
        data = draw(wrap(data))
    return draw(written(data))


@settings(max_examples=300, deadline=None)
@given(text=documents(), name=st.sampled_from(["a.json", "a.yaml"]))
def test_what_says_host_process_never_passes_in_silence(text: str, name: str) -> None:
    with tempfile.TemporaryDirectory() as directory, Scanner() as scanner:
        found = scanner.scan(write(Path(directory), {name: text}))
    assert found.workloads or found.not_judged or found.skipped, text
