"""The values of a review: what the page and the other formats show."""

from __future__ import annotations

from typing import NamedTuple

from ..finding import Finding, Origin, Released, Resource
from ..location import Location
from ..outcome import Coverage, Skipped
from ..workload import Listed, NotJudged, Running, Standing


class Thing(NamedTuple):
    """Something that a workload reaches. `what` is the same text as long as it is the same thing.

    `weight` is 3 for what gives the node or the cluster away, 2 for what leads there, 1 for the rest. `note` says what
    it hangs on, or what is not known about it; `places` is where it is said. `bare` is what a power is wherever and for
    whatever names it holds, where it leads further.
    """

    kind: str
    what: str
    weight: int = 1
    note: str = ""
    places: tuple[Location, ...] = ()
    bare: str = ""


KINDS = ("account", "directory", "pipe", "network", "port", "secret", "token", "power")
"""The kinds of things, from the node to the cluster."""


class Reach(NamedTuple):
    """How far a workload reaches, what stands before it, and what the scan does not know of that.

    `things` are in the order of KINDS, `service_account` is the account's name. `around` is what else is said about its
    network and its namespace.
    """

    service_account: str
    things: tuple[Thing, ...]
    around: tuple[Thing, ...]
    unknown: tuple[str, ...]

    def of(self, *kinds: str) -> tuple[Thing, ...]:
        return tuple(thing for thing in self.things if thing.kind in kinds)

    @property
    def weight(self) -> tuple[int, ...]:
        """What stands first is what reaches further: by how many things of each weight there are."""
        return tuple(sum(thing.weight == weight for thing in self.things) for weight in (3, 2, 1))


class Mount(NamedTuple):
    """A directory, file or pipe of the node, and where a container finds it."""

    host_path: str
    mount_path: str
    read_only: bool

    def __str__(self) -> str:
        return f"{self.host_path} → {self.mount_path}{', read only' if self.read_only else ''}"


class CardContainer(NamedTuple):
    """One container of a workload. `kind` is `init`, `regular` or `ephemeral`; `account` is None where none is set.

    `command` is what it runs, as it is written. `unknown` names the fields that are encrypted, or filled in later.
    """

    name: str
    kind: str
    host_process: bool
    account: str | None
    image: str
    command: str
    mounts: tuple[Mount, ...]
    ports: tuple[str, ...]
    location: Location
    unknown: tuple[str, ...]


class Card(NamedTuple):
    """One workload as it is deployed: what is deployed in two ways that matter here is two.

    `id` is short and stays the same as long as the workload is called the same and deployed the same way. `sources` are
    the ways in which it comes out like this, `releases` what deploys it, `environments` where.
    """

    id: str
    resource: Resource
    location: Location
    sources: tuple[Origin, ...]
    releases: tuple[Released, ...]
    environments: tuple[str, ...]
    containers: tuple[CardContainer, ...]
    nodes: tuple[str, ...]
    reach: Reach
    findings: tuple[Finding, ...] = ()
    standing: Standing = Standing()
    running: Running | None = None

    @property
    def deployments(self) -> tuple[str, ...]:
        """What deploys it, and out of what it comes where nothing does."""
        titles = [release.title for release in self.releases]
        sources = [
            f"{each.kind} {each.path} {each.variant or ''}".rstrip() for each in self.sources if not each.releases
        ]
        return tuple(dict.fromkeys((*titles, *sources)))


Reached = tuple[str, str, int]
"""A thing's kind, what it is, and its weight: what of it is compared."""


class Difference(NamedTuple):
    """A fact that is not as it was: what went, and what came."""

    what: str
    gone: tuple[str, ...]
    new: tuple[str, ...]


class Change(NamedTuple):
    """What happened to a workload, in one deployment or in several alike. `state` is `new`, `gone` or `changed`.

    `more` and `less` are what it reaches beyond what it did, and what it reaches no longer. `gain` is the weight of the
    furthest that it gains, 0 for nothing: another account is a gain only where it may do more than all of before.
    """

    state: str
    resource: str
    by: tuple[str, ...]
    place: str
    id: str
    environments: tuple[str, ...]
    differences: tuple[Difference, ...] = ()
    more: tuple[Reached, ...] = ()
    less: tuple[Reached, ...] = ()
    gain: int = 0

    @property
    def order(self) -> tuple[object, ...]:
        return (-self.gain, -len(self.more), ("new", "changed", "gone").index(self.state), self.resource, self.by)


class Comparison(NamedTuple):
    """The changes since something, which is called `since`, and how many deployments are as they were.

    `not_known` is what could not be looked at then, with the reasons: what is in it may pass for new.
    """

    since: str
    changes: tuple[Change, ...]
    unchanged: int
    not_known: tuple[str, ...]


class Drift(NamedTuple):
    """A workload that is in the cluster otherwise than its manifest says. `id` is the card's, `place` where it runs."""

    resource: Resource
    id: str
    place: Location
    differences: tuple[Difference, ...]


class ClusterView(NamedTuple):
    """A cluster's list, called `path`, beside the repository; workloads are given by the ids of their cards.

    `known` counts those in the list that a manifest makes, `unmade` are those that none makes, `debuggers` among them
    what `kubectl debug` has left. `absent` are those of the repository of which there is no pod.
    """

    path: str
    known: int
    unmade: tuple[str, ...]
    debuggers: tuple[str, ...]
    drifts: tuple[Drift, ...]
    absent: tuple[str, ...]


class Review(NamedTuple):
    """All that a review says. `cards` are in order: what reaches further stands first.

    `findings` are those that are about no card: about files and configurations. `listed` is the list of approved
    workloads, `pages` the addresses of the rules, `comparison` the one with an earlier review and `cluster` that with a
    cluster, if any.
    """

    paths: tuple[str, ...]
    cards: tuple[Card, ...]
    findings: tuple[Finding, ...]
    not_judged: tuple[NotJudged, ...]
    skipped: tuple[Skipped, ...]
    coverage: Coverage
    listed: tuple[Listed, ...] = ()
    pages: tuple[tuple[str, str], ...] = ()
    comparison: Comparison | None = None
    cluster: ClusterView | None = None
