"""What a pod reaches through the API server: the token it is given, and what that lets it do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import NamedTuple

from ..pods.pod import Pod
from ..rules.rights import Bound
from ..rules.roles import Allowed, Key, is_cluster_wide
from .node import Locate
from .review import Thing
from .surroundings import NAME, Surroundings

_LOOK = ("get", "list", "watch")
_MAKE = ("create",)
_CHANGE = ("create", "patch", "update")
_RBAC = "rbac.authorization.k8s.io"


class _Power(NamedTuple):
    """What somebody can do who may do one of `verbs` to a resource. `weight` is that of the whole cluster."""

    what: str
    group: str
    resource: str
    verbs: tuple[str, ...]
    weight: int = 3

    def covers(self, group: str, resource: str) -> bool:
        """Whether what a rule says of a resource is this power, wildcards of it included."""
        _, slash, subresource = self.resource.partition("/")
        return group in (self.group, "*") and resource in (self.resource, *((f"*/{subresource}",) if slash else ()))


_POWERS = (
    _Power("read secrets", "", "secrets", _LOOK),
    _Power("create pods", "", "pods", _MAKE),
    _Power("create pods", "", "replicationcontrollers", _CHANGE),
    *(_Power("create pods", "apps", f"{kind}s", _CHANGE) for kind in ("daemonset", "deployment", "statefulset")),
    _Power("create pods", "apps", "replicasets", _CHANGE),
    *(_Power("create pods", "batch", kind, _CHANGE) for kind in ("cronjobs", "jobs")),
    *(_Power("run commands in pods", "", f"pods/{way}", ("create", "get")) for way in ("attach", "exec")),
    _Power("run commands in pods", "", "pods/ephemeralcontainers", ("patch", "update")),
    _Power("reach kubelets through the API server", "", "nodes/proxy", ("create", "get")),
    _Power("make tokens of service accounts", "", "serviceaccounts/token", _MAKE),
    *(_Power("act as others", "", who, ("impersonate",)) for who in ("groups", "serviceaccounts", "users")),
    *(_Power("give itself more rights", _RBAC, who, ("bind", "escalate")) for who in ("clusterroles", "roles")),
    *(_Power("bind roles", _RBAC, f"{who}bindings", _CHANGE, 2) for who in ("clusterrole", "role")),
    _Power("change nodes", "", "nodes", ("delete", "patch", "update"), 2),
    _Power("make volumes of node directories", "", "persistentvolumes", _MAKE, 2),
    *(
        _Power("change what is admitted", "admissionregistration.k8s.io", f"{kind}webhookconfigurations", _CHANGE)
        for kind in ("mutating", "validating")
    ),
    _Power("approve certificates", "certificates.k8s.io", "certificatesigningrequests/approval", ("patch", "update")),
)
"""What leads from one account to more ("privilege escalation risks" of RBAC Good Practices in Kubernetes' manual)."""

_EVERYTHING = "do everything"
_MOST = 1_000
"""Of one rule's groups and resources, each with each."""


class Access(NamedTuple):
    """What of it is known, and what is not."""

    things: tuple[Thing, ...]
    unknown: tuple[str, ...]


def account_of(pod: Pod) -> str:
    """The service account: its older name of the field is another spelling of the same (ServiceAccount admission)."""
    return pod.text("serviceAccountName") or pod.text("serviceAccount") or "default"


def through_the_api(pod: Pod, source: str, around: Surroundings, locate: Locate) -> Access:
    namespace, account = pod.resource.namespace, account_of(pod)
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
    written, account = pod.written("automountServiceAccountToken"), account_of(pod)
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
            yield Thing("power", f"{_EVERYTHING} {scope}", 3, by, at, _EVERYTHING)
            continue
        powers = (each for each in _POWERS if where is None or not is_cluster_wide(each.resource))
        opened = [each for each in powers if rule.opens(each.group, each.resource, each.verbs)]
        for each in {each.what: each for each in opened}.values():
            weight = each.weight if where is None and not rule.names else 2
            yield Thing("power", f"{each.what}{_by_name(rule, ' named {}')} {scope}", weight, by, at, each.what)
        for verbs, what in _rest(rule, opened, where):
            rest[verbs].add(what)
    for verbs, whats in sorted(rest.items()):
        yield Thing("power", f"{verbs}: {', '.join(sorted(whats))} {scope}", 1, by, places)


def _rest(rule: Allowed, opened: Sequence[_Power], namespace: str | None) -> Iterator[tuple[str, str]]:
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
