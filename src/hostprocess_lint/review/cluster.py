"""A cluster beside its repository: what runs that no manifest makes, what runs otherwise, and what does not run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from ..finding import Finding
from ..pods.running import together
from .drift import PLACEHOLDER, differences
from .images import repository_of
from .review import Card, CardContainer, ClusterView, Difference, Drift, Review

_DEBUGGER = "node-debugger-"
"""What `kubectl debug node/NAME` calls its pod (generateNodeDebugPod in kubectl/pkg/cmd/debug/debug.go)."""

_MADE = {
    "CronJob": ("Job", re.compile(r"-\d{8,10}\Z", re.ASCII)),
    "Deployment": ("ReplicaSet", re.compile(r"-[bcdfghjklmnpqrstvwxz2456789]{1,10}\Z")),
}
"""What a kind makes, and what that is called behind its own name: a list need not hold what stands between. A Job has
its minutes since 1970 (getJobName in kubernetes/pkg/controller/cronjob/cronjob_controllerv2.go), before 1.21 seconds. A
ReplicaSet has a hash of 32 bits in letters and digits that make no words (ComputeHash in
kubernetes/pkg/controller/controller_utils.go, SafeEncodeString in apimachinery/pkg/util/rand/rand.go).
"""


def beside(review: Review, path: str) -> Review:
    """The review of a scan of a repository and of a cluster's list: what of the list is known is told with what makes
    it, and the rest stands for itself. Where nothing of the list could be read, nobody knows what is not there.
    """
    live = [card for card in review.cards if _is_of(card, path)]
    if not live and any(skipped.path == path for skipped in review.skipped):
        return review
    made = {card.id: card for card in review.cards if not _is_of(card, path)}
    unmade, drifts = [], []
    for card in live:
        makers = [made[each.id] for each in made.values() if _makes(each, card)]
        if not makers:
            unmade.append(card)
            continue
        alike = [each for each in makers if not _differences(each, card)]
        if not alike:
            drifts.append(Drift(card.resource, makers[0].id, card.location, _differences(makers[0], card)))
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
    told = {said for finding in maker.findings for said in _said(finding)}
    new = tuple(finding for finding in live.findings if not told.issuperset(_said(finding)))
    return maker._replace(running=together((maker.running, live.running)), findings=(*maker.findings, *new))


def _said(finding: Finding) -> Iterator[tuple[str, ...]]:
    """The rule, the container and the field of each subject, as a pod has that: its maker has it in a template."""
    for subject in finding.subjects:
        field = subject.identity[6:]
        while field[:2] in (("spec", "template"), ("spec", "jobTemplate")):
            field = field[2:]
        yield (finding.rule, subject.identity[5], *field)


def _makes(maker: Card, live: Card) -> bool:
    if _namespace(maker) not in (None, live.resource.namespace) or not _fits(
        maker.resource.name, _made_by(maker, live)
    ):
        return False
    # Of what has another name in the cluster more must be the same.
    return PLACEHOLDER not in maker.resource.name or _images(maker.containers) == _images(live.containers)


def _namespace(maker: Card) -> str | None:
    """None where it is said when it is applied: in a chart that nothing deploys stands what Helm takes then."""
    bare = not maker.releases and all(source.kind == "chart" for source in maker.sources)
    return None if bare and maker.resource.namespace == "default" else maker.resource.namespace


def _made_by(maker: Card, live: Card) -> str:
    """The name in the cluster of what would have made it, if that is of the maker's kind; else none."""
    kind, name = live.resource.kind, live.resource.name
    if kind == maker.resource.kind:
        return name
    made, suffix = _MADE.get(maker.resource.kind, ("", None))
    found = suffix.search(name) if suffix and made == kind else None
    return name[: found.start()] if found else ""


def _fits(ours: str, theirs: str) -> bool:
    """Whether a name is one of the repository's: there the release's may be unknown, and `generateName` ends in `*`."""
    pattern = ours.replace(PLACEHOLDER, "*")
    return bool(theirs) and (
        pattern == theirs or ("*" in pattern and pattern.strip("*-") != "" and fnmatchcase(theirs, pattern))
    )


def _release(maker: Card, live: Card) -> str | None:
    """What its release is called in the cluster: the part of the name in which the manifest's says nothing."""
    before, placeholder, behind = maker.resource.name.partition(PLACEHOLDER)
    return _made_by(maker, live).removeprefix(before).removesuffix(behind) if placeholder else None


def _differences(maker: Card, live: Card) -> tuple[Difference, ...]:
    return tuple(differences(maker, live, _release(maker, live)))


def _images(containers: Sequence[CardContainer]) -> list[tuple[str, str]]:
    """The containers' names and repositories, whatever the tags are."""
    return sorted((each.name, repository_of(each.image)) for each in containers)


def cards_of(review: Review, identifiers: Iterable[str]) -> Iterator[Card]:
    """The cards of some ids."""
    cards = {card.id: card for card in review.cards}
    return (cards[each] for each in identifiers)
