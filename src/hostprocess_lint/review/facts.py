"""What two reviews are compared by: the facts of each workload as it is deployed, out of a review or its JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from ..finding import Resource
from .review import Card, Mount, Reached, Review

_LONGEST = 200
"""Letters of a command that are told."""


class Facts(NamedTuple):
    """One workload as one release deploys it, or as it comes out of one source. `key` is what stays the same."""

    key: tuple[str, ...]
    by: str
    resource: str
    place: str
    id: str
    accounts: tuple[str, ...]
    images: tuple[str, ...]
    mounts: tuple[str, ...]
    environments: tuple[str, ...]
    approved: bool | None
    reach: tuple[Reached, ...]
    unknown: tuple[str, ...]
    commands: tuple[str, ...]
    around: tuple[str, ...]
    nodes: tuple[str, ...]


def facts(review: Review) -> tuple[Facts, ...]:
    return tuple(fact for card in review.cards for fact in _of_card(card))


def _of_card(card: Card) -> Iterator[Facts]:
    own = Facts(
        key=card.resource.key,
        by="",
        resource=str(card.resource),
        place=f"{card.location.path}:{card.location.start[0]}",
        id=card.id,
        accounts=_once(each.account or "none" for each in card.containers if each.host_process),
        images=_once(each.image for each in card.containers),
        mounts=_once(str(each) for part in card.containers for each in part.mounts),
        environments=card.environments,
        approved=card.standing.approved,
        reach=tuple((thing.kind, thing.what, thing.weight) for thing in card.reach.things),
        unknown=card.reach.unknown,
        commands=_commands((each.name, each.command) for each in card.containers),
        around=_once(_named(each.what, each.note) for each in card.reach.around),
        nodes=_once(iter(card.nodes)),
    )
    return (own._replace(by=by) for by in card.deployments)


def read(data: Any) -> tuple[Facts, ...]:
    """The facts of a review that was written as JSON. Raises ValueError for anything else."""
    try:
        if data["version"] != 1:
            raise ValueError("it is a review of another version")
        return tuple(fact for card in data["workloads"] for fact in _of_data(card))
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"it is no review: {type(error).__name__}: {error}") from None


def _of_data(card: dict[str, Any]) -> Iterator[Facts]:
    containers, location = card["containers"], card["location"]
    resource = Resource(*(card["resource"][field] for field in ("apiVersion", "kind", "namespace", "name")))
    own = Facts(
        key=resource.key,
        by="",
        resource=str(resource),
        place=f"{location['path']}:{location['line']}",
        id=card["id"],
        accounts=_once(each["account"] or "none" for each in containers if each["host_process"]),
        images=_once(each["image"] for each in containers),
        mounts=_once(_mount(each) for part in containers for each in part["mounts"]),
        environments=tuple(card["environments"]),
        approved=card["approved"],
        reach=tuple((thing["kind"], thing["what"], thing["weight"]) for thing in card["reach"]),
        unknown=tuple(card["unknown"]),
        commands=_commands((each["name"], each["command"]) for each in containers),
        around=_once(_named(each["what"], each["note"]) for each in card["around"]),
        nodes=_once(iter(card["nodes"])),
    )
    return (own._replace(by=by) for by in card["deployments"])


def _mount(data: dict[str, Any]) -> str:
    return str(Mount(data["host_path"], data["mount_path"], data["read_only"]))


def _commands(told: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What each container runs."""
    return _once(f"{name}: {short_command(command)}" for name, command in told if command)


def short_command(command: str) -> str:
    """A script may be long: it is told by its beginning and by a hash, which differs wherever it does."""
    if len(command) <= _LONGEST:
        return command
    digest = sha256(command.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{command[:_LONGEST]}… ({len(command):,} characters, SHA-256 {digest})"


def _named(what: str, note: str) -> str:
    return f"{what} ({note})" if note else what


def _once(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(names)))
