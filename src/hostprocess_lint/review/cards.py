"""A scan becomes a review: a card for each workload as it is deployed, and what belongs to none."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from ..finding import Finding, Origin
from ..judge.verdicts import meant_pod
from ..location import Label, Location, Route
from ..outcome import Scan, Skipped
from ..pods.objects import Object
from ..pods.pod import Container, Pod
from ..pods.templates import pods
from ..pods.unknown import is_unknown
from ..workload import Record
from .api import through_the_api
from .environments import environments
from .node import Locate, command_as_written, on_the_node, ports, words
from .review import KINDS, Card, CardContainer, Mount, Reach, Review, Thing
from .surroundings import NAME, Surroundings, record_fault


def review(scan: Scan, paths: Sequence[str] = ()) -> Review:
    """What a scan says to a reviewer. The engines have to be open: places are asked for."""
    broken: list[Skipped] = []
    around = Surroundings(scan.others)
    drafts = [card for record in scan.hosts for card in _guarded(record, around, broken)]
    cards = list(_told_apart(_merged(drafts)))
    by_card, rest = _shared_out(scan.findings, cards)
    cards = [card._replace(findings=tuple(by_card[card.id])) for card in cards]
    return Review(
        paths=tuple(paths),
        cards=tuple(sorted(cards, key=_order)),
        findings=tuple(rest),
        not_judged=scan.not_judged,
        skipped=(*scan.skipped, *around.broken, *broken),
        coverage=scan.coverage,
        listed=scan.listed,
    )


def _guarded(record: Record, around: Surroundings, broken: list[Skipped]) -> list[Card]:
    """The cards of an object. A fault of ours is told at what shows it, and the others are there."""
    try:
        return list(_drafts(record, around))
    except Exception as error:
        broken.append(record_fault(record, error))
        return []


def _drafts(record: Record, around: Surroundings) -> Iterator[Card]:
    for pod, written in map(meant_pod, pods(Object(dict(record.data), (), record.resource, maker=record.maker))):
        if pod.may_be_host_process:
            yield _draft(pod, record._replace(locate=_as_written(record.locate, written)), around)


def _as_written(locate: Callable[[Label], Location], written: Callable[[Route], Route]) -> Callable[[Label], Location]:
    """Places of a pod as it is meant, in the document as it is written."""
    return lambda label: locate(label._replace(route=written(label.route)))


def _draft(pod: Pod, record: Record, around: Surroundings) -> Card:
    source, locate = record.source, _locating(record)
    return Card(
        id="",
        resource=record.maker or record.resource,
        location=record.locate(NAME),
        sources=(source,),
        releases=source.releases,
        environments=environments((source,)),
        containers=tuple(_container(container, locate) for container in pod.containers),
        nodes=tuple(_nodes(pod)),
        reach=_reach(pod, record, around),
        standing=record.standing,
        running=record.running,
    )


def _reach(pod: Pod, record: Record, around: Surroundings) -> Reach:
    path, namespace = record.source.path, pod.resource.namespace
    locate = _locating(record)
    access = through_the_api(pod, path, around, locate)
    unknown = list(access.unknown)
    if around.namespace(namespace, path) is None:
        named = f"Namespace {namespace} is not in the scan" if namespace else "it names no namespace"
        unknown.append(f"{named}: its Pod Security is not known")
    things = _joined((*on_the_node(pod, locate), *access.things))
    return Reach(
        service_account=pod.service_account,
        things=tuple(sorted(things, key=lambda thing: (KINDS.index(thing.kind), -thing.weight, thing.what))),
        around=_joined(around.around(pod, path)),
        unknown=tuple(unknown),
    )


def _locating(record: Record) -> Locate:
    return lambda route: record.locate(Label(route))


def _joined(things: Iterable[Thing]) -> tuple[Thing, ...]:
    """Each thing once, with all its places."""
    found: dict[tuple[str, str], Thing] = {}
    for thing in things:
        known = found.get((thing.kind, thing.what))
        if known is None:
            found[thing.kind, thing.what] = thing
        else:
            note = known.note if thing.note in known.note else f"{known.note}; {thing.note}".lstrip("; ")
            places = {place.key: place for place in (*known.places, *thing.places)}
            weight = max(known.weight, thing.weight)
            found[thing.kind, thing.what] = known._replace(note=note, places=tuple(places.values()), weight=weight)
    return tuple(found.values())


def _container(container: Container, locate: Locate) -> CardContainer:
    account = container.account.value
    mounts = tuple(
        Mount(path.value, mount.text("mountPath") or "", mount.data.get("readOnly") is True)
        for mount, path, _ in container.host_path_mounts()
    )
    told = {
        "hostProcess": (container.host_process.value,),
        "runAsUserName": (account,),
        "image": (container.image,),
        **{field: words(container, field) for field in ("command", "args")},
        "volumeMounts": tuple(value for mount in mounts for value in mount),
    }
    return CardContainer(
        name=container.name,
        kind=container.kind,
        host_process=container.is_host_process,
        account=container.account_name,
        image=container.image,
        command=command_as_written(container),
        mounts=mounts,
        ports=tuple(port for port, _ in ports(container)),
        location=locate((*container.route, "name")),
        unknown=tuple(name for name, values in told.items() if any(map(is_unknown, values))),
    )


def _nodes(pod: Pod) -> Iterator[str]:
    """Which nodes it asks for, and whether taints keep it off any."""
    needs = [*pod.node_selector, *(need for term in pod.required_affinity for need in term)]
    for need in needs:
        values = ", ".join(map(str, need.values))
        sign = {"In": "=", "NotIn": "≠"}.get(need.operator)
        yield f"{need.label} {sign} {values}" if sign else f"{need.label} {need.operator} {values}".rstrip()
    if name := pod.text("nodeName"):
        yield f"node {name}"
    if any(each.text("operator") == "Exists" and not each.text("key") for each in pod.items("tolerations")):
        yield "tolerates every taint"


def _merged(drafts: Iterable[Card]) -> Iterator[Card]:
    """What comes out alike in several ways is one workload that is deployed several times."""
    groups: defaultdict[tuple[object, ...], list[Card]] = defaultdict(list)
    for card in drafts:
        groups[_facts(card)].append(card)
    for alike in groups.values():
        sources = tuple(dict.fromkeys(source for card in alike for source in card.sources))
        releases = tuple(dict.fromkeys(release for card in alike for release in card.releases))
        yield alike[0]._replace(sources=sources, releases=releases, environments=environments(sources))


def _facts(card: Card) -> tuple[object, ...]:
    containers = tuple(container._replace(location=None) for container in card.containers)  # type: ignore[arg-type]
    things = tuple((thing.kind, thing.what, thing.note) for thing in (*card.reach.things, *card.reach.around))
    return (card.resource, card.location.key, containers, card.nodes, things, card.reach.unknown, card.standing)


def _told_apart(cards: Iterable[Card]) -> Iterator[Card]:
    """The cards with their ids: by what they are called and what deploys them, never by lines."""
    used: defaultdict[str, int] = defaultdict(int)
    for card in cards:
        called = "\0".join(card_identity(card))
        digest = hashlib.sha256(called.encode("utf-8", "surrogatepass")).hexdigest()[:10]
        used[digest] += 1
        yield card._replace(id=f"w-{digest}" + (f"-{used[digest]}" if used[digest] > 1 else ""))


def card_identity(card: Card) -> tuple[str, ...]:
    """What a workload is called, and by whom it is deployed: by releases, or else from which file."""
    by = [release.title for release in card.releases] or [f"{source.kind} {source.path}" for source in card.sources]
    return (*card.resource.key, *sorted(set(by)))


def _shared_out(
    findings: Iterable[Finding], cards: Sequence[Card]
) -> tuple[defaultdict[str, list[Finding]], list[Finding]]:
    """The findings by card, and those that are about none."""
    named: defaultdict[tuple[str, ...], list[Card]] = defaultdict(list)
    for card in cards:
        named[card.resource.key].append(card)
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    rest = []
    for finding in findings:
        concerned = {
            card.id: card
            for subject in finding.subjects
            for card in named.get(subject.identity[1:5], ())
            if finding.resource is not None and _is_of(finding.source, card.sources)
        }
        for identifier in concerned:
            found[identifier].append(finding)
        if not concerned:
            rest.append(finding)
    return found, rest


def _is_of(origin: Origin, sources: Sequence[Origin]) -> bool:
    """Whether a finding that holds under some profiles concerns what comes out under others."""
    return any(
        origin[:2] == source[:2]
        and (origin.variant is None or source.variant is None or bool(_names(origin) & _names(source)))
        for source in sources
    )


def _names(origin: Origin) -> set[str]:
    return set((origin.variant or "").split(", "))


def _order(card: Card) -> tuple[object, ...]:
    weight = card.reach.weight
    return (tuple(-count for count in weight), str(card.resource), card.location.key, card.id)
