"""Data becomes pods: typed views with the values that Kubernetes uses, who set them, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ..documents.lists import ITEMS, as_item
from ..finding import Resource, Route
from .unknown import filled_in, is_unknown, may_hold_unknown, unknowns

if TYPE_CHECKING:
    from .api.decoding import Decoded
    from .api.table import Type

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

CONTAINER_LISTS: dict[str, Literal["init", "regular", "ephemeral"]] = {
    "initContainers": "init",
    "containers": "regular",
    "ephemeralContainers": "ephemeral",
}
"""Field of the pod spec → kind of container, in the order in which they start."""

STRING_FIELDS = {"ConfigMap": "data", "Secret": "stringData"}
"""Kind → the field whose strings may be manifests, as in a ConfigMap that a ClusterResourceSet applies."""

# What a container inherits from the pod, field by field (DetermineEffectiveSecurityContext in
# kubernetes/pkg/securitycontext/util.go). `windowsOptions` is merged in itself, see _WINDOWS.
_INHERITED = ("runAsUser", "runAsGroup", "runAsNonRoot", "seLinuxOptions", "seccompProfile", "appArmorProfile")
_GMSA = ("gmsaCredentialSpecName", "gmsaCredentialSpec")
_WINDOWS = ("hostProcess", "runAsUserName", *_GMSA)

OS_LABELS = ("kubernetes.io/os", "beta.kubernetes.io/os")
# Labels that a cloud sets by a node pool's system, and one that the kubelet sets on Windows nodes only.
_POOL_LABELS = ("kubernetes.azure.com/os-sku", "kubernetes.azure.com/os-type", "cloud.google.com/gke-os-distribution")
_WINDOWS_BUILD = "node.kubernetes.io/windows-build"


class Written(NamedTuple):
    """A value as the manifest has it, and the way to it."""

    value: Any
    route: Route


class Effective(NamedTuple):
    """The value that a container runs with, and who set it. `route` leads nowhere when nobody did."""

    value: Any
    scope: Literal["container", "pod", "default"]
    route: Route


class NodeNeed(NamedTuple):
    """One demand on a node's labels. `operator` is one of a node selector's (`In`, `NotIn`, `Exists` …)."""

    label: str
    operator: str
    values: tuple[Any, ...]
    route: Route

    @property
    def is_windows(self) -> bool:
        """Whether only Windows nodes meet it."""
        if self.label == _WINDOWS_BUILD:
            return self.operator in ("In", "Exists")
        if self.label in OS_LABELS and self.operator == "NotIn":
            return "linux" in self.values
        if self.operator != "In" or not self.values:
            return False
        if self.label in OS_LABELS:
            return "windows" in self.values and "linux" not in self.values
        return self.label in _POOL_LABELS and all(str(value).lower().startswith("windows") for value in self.values)

    @property
    def is_linux(self) -> bool:
        """Whether only Linux nodes meet it."""
        return self.is_about_os and "linux" in self.values and "windows" not in self.values

    @property
    def is_nowhere(self) -> bool:
        """Whether no node meets it: it asks for a system that is none, or for a label that is nearly the system's."""
        nearly = self.label not in OS_LABELS and self.label.lower() in OS_LABELS
        return nearly or (self.is_about_os and not {"linux", "windows"} & set(map(str, self.values)))

    @property
    def is_about_os(self) -> bool:
        return self.label in OS_LABELS and self.operator == "In" and bool(self.values)


class Object(NamedTuple):
    """One Kubernetes object in a document, which may be an item of a list.

    `duplicates` are the routes of keys in it that stand twice in their mapping, `unknown` those of values that only who
    decrypts or fills in knows. `lives` says that it came from a cluster, and `maker` is what made it there.
    """

    data: dict[str, Any]
    route: Route
    resource: Resource
    duplicates: tuple[Route, ...] = ()
    unknown: tuple[Route, ...] = ()
    maker: Resource | None = None
    lives: bool = False

    @property
    def named(self) -> Resource:
        """What people know it by: a pod by the workload that made it."""
        return self.maker or self.resource

    def by_default_in(self, namespace: str | None) -> Object:
        """The same, in a namespace if it names none."""
        if namespace is None or self.resource.namespace is not None:
            return self
        return self._replace(resource=self.resource._replace(namespace=namespace))


