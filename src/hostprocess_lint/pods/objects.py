"""A document becomes the Kubernetes objects in it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..documents.lists import ITEMS, as_item, is_more_than_list
from ..finding import Resource
from ..location import Route
from .unknown import encrypted_routes, is_left_alone, may_hold_unknown, unknowns, with_defaults
from .view import View

STRING_FIELDS = {
    "ConfigMap": (("data", False), ("binaryData", True)),
    "Secret": (("stringData", False), ("data", True)),
}
"""Kind → the fields whose strings may be manifests, as in what a ClusterResourceSet applies, and whether in base64."""


def is_of_others(resource: Resource) -> bool:
    """Whether an object is of an API that Kubernetes does not keep the group of: any string in it may be a manifest.

    Groups below `k8s.io` are Kubernetes' own or approved by it
    (https://kubernetes.io/docs/reference/using-api/#api-groups), Kustomize's with its patches among them.
    """
    return "." in resource.group and not resource.group.endswith(".k8s.io")


def may_hold_manifests(resource: Resource) -> bool:
    """Whether strings of an object are looked into."""
    return resource.kind in STRING_FIELDS or is_of_others(resource)


class Object(NamedTuple):
    """One Kubernetes object in a document, which may be an item of a list.

    `duplicates` are the routes of keys in it that stand twice in their mapping, `dropped` the values that count no more
    for that, and `unknown` the routes of values that only who decrypts or fills in knows. `lives` says that it came
    from a cluster, and `maker` is what made it there.
    """

    data: dict[str, Any]
    route: Route
    resource: Resource
    duplicates: tuple[Route, ...] = ()
    unknown: tuple[Route, ...] = ()
    maker: Resource | None = None
    lives: bool = False
    dropped: tuple[object, ...] = ()

    @property
    def named(self) -> Resource:
        """What people know it by: a pod by the workload that made it."""
        return self.maker or self.resource

    def by_default_in(self, namespace: str | None) -> "Object":
        """The same, in a namespace if it names none."""
        if namespace is None or self.resource.namespace is not None:
            return self
        return self._replace(resource=self.resource._replace(namespace=namespace))


def objects(
    data: Any,
    duplicates: tuple[Route, ...] = (),
    route: Route = (),
    dropped: tuple[tuple[Route, object], ...] = (),
    is_literal: bool = False,
) -> Iterator[Object]:
    """The Kubernetes objects of a document; those in a list come instead of it, at any nesting, and beside it where it
    is more than a list. Where they are `is_literal`, no variable in them is filled in.
    """
    if not isinstance(data, dict):
        return
    items = data.get(ITEMS)
    if isinstance(items, list):
        for index, item in enumerate(items):
            yield from objects(as_item(item, data), duplicates, (*route, ITEMS, index), dropped, is_literal)
        if not is_more_than_list(data):
            return
        if items:  # what stands in them is told as what it is
            data = {key: value for key, value in data.items() if key != ITEMS}
    own = tuple(duplicate for duplicate in duplicates if duplicate[: len(route)] == route)
    lost = tuple(value for way, value in dropped if way[: len(route)] == route)
    hidden: tuple[Route, ...] = ()
    if may_hold_unknown(data):
        if is_literal or is_left_alone(data):
            hidden = encrypted_routes(data, route)
        else:
            data = with_defaults(data)
            hidden = unknowns(data, route)
    yield Object(data, route, resource_of(data), own, hidden, dropped=lost)


def lives(data: dict[str, Any], from_cluster: bool) -> bool:
    """Whether an object is there, by the identity that it got: one that a repository writes is its author's word."""
    return from_cluster and bool(View(data.get("metadata"), ()).text("uid"))


def resource_of(data: dict[str, Any]) -> Resource:
    """What an object says it is."""
    metadata = View(data.get("metadata"), ())
    name = metadata.text("name")
    if name is None and (prefix := metadata.text("generateName")) is not None:
        name = f"{prefix}*"
    return Resource(
        api_version=_type_of(data, "apiVersion"),
        kind=_type_of(data, "kind"),
        namespace=metadata.text("namespace"),
        name=name or "",
    )


def _type_of(data: dict[str, Any], field: str) -> str:
    """An object's kind or version. In another case, as in `Kind`, the API server reads it, too, before it decodes the
    object (SimpleMetaFactory of apimachinery's serializer/json), although it is no field of the object then.
    """
    key = field if field in data else next((each for each in data if each.lower() == field.lower()), field)
    return str(data.get(key) or "")
