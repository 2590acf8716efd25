"""The reviewer's inventory: every HostProcess pod, and every object that says so in a shape of its own."""

from __future__ import annotations

from collections.abc import Sequence

from ..location import Location
from ..pods.objects import Object
from ..pods.pod import Container, Pod
from ..pods.templates import is_custom
from ..pods.unknown import is_unknown
from ..workload import HostMount, NotJudged, Running, Standing, Workload, WorkloadContainer
from .merging import joined_origins
from .parsed import Parsed, name_of


class Inventory:
    """What was found so far, in the order in which it came."""

    def __init__(self) -> None:
        self._workloads: dict[tuple[object, ...], list[Workload]] = {}
        self._not_judged: dict[tuple[object, ...], NotJudged] = {}

    def add(self, pod: Pod, parsed: Parsed, standing: Standing, running: Running | None) -> object:
        """Keeps a workload, and returns what is the same for all that is one to a reviewer."""
        location, _ = parsed.locate(name_of(pod.owner))
        token = pod.written("automountServiceAccountToken")
        workload = Workload(
            resource=pod.resource,
            location=location,
            source=parsed.rendered.origin,
            containers=tuple(_line(container) for container in pod.containers),
            host_network=pod.data.get("hostNetwork") is True,
            token=token is None or token.value is not False,
            standing=standing,
            running=running,
        )
        # A chart's profiles may give one pod different accounts: to a reviewer these are two workloads, and so is what
        # two overlays make of one base.
        facts = (workload.containers, workload.host_network, workload.token, standing)
        # In a cluster a workload is there as its pods, too, and as what makes these.
        where = () if pod.lives else (location.key, pod.route)
        key = (where, workload.source[:2], pod.resource, facts)
        self._workloads.setdefault(key, []).append(workload)
        return key if pod.lives else None

    def note(self, owner: Object, found: Sequence[Pod], parsed: Parsed) -> bool:
        """Keeps an object that says `hostProcess` outside the pods found in it. What is outside the pod of a built-in
        kind the API drops, and the rules about decoding tell it.
        """
        resource = owner.resource
        if not is_custom(resource) and (not found or not found[0].is_concerned or found[0].is_builtin):
            return False
        from ..sources.releases.kinds import is_release  # here, because most scans see built-in kinds only

        if is_release(resource.api_version, resource.kind):
            return False  # what a release gives to a chart is judged in that, or told with it
        from ..pods.bare import says_outside
        from ..pods.embedded import says_unread

        if says_outside(owner, found) or says_unread(owner):
            location, _ = parsed.locate(name_of(owner))
            item = NotJudged(resource, location, parsed.rendered.origin)
            self._not_judged.setdefault((location.key, resource), item)
            return True
        return False

    def workloads(self) -> tuple[Workload, ...]:
        return tuple(
            alike[0]._replace(
                source=joined_origins([workload.source for workload in alike]),
                running=_together([workload.running for workload in alike if workload.running]),
            )
            for alike in self._workloads.values()
        )

    def not_judged(self) -> tuple[NotJudged, ...]:
        return tuple(self._not_judged.values())

    def locations(self) -> list[Location]:
        return [alike[0].location for alike in self._workloads.values()]


def _together(found: list[Running]) -> Running | None:
    if not found:
        return None
    from ..pods.running import together  # here, because most scans see no cluster

    return together(found)


def _line(container: Container) -> WorkloadContainer:
    account = container.account.value
    told = {"hostProcess": container.host_process.value, "runAsUserName": account, "image": container.image}
    return WorkloadContainer(
        name=container.name,
        kind=container.kind,
        host_process=container.is_host_process,
        account=container.account_name,
        image=container.image,
        mounts=tuple(
            HostMount(path.value, mount.text("mountPath") or "") for mount, path, _ in container.host_path_mounts()
        ),
        unknown=tuple(name for name, value in told.items() if is_unknown(value)),
    )