class View:
    """A mapping in a document."""

    def __init__(self, data: Any, route: Route) -> None:
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        self.route = route

    def written(self, *path: str) -> Written | None:
        """The value at a path, or None where it is missing or null, which is the same to Kubernetes."""
        value: Any = self.data
        for step in path:  # ends early: most fields that rules ask for are not there
            if not isinstance(value, dict):
                return None
            value = value.get(step)
            if value is None:
                return None
        return Written(value, self.route + path)

    def null(self, path: Sequence[str]) -> Route | None:
        """The way to a key that is there with null, which Kubernetes takes for a missing one."""
        value: Any = self.data
        for step in path[:-1]:
            value = value.get(step) if isinstance(value, dict) else None
        there = isinstance(value, dict) and path[-1] in value and value[path[-1]] is None
        return (*self.route, *path) if there else None

    def text(self, *path: str) -> str | None:
        """The value at a path where it is a string."""
        found = self.written(*path)
        return found.value if found and isinstance(found.value, str) else None

    def items(self, *path: str) -> Iterator[View]:
        """The mappings in the list at a path; a null in it is an empty one to the API."""
        found = self.written(*path)
        if found and isinstance(found.value, list):
            for index, item in enumerate(found.value):
                if item is None or isinstance(item, dict):
                    yield View(item, (*found.route, index))


class Container(View):
    """One container. `kind` is `init`, `regular` or `ephemeral`; sidecars are init containers."""

    def __init__(self, data: Any, route: Route, pod: Pod, kind: Literal["init", "regular", "ephemeral"]) -> None:
        super().__init__(data, route)
        self.pod = pod
        self.kind = kind

    @cached_property
    def name(self) -> str:
        return self.text("name") or ""

    @cached_property
    def image(self) -> str:
        return self.text("image") or ""

    def effective(self, *path: str) -> Effective:
        """The effective value of a field of `securityContext`, for one of those that a pod passes on."""
        own = self.written("securityContext", *path)
        if path[-1] in _GMSA and own is None:
            # The two go together: a container that sets one takes neither from the pod.
            own = next((Written(None, ()) for name in _GMSA if self.written("securityContext", path[0], name)), None)
        if own is not None:
            return Effective(own.value, "container", own.route)
        inherited = self.pod.written("securityContext", *path)
        if inherited is not None:
            return Effective(inherited.value, "pod", inherited.route)
        return Effective(None, "default", (*self.route, "securityContext", *path))

    def nulled(self, path: Sequence[str]) -> Route | None:
        """The way to a key of the container, or else of its pod, that is there without a value."""
        views: tuple[View, ...] = (self, self.pod) if path[0] == "securityContext" else (self,)
        return next((route for view in views if (route := view.null(path))), None)

    @cached_property
    def host_process(self) -> Effective:
        return self.effective("windowsOptions", "hostProcess")

    @cached_property
    def is_host_process(self) -> bool:
        return self.host_process.value is True

    @cached_property
    def account(self) -> Effective:
        return self.effective("windowsOptions", "runAsUserName")

    @cached_property
    def merged(self) -> dict[str, Any]:
        """The container with what it inherits written into its `securityContext`: what declarative rules see."""
        own, shared = self.data.get("securityContext"), self.pod.data.get("securityContext")
        if not isinstance(shared, dict):
            return self.data
        context = dict(own) if isinstance(own, dict) else {}
        options = shared.get("windowsOptions")
        inherited: list[tuple[str, ...]] = [(name,) for name in _INHERITED if name in shared]
        inherited += [("windowsOptions", name) for name in _WINDOWS if isinstance(options, dict) and name in options]
        for path in inherited:
            value = self.effective(*path)
            if value.scope == "pod":
                holder = context
                for step in path[:-1]:
                    inner = holder.get(step)
                    holder[step] = dict(inner) if isinstance(inner, dict) else {}
                    holder = holder[step]
                holder[path[-1]] = value.value
        return {**self.data, "securityContext": context} if context else self.data

    def source(self, route: Route) -> Route:
        """Where the value at a way into `merged` is written."""
        if len(route) > 1 and route[0] == "securityContext":
            size = 3 if route[1] == "windowsOptions" else 2
            if len(route) >= size and all(isinstance(step, str) for step in route[:size]):
                found = self.effective(*(str(step) for step in route[1:size]))
                if found.scope == "pod":
                    return (*found.route, *route[size:])
        return (*self.route, *route)

    @property
    def origin(self) -> Route:
        """What makes it a HostProcess container: the way to the `hostProcess` that counts."""
        return self.host_process.route


