"""What a finding says, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..finding import Finding, Resource
from ..location import Location
from ..outcome import Skipped
from .inert import printed, without_markup
from .places import region

if TYPE_CHECKING:
    from ..review.review import CardContainer
    from ..workload import WorkloadContainer

MOST_POINTERS = 20
"""GitHub cuts an annotation at 64 KiB."""


def sentence(text: str) -> str:
    """A fact or an order (`hostNetwork` is not `true`) as a sentence: capital, period, 'single quotes'."""
    words = without_markup(text).rstrip(" .")
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def message(finding: Finding) -> str:
    """What is the case, and what to do about it."""
    return " ".join(filter(None, (statement(finding), sentence(finding.hint))))


def statement(finding: Finding) -> str:
    """What is the case, and of which container and resource."""
    owner = subject(finding.resource, finding.container)
    return f"{sentence(finding.message)[:-1]} ({owner})." if owner else sentence(finding.message)


def subject(resource: Resource | None, container: str | None) -> str:
    """Whom a finding is about: container 'agent' of DaemonSet 'kube-system/win-agent'."""
    names = [f"container '{without_markup(container)}'"] if container is not None else []
    if resource is not None:
        names.append(_title(resource))
    return " of ".join(names)


def pointers(labelled: Sequence[tuple[str, Location]]) -> list[str]:
    """A line for each place and what is to be seen there: "charts/values.yaml:4: Set here."."""
    lines = [
        f"{printed(location.path)}:{region(location).start_line}: {sentence(label or 'here')}"
        for label, location in labelled[:MOST_POINTERS]
    ]
    more = len(labelled) - len(lines)
    return [*lines, f"… and {more:,} more."] if more else lines


def skipped(source: Skipped) -> str:
    return f"'{without_markup(source.path)}' was not looked at: {without_markup(source.reason).rstrip(' .')}."


def counted(number: int, noun: str, several: str = "") -> str:
    """`1 note`, `2 notes`; `several` is the plural where an s is not enough."""
    return f"{number:,} {noun if number == 1 else several or f'{noun}s'}"


def account(container: WorkloadContainer | CardContainer) -> str:
    """Whom a container runs as on the node, as far as that is known."""
    if "hostProcess" in container.unknown:
        return "unknown whether HostProcess"
    if not container.host_process:
        return "not HostProcess"
    return "unknown" if "runAsUserName" in container.unknown else container.account or "none"


def _title(resource: Resource) -> str:
    kind = without_markup(resource.kind) or "resource"
    name = "/".join(filter(None, (resource.namespace, resource.name)))
    return f"{kind} '{without_markup(name)}'" if name else f"unnamed {kind}"
