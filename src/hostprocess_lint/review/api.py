"""What a pod reaches through the API server: the token it is given, and what that lets it do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import NamedTuple

from ..pods.pod import Pod
from ..rules.powers import EVERYTHING, POWERS, Power
from ..rules.rights import Bound
from ..rules.roles import Allowed, Key, is_cluster_wide
from .node import Locate
from .review import Thing
from .surroundings import NAME, Surroundings

_MOST = 1_000
"""Of one rule's groups and resources, each with each."""


class Access(NamedTuple):
    """What of it is known, and what is not."""

    things: tuple[Thing, ...]
    unknown: tuple[str, ...]


def through_the_api(pod: Pod, source: str, around: Surroundings, locate: Locate) -> Access:
    namespace, account = pod.resource.namespace, pod.service_account
    things, unknown = [], []
    token, said = _token(pod, source, around, locate)
    if token:
        things.append(token)
    if said:
        unknown.append(said)
    bound = list(around.rights.bound(namespace, account, source))
    if not bound:
        unknown.append(f"no binding of service account {account} is in the scan: what it may do is not known")
    for each in bound:
        if each.rules is None:
            unknown.append(f"{_called(each.binding.role)}, which {_called(each.binding.key)} gives, is not in the scan")
        else:
            things += _powers(each)
        if each.is_open:
            unknown.append(f"{_called(each.binding.role)} is put together of roles: the cluster may have more of them")
    return Access(tuple(things), tuple(dict.fromkeys(unknown)))


def _token(pod: Pod, source: str, around: Surroundings, locate: Locate) -> tuple[Thing | None, str]:
    """Mounted unless the pod says no; if it says nothing, unless its account does (ServiceAccount admission)."""
    written, account = pod.written("automountServiceAccountToken"), pod.service_account
    projected = next(
        (
            part
            for volume in pod.items("volumes")
            for part in volume.items("projected", "sources")
            if part.written("serviceAccountToken")
        ),
        None,
    )
    what = f"API token of {account}"
    if projected:
        return Thing("token", what, 2, "in a projected volume", (locate(projected.route),)), ""
    if written:
        return (None if written.value is False else Thing("token", what, 2, "", (locate(written.route),))), ""
    known = around.service_account(pod.resource.namespace, account, source)
    if known is None:
        note = "unless the service account says otherwise, which is not in the scan"
        return Thing("token", what, 2, note), f"ServiceAccount {account} is not in the scan"
    if known.data.get("automountServiceAccountToken") is False:
        return None, ""
    return Thing("token", what, 2, "", (known.locate(NAME),)), ""


def _powers(bound: Bound) -> Iterator[Thing]:
    """What a binding gives: what leads further by its consequence, the rest by verbs and resources."""
    where = bound.binding.namespace
    scope = f"in namespace {where}" if where else "in the whole cluster"
    places = (bound.binding.place(),)
    by = f"{_called(bound.binding.key)} gives {_called(bound.binding.role)}"
    rest: defaultdict[str, set[str]] = defaultdict(set)
    for rule in bound.rules or ():
        at = (*places, *((rule.place(),) if rule.place else ()))
        if rule.is_everything:
            yield Thing("power", f"{EVERYTHING} {scope}", 3, by, at, EVERYTHING)
            continue
        opened = [each for each in POWERS if each.is_given(rule, where)]
        for each in {each.what: each for each in opened}.values():
            weight = each.weight if where is None and not rule.names else 2
            yield Thing("power", f"{each.what}{_by_name(rule, ' named {}')} {scope}", weight, by, at, each.what)
        for verbs, what in _rest(rule, opened, where):
            rest[verbs].add(what)
    for verbs, whats in sorted(rest.items()):
        yield Thing("power", f"{verbs}: {', '.join(sorted(whats))} {scope}", 1, by, places)


def _rest(rule: Allowed, opened: Sequence[Power], namespace: str | None) -> Iterator[tuple[str, str]]:
    """The verbs that no power covers, and what they are allowed for. A binding in a namespace gives no paths of the API
    server's own (VisitRulesFor and NonResourceURLMatches in kubernetes' RBAC authorizer).
    """
    pairs = product(sorted(rule.groups), sorted(rule.resources))
    for group, resource in islice(pairs, _MOST):
        covered = {verb for power in opened if power.covers(group, resource) for verb in power.verbs}
        if rule.verbs - covered and not (namespace is not None and is_cluster_wide(resource)):
            named = f"{resource}{'.' + group if group else ''}{_by_name(rule, ' ({})')}"
            yield ", ".join(sorted(rule.verbs - covered)), named
    verbs = ", ".join(sorted(rule.verbs))
    if (more := len(rule.groups) * len(rule.resources) - _MOST) > 0:
        yield verbs, f"{more:,} more"
    if namespace is None:
        yield from ((verbs, url) for url in sorted(rule.urls))


def _by_name(rule: Allowed, said: str) -> str:
    return said.format(", ".join(sorted(rule.names))) if rule.names else ""


def _called(key: Key) -> str:
    kind, namespace, name = key
    return f"{kind} {f'{namespace}/' if namespace else ''}{name}"