class Pod(View):
    """A pod, or the pod that a controller's template describes. Its own mapping is the pod's spec."""

    def __init__(self, spec: View, metadata: View, owner: Object) -> None:
        super().__init__(spec.data, spec.route)
        self.metadata = metadata
        self.owner = owner

    @property
    def resource(self) -> Resource:
        return self.owner.named

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        return tuple(
            Container(view.data, view.route, self, kind)
            for field, kind in CONTAINER_LISTS.items()
            for view in self.items(field)
        )

    @cached_property
    def names(self) -> dict[Route, str]:
        """The containers' names by the ways to them."""
        return {container.route: container.name for container in self.containers}

    @cached_property
    def host_process_containers(self) -> tuple[Container, ...]:
        return tuple(container for container in self.containers if container.is_host_process)

    @property
    def is_host_process(self) -> bool:
        return bool(self.host_process_containers)

    @property
    def may_be_host_process(self) -> bool:
        """Whether it is, or is said to be by a value that is unknown."""
        return any(
            container.is_host_process or is_unknown(container.host_process.value) for container in self.containers
        )

    @cached_property
    def is_concerned(self) -> bool:
        """Whether anything in the object says `hostProcess` or `windowsOptions`, in whatever place and case."""
        return bool(self.windows_options) or says(self.owner.data, frozenset(("hostprocess", "windowsoptions")))

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every key of a mapping in its `spec` and `metadata`."""
        return frozenset(keys([self.data, self.metadata.data]))

    @property
    def lives(self) -> bool:
        return self.owner.lives

    def value(self, route: Route) -> Any:
        """What the document has at a way into the object."""
        found: Any = self.owner.data
        for step in route[len(self.owner.route) :]:
            found = found[step]
        return found

    @property
    def asks_for_the_host(self) -> bool:
        """Whether it is concerned, or a Windows pod that says anything about the host's network."""
        return self.is_concerned or (self.is_windows and "hostNetwork" in self.data)

    @property
    def is_builtin(self) -> bool:
        """Whether the object is of a kind and version that the API has today."""
        from .api.table import table  # here and below, because most scans find no pod that is concerned

        return table().of(self.owner.resource.api_version, self.owner.resource.kind) is not None

    @cached_property
    def api(self) -> tuple[tuple[Type, View], ...]:
        """What the API decodes, by its types: the whole object, or the pod's parts of a kind that it does not have."""
        from .api.table import table

        kind = table().of(self.owner.resource.api_version, self.owner.resource.kind)
        if kind is not None:
            return ((kind, View(self.owner.data, self.owner.route)),)
        types = (table().named("PodSpec"), table().named("ObjectMeta"))
        return tuple((kind, view) for kind, view in zip(types, (self, self.metadata), strict=True) if kind)

    @cached_property
    def decoded(self) -> Decoded:
        """What the API makes of it."""
        from .api.decoding import Decoded, decode

        found = Decoded()
        for kind, view in self.api:
            decode(view.data, kind, view.route, found)
        return found

    @property
    def because(self) -> Route:
        """The way to the first `hostProcess: true` that makes this a HostProcess pod."""
        return self.host_process_containers[0].origin

    @cached_property
    def os(self) -> str | None:
        return self.text("os", "name")

    @cached_property
    def effective(self) -> dict[str, Any]:
        """`metadata` and `spec` of the pod: what declarative rules see."""
        return {"metadata": self.metadata.data, "spec": self.data}

    def source(self, route: Route) -> Route:
        """Where the value at a way into `effective` is written."""
        view = self.metadata if route[:1] == ("metadata",) else self
        return (*view.route, *route[1:])

    @cached_property
    def windows_options(self) -> tuple[Written, ...]:
        """Every `windowsOptions` block that is written, the pod's first."""
        views: tuple[View, ...] = (self, *self.containers)
        found = (view.written("securityContext", "windowsOptions") for view in views)
        return tuple(options for options in found if options)

    @cached_property
    def node_selector(self) -> tuple[NodeNeed, ...]:
        """The demands of `nodeSelector`: a node meets all of them."""
        selector = self.written("nodeSelector")
        if selector is None or not isinstance(selector.value, dict):
            return ()
        return tuple(
            NodeNeed(label, "In", (value,), (*selector.route, label)) for label, value in selector.value.items()
        )

    @cached_property
    def required_affinity(self) -> tuple[tuple[NodeNeed, ...], ...]:
        """The terms of the required node affinity: a node meets all the demands of one of them."""
        path = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
        return tuple(_needs(term) for term in self.items(*path))

    @cached_property
    def names_nodes(self) -> bool:
        """Whether it goes to nodes that are called by name."""
        if self.text("nodeName"):
            return True
        path = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
        terms = list(self.items(*path))
        return bool(terms) and all(
            any(field.text("key") == "metadata.name" and field.text("operator") == "In" for field in fields)
            for fields in (term.items("matchFields") for term in terms)
        )

    @cached_property
    def preferred_affinity(self) -> tuple[NodeNeed, ...]:
        """What the preferred node affinity names."""
        terms = self.items("affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution")
        preferences = (View(term.data.get("preference"), (*term.route, "preference")) for term in terms)
        return tuple(need for preference in preferences for need in _needs(preference))

    @cached_property
    def selects_windows(self) -> bool:
        """Whether the selector or the required affinity leaves Windows nodes only."""
        if any(need.is_windows for need in self.node_selector):
            return True
        terms = self.required_affinity
        return bool(terms) and all(any(need.is_windows for need in needs) for needs in terms)

    @property
    def is_windows(self) -> bool:
        """Whether it is meant for Windows: by its `os`, by the nodes that it selects, or by its options."""
        return self.os == "windows" or self.selects_windows or bool(self.windows_options)

    @cached_property
    def volumes(self) -> dict[str, View]:
        """The volumes by their names; of two of one name, which the API refuses, the first."""
        return {name: volume for volume in reversed(list(self.items("volumes"))) if (name := volume.text("name"))}

    def volume(self, name: str | None) -> View | None:
        """The volume of that name."""
        return self.volumes.get(name or "")


