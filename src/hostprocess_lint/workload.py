"""The inventory: the HostProcess workloads of a scan, what is approved of them, and what a review reads besides."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .finding import Origin, Resource
from .location import Label, Location


class HostMount(NamedTuple):
    """A directory or file of the node, and where a container finds it."""

    host_path: str
    mount_path: str


class WorkloadContainer(NamedTuple):
    """One container of a HostProcess workload. `kind` is `init`, `regular` or `ephemeral`.

    `unknown` names those of `hostProcess`, `runAsUserName` and `image` that are encrypted, or filled in later.
    """

    name: str
    kind: str
    host_process: bool
    account: str | None
    image: str
    mounts: tuple[HostMount, ...] = ()
    unknown: tuple[str, ...] = ()


class Approval(NamedTuple):
    """An entry of the list of approved workloads: whom it is about, and what it says to people."""

    entry: str
    owner: str
    reason: str
    until: str | None
    location: Location | None


class Standing(NamedTuple):
    """Whether a workload is approved, None where there is no such list, and the entry in force that fits it."""

    approved: bool | None = None
    approval: Approval | None = None


class Running(NamedTuple):
    """How many pods of a cluster are copies of one workload, on which nodes, and why any of them do not start."""

    pods: int
    nodes: tuple[str, ...]
    reasons: tuple[str, ...] = ()


class Listed(NamedTuple):
    """What became of an entry in a scan: whether it fits a workload or an object that cannot be judged, whether it is
    in force, and what keeps it from fitting where that is its case only.
    """

    approval: Approval
    fits: bool
    expired: bool
    nearly: str = ""


class Workload(NamedTuple):
    """One HostProcess pod, with findings or without: a line of the reviewer's inventory.

    `token` says whether the service account's token is mounted as far as the pod decides that. `running` is what a
    cluster says of it, of which `resource` is then what made the pods.
    """

    resource: Resource
    location: Location
    source: Origin
    containers: tuple[WorkloadContainer, ...]
    host_network: bool = False
    token: bool = True
    standing: Standing = Standing()
    running: Running | None = None


class Record(NamedTuple):
    """An object of the scan as a review reads it: what it says, what it is of, and the place of anything in it.

    `locate` takes a label, whose way starts at the object. It can take long for a chart, and works as long as the
    engines are open. `maker` is what made a pod of a cluster, `running` what is said of it and its copies there.
    """

    resource: Resource
    data: Mapping[str, Any]
    source: Origin
    locate: Callable[[Label], Location]
    standing: Standing = Standing()
    maker: Resource | None = None
    running: Running | None = None


class NotJudged(NamedTuple):
    """An object that says `hostProcess` outside the pods found in it (a custom resource's own field)."""

    resource: Resource
    location: Location
    source: Origin
