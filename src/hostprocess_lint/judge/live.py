"""Findings about pods that are there: one for all copies, in the light of what the cluster says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ..finding import Consequence, Finding, Level
from ..location import Related, Route
from ..pods.objects import Object
from ..pods.running import Fate, LivePod
from .cluster import NodeFacts
from .merging import Merging, unique

if TYPE_CHECKING:
    from ..rules.rule import Rule

_SHOWN = 3


class LiveFinding(NamedTuple):
    """A finding, and whom it concerns: no pods where it is about something else."""

    finding: Finding
    document: int
    route: Route
    pods: tuple[LivePod, ...]
    nodes: tuple[NodeFacts, ...]


class LiveFindings:
    """The findings about live objects so far, by what a reader takes for the same."""

    def __init__(self) -> None:
        self._told: dict[tuple[object, ...], list[LiveFinding]] = {}

    def add(self, told: LiveFinding, spec: Route) -> None:
        """`spec` is the way to the pod's spec: pods say at another one what their maker's template says."""
        finding, route = told.finding, told.route
        inner = route[len(spec) - 1 :] if spec and route[: len(spec) - 1] == spec[:-1] else route
        key = (*finding.identity[:6], inner, finding.message, finding.level, finding.source.path)
        self._told.setdefault(key, []).append(told)

    def merged(self, into: Merging) -> None:
        """Puts one finding for each thing among the others."""
        for same in self._told.values():
            first = min(same, key=lambda told: bool(told.pods))  # what made the pods, if that is there
            pods = tuple({(pod.name, pod.node): pod for told in same for pod in told.pods}.values())
            nodes = {node.location.key: node for told in same for node in told.nodes}
            into.add(_worded(first.finding, pods, list(nodes.values())), first.document, first.route)


def admitted(finding: Finding, rule: Rule, owner: Object) -> Finding:
    """What the API server refuses of an object that it has: it would, were the object made today.

    What refuses the pods of a controller does not keep the controller from being there.
    """
    if rule.consequence is not Consequence.REJECTED or (rule.subject == "created-pod" and owner.resource.kind != "Pod"):
        return finding
    message = f"{finding.message}; it is there, and would be refused if it were made again"
    return finding._replace(level=Level.NOTE, message=message)


def _worded(finding: Finding, pods: tuple[LivePod, ...], nodes: list[NodeFacts]) -> Finding:
    message, level, related, hint = finding.message, finding.level, finding.related, finding.hint
    if finding.consequence is Consequence.FAILS:
        said, fails = _fared(finding, pods)
        message = f"{message}; {said}" if said else message
        level = level if fails else Level.NOTE
    counted = f"{len(pods):,} pods" if len(pods) > 1 else ""
    if finding.consequence is Consequence.COMPATIBILITY and nodes:
        where = ", ".join(_listed(sorted({pod.node for pod in pods})))
        counted = f"{counted or '1 pod'} on {where}"
        links = (Related(node.says or "its node", node.location) for node in nodes[:_SHOWN])
        related, hint = unique((*related, *links), finding.location), hint.replace("the target", "the nodes")
    return finding._replace(
        message=f"{message} ({counted})" if counted else message, level=level, related=related, hint=hint
    )


def _listed(names: list[str]) -> Iterator[str]:
    yield from names[:_SHOWN]
    if len(names) > _SHOWN:
        yield f"{len(names) - _SHOWN:,} more"


def _fared(finding: Finding, pods: tuple[LivePod, ...]) -> tuple[str, bool]:
    """What the cluster says to a prediction that a container does not start, and whether that still counts."""
    refused = [reason for pod in pods if (reason := _refused(finding.container, pod))]
    if refused:
        counted = f" in {len(refused):,} of {len(pods):,} pods" if len(refused) < len(pods) else ""
        return f"the cluster says {', '.join(sorted(set(refused)))}{counted}", True
    ran = any(fate.has_run for pod in pods for fate in _fates(finding.container, pod))
    return ("and yet it has run", False) if ran else ("", True)


def _refused(container: str | None, pod: LivePod) -> str:
    return pod.refused or next((fate.refused for fate in _fates(container, pod) if fate.refused), "")


def _fates(container: str | None, pod: LivePod) -> Iterator[Fate]:
    return (fate for fate in pod.fates if container is None or fate.name == container)
