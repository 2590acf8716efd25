"""What of a workload is otherwise in the cluster than its manifest says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..pods.unknown import is_unknown
from .facts import short_command
from .review import Card, CardContainer, Difference

PLACEHOLDER = "release-name"
"""What a chart's release is called where nobody has said a name, as `helm template` does."""

_THINGS = ("pipe", "network", "port", "secret")


def differences(maker: Card, live: Card, release: str | None) -> Iterator[Difference]:
    """What of its containers, its service account and what it is given is otherwise; not where it runs, which a
    controller adds to. `release` is what its chart is installed as there, None where nobody knows.
    """
    of_containers = tuple(_containers(maker, live, release))
    yield from of_containers
    ours, theirs = maker.reach.service_account, live.reach.service_account
    if not is_unknown(ours):
        yield from _compared("service account", (ours,), (theirs,), release)
    same_account = ours == theirs and maker.resource.namespace == live.resource.namespace
    kinds = [*_THINGS, *(("token",) if same_account else ())]
    if not any(each.what.startswith("account of ") for each in of_containers):
        kinds.append("account")  # an annotation gives another one, whatever the containers say
    for kind in kinds:
        yield from _compared(kind, _whats(maker, kind), _whats(live, kind), release)


def _whats(card: Card, kind: str) -> tuple[str, ...]:
    return tuple(thing.what for thing in card.reach.of(kind))


def _containers(maker: Card, live: Card, release: str | None) -> Iterator[Difference]:
    ours = {each.name: each for each in maker.containers}
    theirs = {each.name: each for each in live.containers}
    for name, container in theirs.items():
        known = ours.get(name)
        if known is None:
            yield Difference(f"container {name}", (), (container.image,))
            continue
        for (what, fields, before), (_, _, now) in zip(_told(known), _told(container), strict=True):
            if not known.unknown or not set(known.unknown) & set(fields):
                yield from _compared(f"{what} of container {name}", before, now, release)
    for name in sorted(ours.keys() - theirs.keys()):
        yield Difference(f"container {name}", (ours[name].image,), ())


def _told(container: CardContainer) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """What is compared of a container, and the fields that have to be known for that."""
    yield "account", ("runAsUserName",), _one(container.account)
    yield "image", ("image",), _one(container.image)
    yield "HostProcess", ("hostProcess",), (str(container.host_process).lower(),)
    yield "command", ("command", "args"), _one(container.command)
    yield "mount", ("volumeMounts",), tuple(map(str, container.mounts))


def _compared(what: str, before: Iterable[str], now: Iterable[str], release: str | None) -> Iterator[Difference]:
    """Nothing where the manifest's side hangs on a release's name that nobody knows."""
    said = [each.replace(PLACEHOLDER, release) if release else each for each in before]
    there = list(now)
    if release is None and any(PLACEHOLDER in each for each in said):
        return
    gone = tuple(each for each in said if each not in there)
    came = tuple(each for each in there if each not in said)
    if gone or came:
        yield Difference(what, tuple(map(short_command, gone)), tuple(map(short_command, came)))


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()
