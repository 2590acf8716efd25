"""Data becomes pods: typed views with the values that Kubernetes uses, who set them, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from ..finding import Resource
from ..location import Route
from .effective import Effective, effective, with_inherited
from .nodeneeds import NodeNeed, empty_terms, is_called_by_name, preferred, required_terms, selected
from .objects import Object
from .unknown import is_unknown
from .view import View, Written, keys, says_key

if TYPE_CHECKING:
    from .api.decoding import Decoded
    from .api.table import Type


CONTAINER_LISTS: dict[str, Literal["init", "regular", "ephemeral"]] = {
    "initContainers": "init",
    "containers": "regular",
    "ephemeralContainers": "ephemeral",
}
"""Field of the pod spec → kind of container, in the order in which they start."""


class Container(View):
    """One container. `kind` is `init`, `regular` or `ephemeral`; sidecars are init containers."""

    def __init__(self, data: Any, route: Route, pod: Pod, kind: Literal["init", "regular", "ephemeral"]) -> None:
        super().__init__(data, route)
        self.pod = pod
        self.kind = kind
        self.name = self.text("name") or ""
        self.image = self.text("image") or ""
        self.host_process = self.effective("windowsOptions", "hostProcess")
        self.is_host_process = self.host_process.value is True

    def effective(self, *path: str) -> Effective:
        """The effective value of a field of `securityContext`, for one of those that a pod passes on."""
        return effective(self, self.pod, path)

    def nulled(self, path: Sequence[str]) -> Route | None:
        """The way to a key of the container, or else of its pod, that is there without a value."""
        views: tuple[View, ...] = (self, self.pod) if path[0] == "securityContext" else (self,)
        return next((route for view in views if (route := view.null(path))), None)

    @cached_property
    def account(self) -> Effective:
        return self.effective("windowsOptions", "runAsUserName")

    @property
    def account_name(self) -> str | None:
        """The account that it runs as, where one is set and known."""
        name = self.account.value
        return name if isinstance(name, str) and not is_unknown(name) else None

    @cached_property
    def merged(self) -> dict[str, Any]:
        """The container with what it inherits written into its `securityContext`: what declarative rules see."""
        return with_inherited(self, self.pod)

    def source(self, route: Route) -> Route:
        """Where the value at a way into `merged` is written."""
        if len(route) > 1 and route[0] == "securityContext":
            size = 3 if route[1] == "windowsOptions" else 2
            if len(route) >= size and all(isinstance(step, str) for step in route[:size]):
                found = self.effective(*(str(step) for step in route[1:size]))
                if found.scope == "pod":
                    return (*found.route, *route[size:])
        return (*self.route, *route)

    def host_path_mounts(self) -> Iterator[tuple[View, Written, View]]:
        """Each volumeMount of a hostPath volume, the volume's path, and the volume."""
        for mount in self.items("volumeMounts"):
            volume = self.pod.volume(mount.text("name"))
            path = volume.written("hostPath", "path") if volume else None
            if volume and path and isinstance(path.value, str):
                yield mount, path, volume

    @property
    def origin(self) -> Route:
        """What makes it a HostProcess container: the way to the `hostProcess` that counts."""
        return self.host_process.route


class Pod(View):
    """A pod, or the pod that a controller's template describes. Its own mapping is the pod's spec."""

    def __init__(self, spec: View, metadata: View, owner: Object, decoded: Decoded | None = None) -> None:
        """`decoded` is what the API makes of it, where that is known already."""
        super().__init__(spec.data, spec.route)
        self.metadata = metadata
        self.owner = owner
        self._decoded = decoded

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
        """Whether anything in the object says `hostProcess` or `windowsOptions`, in whatever place and case, what a key
        that is written twice drops included.
        """
        words = frozenset(("hostprocess", "windowsoptions"))
        return bool(self.windows_options) or says_key([self.owner.data, *self.owner.dropped], words)

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
        if self._decoded is not None:
            return self._decoded
        from .api.decoding import decoded

        return decoded(self.api)

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
        return selected(self)

    @cached_property
    def required_affinity(self) -> tuple[tuple[NodeNeed, ...], ...]:
        """The terms of the required node affinity: a node meets all the demands of one of them."""
        return required_terms(self)

    @cached_property
    def empty_affinity(self) -> Route | None:
        """The way to the terms of the required node affinity where no node meets any, as all are empty."""
        return empty_terms(self)

    @cached_property
    def preferred_affinity(self) -> tuple[NodeNeed, ...]:
        """What the preferred node affinity names."""
        return preferred(self)

    @cached_property
    def names_nodes(self) -> bool:
        """Whether it goes to nodes that are called by name."""
        return is_called_by_name(self)

    @cached_property
    def selects_windows(self) -> bool:
        """Whether the selector or the required affinity leaves Windows nodes only."""
        if any(need.is_windows for need in self.node_selector):
            return True
        terms = self.required_affinity
        return bool(terms) and all(any(need.is_windows for need in needs) for needs in terms)

    @property
    def service_account(self) -> str:
        """Its name. The field's older name is another spelling of the same (ServiceAccount admission)."""
        return self.text("serviceAccountName") or self.text("serviceAccount") or "default"

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