def _needs(term: View) -> tuple[NodeNeed, ...]:
    """The demands of one node selector term."""
    found = []
    for need in term.items("matchExpressions"):
        values = need.data.get("values")
        held = tuple(values) if isinstance(values, list) else ()
        found.append(NodeNeed(need.text("key") or "", need.text("operator") or "", held, need.route))
    return tuple(found)


def says(data: Any, words: frozenset[str]) -> bool:
    """Whether a mapping somewhere in plain data has a key that reads like one of some lower-case words."""
    return not words.isdisjoint(map(str.lower, keys([data])))


def keys(collections: list[Any]) -> set[str]:
    """Every key of a mapping in some plain data."""
    found: set[str] = set()
    while collections:
        inner: list[Any] = []
        for each in collections:
            if each.__class__ is dict:
                found.update(each)
                inner += each.values()
            elif each.__class__ is list:
                inner += each
        collections = inner
    return found


def objects(data: Any, duplicates: tuple[Route, ...] = (), route: Route = ()) -> Iterator[Object]:
    """The Kubernetes objects of a document; those in a list come instead of it, at any nesting."""
    if not isinstance(data, dict):
        return
    items = data.get(ITEMS)
    if isinstance(items, list):
        for index, item in enumerate(items):
            yield from objects(as_item(item, data), duplicates, (*route, ITEMS, index))
        return
    own = tuple(duplicate for duplicate in duplicates if duplicate[: len(route)] == route)
    hidden: tuple[Route, ...] = ()
    if may_hold_unknown(data):
        data = filled_in(data)
        hidden = unknowns(data, route)
    yield Object(data, route, _resource(data), own, hidden)


def _resource(data: dict[str, Any]) -> Resource:
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


def pods(owner: Object) -> Iterator[Pod]:
    """The pods that an object describes; of a custom resource, every pod template in it. What says neither kind nor
    version is no object: a chart's values, a part of a patch.
    """
    way = TEMPLATES.get(owner.resource.kind)
    if way is not None:
        template = View(owner.data, owner.route).written(*(str(step) for step in way))
        yield _from_template(View(template.value if template else None, (*owner.route, *way)), owner)
    elif owner.resource.api_version and owner.resource.kind not in ("", "CustomResourceDefinition"):
        yield from _pods_of_custom(owner.data, owner.route, owner)


def _from_template(template: View, owner: Object) -> Pod:
    spec, metadata = (View(template.data.get(part), (*template.route, part)) for part in ("spec", "metadata"))
    return Pod(spec, metadata, owner)


def _pods_of_custom(data: Any, route: Route, owner: Object) -> Iterator[Pod]:
    """Pod templates in a custom resource: `template` or `podTemplate` over a spec that holds containers."""
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from _pods_of_custom(item, (*route, index), owner)
    if not isinstance(data, dict):
        return
    for key, value in data.items():
        inner = (*route, key)
        if key in ("template", "podTemplate") and isinstance(value, dict):
            if _holds_containers(value.get("spec")):
                yield _from_template(View(value, inner), owner)
                continue
            if key == "podTemplate" and _holds_containers(value):
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
