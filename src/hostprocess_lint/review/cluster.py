"""A cluster beside its repository: what runs that no manifest makes, what runs otherwise, and what does not run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from ..pods.running import together
from .review import Card, CardContainer, ClusterView, Difference, Drift, Review

_DEBUGGER = "node-debugger-"
"""What `kubectl debug node/NAME` calls its pod (generateNodeDebugPod in kubectl/pkg/cmd/debug/debug.go)."""

_PLACEHOLDER = "release-name"
"""What a chart's release is called where nobody has said a name, as `helm template` does."""

_MADE = {"CronJob": ("Job", re.compile(r"-\d+")), "Deployment": ("ReplicaSet", re.compile(r"-[a-z0-9]{1,10}"))}
"""What a kind makes, and what that is called behind its own name: a list need not hold what stands between."""


def beside(review: Review, path: str) -> Review:
    """The review of a scan of a repository and of a cluster's list: what of the list is known is told with what makes
    it, and the rest stands for itself.
    """
    live = [card for card in review.cards if _is_of(card, path)]
    made = {card.id: card for card in review.cards if not _is_of(card, path)}
    unmade, drifts = [], []
    for card in live:
        makers = [made[each.id] for each in made.values() if _makes(each, card)]
        if not makers:
            unmade.append(card)
            continue
        alike = [each for each in makers if not any(_differences(each, card))]
        if not alike:
            drifts.append(Drift(card.resource, makers[0].id, card.location, tuple(_differences(makers[0], card))))
        for maker in alike or makers[:1]:
            made[maker.id] = _with(maker, card)
    cards = {card.id: card for card in (*made.values(), *unmade)}
    absent = tuple(card.id for card in made.values() if card.running is None)
    debuggers = tuple(card.id for card in unmade if card.resource.name.startswith(_DEBUGGER))
    return review._replace(
        cards=tuple(cards[card.id] for card in review.cards if card.id in cards),
        cluster=ClusterView(
            path=path,
            known=len(live) - len(unmade),
            unmade=tuple(card.id for card in unmade),
            debuggers=debuggers,
            drifts=tuple(drifts),
            absent=absent,
        ),
    )


def _is_of(card: Card, path: str) -> bool:
    return all(source.path == path for source in card.sources)


def _with(maker: Card, live: Card) -> Card:
    """A workload of the repository with what the cluster says of it; what is said of both is said once."""
    told = {(finding.rule, finding.container) for finding in maker.findings}
    new = tuple(finding for finding in live.findings if (finding.rule, finding.container) not in told)
    return maker._replace(running=together((maker.running, live.running)), findings=(*maker.findings, *new))


def _makes(maker: Card, live: Card) -> bool:
    ours, theirs = maker.resource, live.resource
    if _namespace(maker) not in (None, theirs.namespace):
        return False
    if _is_called(maker, ours.kind, theirs.kind, theirs.name):
        # Of what has another name in the cluster more must be the same.
        return _PLACEHOLDER not in ours.name or _images(maker.containers) == _images(live.containers)
    return False


def _namespace(maker: Card) -> str | None:
    """None where it is said when it is applied: in a chart that nothing deploys stands what Helm takes then."""
    bare = not maker.releases and all(source.kind == "chart" for source in maker.sources)
    return None if bare and maker.resource.namespace == "default" else maker.resource.namespace


def _is_called(maker: Card, kind: str, live_kind: str, live_name: str) -> bool:
    if kind == live_kind:
        return _fits(maker.resource.name, live_name)
    made = _MADE.get(kind)
    if made is None or made[0] != live_kind:
        return False
    stem = next((live_name[: end.start()] for end in made[1].finditer(live_name) if end.end() == len(live_name)), "")
    return bool(stem) and _fits(maker.resource.name, stem)


def _fits(ours: str, theirs: str) -> bool:
    """Whether a name is one of the repository's: there the release's may be unknown, and `generateName` ends in `*`."""
    pattern = ours.replace(_PLACEHOLDER, "*")
    return pattern == theirs or ("*" in pattern and pattern.strip("*-") != "" and fnmatchcase(theirs, pattern))


def _images(containers: Sequence[CardContainer]) -> list[tuple[str, str]]:
    """The containers' names and repositories, whatever the tags are."""
    return sorted((each.name, re.split(r"@|:(?=[^/]*$)", each.image)[0]) for each in containers)


def _differences(maker: Card, live: Card) -> Iterator[Difference]:
    """What of a container's account and image is otherwise in the cluster, and which containers are there."""
    ours = {each.name: each for each in maker.containers}
    theirs = {each.name: each for each in live.containers}
    for name, container in theirs.items():
        known = ours.get(name)
        if known is None:
            yield Difference(f"container {name}", (), (container.image,))
            continue
        told = (
            ("account", "runAsUserName", known.account, container.account),
            ("image", "image", known.image, container.image),
            ("HostProcess", "hostProcess", str(known.host_process).lower(), str(container.host_process).lower()),
        )
        for what, field, before, now in told:
            if before != now and field not in known.unknown:
                yield Difference(f"{what} of container {name}", _one(before), _one(now))
    for name in sorted(ours.keys() - theirs.keys()):
        yield Difference(f"container {name}", (ours[name].image,), ())


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def named(review: Review, identifiers: Iterable[str]) -> Iterator[Card]:
    """The cards of some ids."""
    cards = {card.id: card for card in review.cards}
    return (cards[each] for each in identifiers)
