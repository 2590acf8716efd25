"""The pods that an object describes: in the field that its kind has for one, or wherever a custom resource has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..finding import Resource
from ..location import Route
from .objects import Object, objects, resource_of
from .pod import Pod
from .unknown import unknowns
from .view import View

TEMPLATES: dict[str, Route] = {
    "Pod": (),
    "PodTemplate": ("template",),
    "ReplicationController": ("spec", "template"),
    "Deployment": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Kind → the way to what holds the pod's `metadata` and `spec`."""

RESOURCE_SET = ("fluxcd.controlplane.io", "ResourceSet")

_CRD = ("apiextensions.k8s.io", "CustomResourceDefinition")
"""Its schema names fields, and sets none."""

_PODS = ("podtemplate", "podtemplatespec", "podspec")
"""How the field of a custom resource ends that is a pod, in lower case: `podSpec`, `workerPodTemplate`."""

_TEMPLATES = ("template", "templatespec")
"""How it ends where it may hold a pod's `spec`: `template`, `workerTemplate` of a LeaderWorkerSet."""


def is_custom(resource: Resource) -> bool:
    """Whether an object is none of the built-in ones that have pods, though it may be called as one of them is.

    The group of a custom resource has a dot (ValidateCustomResourceDefinition of apiextensions: `should be a domain
    with at least one dot`), and those of the kinds above, in every version, have none. A misspelt version or group
    without one, as in `app/v1`, is meant for them.
    """
    if not resource.api_version or not resource.kind or (resource.group, resource.kind) == _CRD:
        return False
    return "." in resource.group or resource.kind not in TEMPLATES


def holds_object(data: Any) -> bool:
    """Whether a document is a Kubernetes object, or a list with one: it says its kind and its version.

    One with pods is, too, whose version is left out: it is told as what it is meant for.
    """
    if not isinstance(data, dict):
        return False
    return _is_object(resource_of(data)) or any(_is_object(each.resource) for each in objects(data))


def _is_object(resource: Resource) -> bool:
    return bool(resource.kind) and (bool(resource.api_version) or resource.kind in TEMPLATES)


def pods(owner: Object) -> Iterator[Pod]:
    """The pods that an object describes; of a custom resource, every pod template in it. What says neither kind nor
    version is no object: a chart's values, a part of a patch.
    """
    if is_custom(owner.resource):
        for each in _as_filled_in(owner):
            yield from _pods_of_custom(each.data, each.route, each)
    elif (way := TEMPLATES.get(owner.resource.kind)) is not None:
        template = View(owner.data, owner.route).written(*(str(step) for step in way))
        yield _from_template(View(template.value if template else None, (*owner.route, *way)), owner)


def _as_filled_in(owner: Object) -> Iterator[Object]:
    """A custom resource as it is, or what its own inputs make of it."""
    if (owner.resource.group, owner.resource.kind) != RESOURCE_SET:
        yield owner
        return
    from .printed import made_of_inputs  # here, because few read one

    for data in made_of_inputs(owner.data):
        yield owner._replace(data=data, unknown=unknowns(data, owner.route))


def _from_template(template: View, owner: Object) -> Pod:
    spec, metadata = (View(template.data.get(part), (*template.route, part)) for part in ("spec", "metadata"))
    return Pod(spec, metadata, owner)


def _pods_of_custom(data: Any, route: Route, owner: Object) -> Iterator[Pod]:
    """Pod templates in a custom resource: `template`, or what is called as one, over a spec that holds containers, such
    specs that are called so, and whole pods, as in what applies objects for others.
    """
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from _pods_of_custom(item, (*route, index), owner)
    if not isinstance(data, dict):
        return
    if route != owner.route and (data.get("apiVersion"), data.get("kind")) == ("v1", "Pod"):
        yield _from_template(View(data, route), owner)
        return
    for key, value in data.items():
        inner = (*route, key)
        called = key.lower() if isinstance(value, dict) else ""
        if called.endswith((*_TEMPLATES, *_PODS)) and _holds_containers(value.get("spec")):
            yield _from_template(View(value, inner), owner)
            continue
        if called.endswith(_PODS) and _holds_containers(value):
            yield Pod(View(value, inner), View(None, inner), owner)
            continue
        yield from _pods_of_custom(value, inner, owner)


def _holds_containers(spec: Any) -> bool:
    containers = spec.get("containers") if isinstance(spec, dict) else None
    return (
        isinstance(containers, list)
        and bool(containers)
        and all(isinstance(item, dict) and "name" in item and "image" in item for item in containers)
    )
