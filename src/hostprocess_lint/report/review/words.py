"""The words and figures that all formats of a review share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...finding import Finding, Level, Origin
from ...location import Location
from ...review.review import Card, Review
from ...workload import Running, Standing
from ..prose import counted as number

HEADINGS = {
    "account": "Accounts on the node",
    "directory": "Directories of the node",
    "pipe": "Pipes of the node",
    "network": "Network",
    "port": "Ports",
    "secret": "Secrets",
    "token": "API token",
    "power": "RBAC lets it",
}
"""Kind of thing → what a list of them is called."""

WEIGHTS = {3: "high", 2: "middle", 1: "low"}


class Counts(NamedTuple):
    """The overview in figures; findings are those that count."""

    workloads: int
    containers: int
    environments: int
    everything_on_the_node: int
    node_directories: int
    api_tokens: int
    high_reach: int
    not_approved: int | None
    errors: int
    warnings: int
    notes: int
    not_looked_at: int


def counts(review: Review) -> Counts:
    cards = review.cards
    levels = [finding.level for finding in unsuppressed_findings(review)]
    return Counts(
        workloads=len(cards),
        containers=sum(len(card.containers) for card in cards),
        environments=len({name for card in cards for name in card.environments}),
        everything_on_the_node=_with(cards, "account", 3),
        node_directories=_with(cards, "directory", 1),
        api_tokens=_with(cards, "token", 1),
        high_reach=sum(any(thing.weight == 3 for thing in card.reach.of("power")) for card in cards),
        not_approved=_not_approved(cards),
        errors=levels.count(Level.ERROR),
        warnings=levels.count(Level.WARNING),
        notes=levels.count(Level.NOTE),
        not_looked_at=len(review.skipped) + len(review.not_judged),
    )


def with_rights(cards: Sequence[Card]) -> str:
    """How many are HostProcess workloads; those of which nobody knows it before something is filled in, apart."""
    sure = sum(any(container.host_process for container in card.containers) for card in cards)
    rest = len(cards) - sure
    return f"{number(sure, 'workload')} with the rights of the node" + (
        f", and {rest:,} that may have them" * (rest > 0)
    )


def _not_approved(cards: tuple[Card, ...]) -> int | None:
    """None where nobody asks for approvals."""
    asked = [card.standing.approved for card in cards if card.standing.approved is not None]
    return asked.count(False) if asked else None


def _with(cards: tuple[Card, ...], kind: str, weight: int) -> int:
    return sum(any(thing.weight >= weight for thing in card.reach.of(kind)) for card in cards)


def unsuppressed_findings(review: Review) -> list[Finding]:
    """The findings that are not suppressed, each once: one may concern several workloads."""
    found = {id(each): each for card in review.cards for each in card.findings}
    found.update((id(each), each) for each in review.findings)
    return [finding for finding in found.values() if finding.suppressed is None]


def approved(standing: Standing) -> str:
    """Nothing where there is no list of approved workloads."""
    approval = standing.approval
    if approval is None:
        return "" if standing.approved is None else "not approved"
    until = f" until {approval.until}" if approval.until else ""
    by = f" by {approval.owner}" if approval.owner else ""
    return f"approved{by}{until}: {approval.reason}" if approval.reason else f"approved{by}{until}"


def pods_in_words(found: Running | None) -> str:
    """How many pods are there, where, and what keeps some from starting."""
    if found is None:
        return ""
    on = f" on {number(len(found.nodes), 'node')}" if found.nodes else ""
    return f"{number(found.pods, 'pod')}{on}{''.join(f', {reason}' for reason in found.reasons)}"


def where(location: Location) -> str:
    return f"{location.path}:{location.start[0]}"


def short_place(location: Location, longest: int = 64) -> str:
    """The end of a place, from a folder on: what tells one from the next."""
    whole = where(location)
    if len(whole) <= longest:
        return whole
    folder = whole.find("/", len(whole) - longest)
    return f"…{whole[folder:]}" if folder >= 0 else f"…{whole[-longest:]}"


def source(origin: Origin) -> str:
    """`chart charts/agent, with values-prod.yaml`."""
    return f"{origin.kind} {origin.path}" + (f", with {origin.variant}" if origin.variant else "")


def deployed(card: Card) -> str:
    """What deploys a workload, or out of what it comes."""
    if card.releases:
        return ", ".join(release.title for release in card.releases)
    return "; ".join(source(each) for each in card.sources)
