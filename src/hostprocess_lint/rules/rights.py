"""What the RBAC objects of a scan let a service account do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from ..finding import Label, Location, Route
from ..pods.pod import Object, View

Locate = Callable[[Label], Location]
"""The place of a label; asked only where a finding points there, which can take long for a chart."""

Place = Callable[[], Location]

_READ = frozenset(("get", "list", "watch", "*"))
_CALL = frozenset(("get", "create", "*"))
# Resource of the core group → the verbs that open it, and what can be done then.
_POWERS = {
    "secrets": (_READ, "read secrets"),
    "pods/exec": (_CALL, "run commands in pods"),
    "nodes/proxy": (_CALL, "reach kubelets through the API server"),
}
_EVERYTHING = "do everything"
# The roles that every cluster has (bootstrappolicy in kubernetes/plugin/pkg/auth/authorizer/rbac).
_BUILT_IN = {
    "cluster-admin": (_EVERYTHING,),
    "admin": ("read secrets", "run commands in pods"),
    "edit": ("read secrets", "run commands in pods"),
}
_ANYWHERE = "*"
_Key = tuple[str, str | None, str]


class Power(NamedTuple):
    """Something that a rule of a role, or a role that every cluster has, allows; `place` is that rule."""

    what: str
    place: Place | None


class RbacRole(NamedTuple):
    """A Role or ClusterRole of the scan, and the source it stands in."""

    source: str
    powers: tuple[Power, ...]


class Binding(NamedTuple):
    """A RoleBinding or ClusterRoleBinding of the scan. `key` is its kind, namespace and name."""

    key: _Key
    source: str
    role: _Key
    place: Place


class Grant(NamedTuple):
    """A power that a binding gives, and the place of the binding."""

    power: Power
    binding: Place


class Rights:
    """Who may do what: filled with the objects of a scan, and asked when all of them are known.

    Roles are kept by kind, namespace and name; bindings by each subject, in the words of the API server's authorizer.
    """

    def __init__(self) -> None:
        self._roles: defaultdict[_Key, list[RbacRole]] = defaultdict(list)
        self._bindings: defaultdict[str, list[Binding]] = defaultdict(list)
        self._automounts: defaultdict[tuple[str, str], list[tuple[str, bool]]] = defaultdict(list)
        self._granted: dict[tuple[str, str], tuple[Grant, ...]] = {}

    def automount(self, namespace: str | None, name: str, source: str) -> bool:
        """Whether a service account has its token mounted into pods that do not say otherwise."""
        found = self._automounts.get((namespace or "", name), ())
        near = _nearest([at for at, _ in found], source)
        return all(mounts for at, mounts in found if at in near)

    def grants(self, namespace: str | None, name: str, source: str) -> tuple[Grant, ...]:
        """What a pod of a source may do with that service account; each power once."""
        words = _subjects(namespace, name)
        return _once(grant for word in words for grant in self._of(word, source))

    def _of(self, subject: str, source: str) -> tuple[Grant, ...]:
        """Kept: the groups that every account is in are asked for again and again."""
        known = self._granted.get((subject, source))
        if known is None:
            known = self._granted[subject, source] = _once(self._given(subject, source))
        return known

    def _given(self, subject: str, source: str) -> Iterator[Grant]:
        by_key: defaultdict[_Key, list[Binding]] = defaultdict(list)
        for binding in self._bindings.get(subject, ()):
            by_key[binding.key].append(binding)
        for same in by_key.values():
            near = _nearest([each.source for each in same], source)
            for binding in same:
                if binding.source in near:
                    yield from (Grant(power, binding.place) for power in self._powers(binding))

    def _powers(self, binding: Binding) -> Iterator[Power]:
        roles = self._roles.get(binding.role, ())
        near = _nearest([role.source for role in roles], binding.source)
        for role in roles:
            if role.source in near:
                yield from role.powers
        if not roles and binding.role[0] == "ClusterRole":
            yield from (Power(what, None) for what in _BUILT_IN.get(binding.role[2], ()))

    def add(self, owner: Object, source: str, locate: Locate) -> None:
        kind, view = owner.resource.kind, View(owner.data, owner.route)
        if kind in ("Role", "ClusterRole"):
            self._roles[_key(owner)].append(RbacRole(source, tuple(_powers(view, locate))))
        elif kind in ("RoleBinding", "ClusterRoleBinding"):
            self._bind(view, owner, source, locate)
        elif kind == "ServiceAccount":
            account = (owner.resource.namespace or "", owner.resource.name)
            mounts = view.written("automountServiceAccountToken")
            self._automounts[account].append((source, not (mounts and mounts.value is False)))

    def _bind(self, view: View, owner: Object, source: str, locate: Locate) -> None:
        namespace = owner.resource.namespace
        kind, name = view.text("roleRef", "kind") or "", view.text("roleRef", "name") or ""
        place = _place(locate, (*view.route, "roleRef", "name"))
        binding = Binding(_key(owner), source, (kind, namespace if kind == "Role" else None, name), place)
        for subject in view.items("subjects"):
            for word in _bound(subject, namespace):
                self._bindings[word].append(binding)


def _key(owner: Object) -> _Key:
    resource = owner.resource
    return resource.kind, None if resource.kind.startswith("Cluster") else resource.namespace, resource.name


def _powers(role: View, locate: Locate) -> Iterator[Power]:
    """What the rules of a role open, as the API server matches them (VerbMatches, ResourceMatches and so on in
    kubernetes/pkg/apis/rbac/v1/evaluation_helpers.go). Rules about named objects open those only.
    """
    for rule in role.items("rules"):
        groups, resources, verbs = (_strings(rule, field) for field in ("apiGroups", "resources", "verbs"))
        place = _place(locate, rule.route)
        if not groups & {"", "*"} or _strings(rule, "resourceNames"):
            continue
        if "*" in groups and "*" in resources and "*" in verbs:
            yield Power(_EVERYTHING, place)
            continue
        for resource, (opening, what) in _POWERS.items():
            subresource = resource.rpartition("/")[2] if "/" in resource else None
            if resources & {"*", resource, f"*/{subresource}"} and verbs & opening:
                yield Power(what, place)


def _strings(view: View, field: str) -> frozenset[str]:
    found = view.written(field)
    listed = found.value if found and isinstance(found.value, list) else []
    return frozenset(item for item in listed if isinstance(item, str))


def _once(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """The first of each power; one that allows everything is all there is to say."""
    first: dict[str, Grant] = {}
    for grant in grants:
        first.setdefault(grant.power.what, grant)
    return (first[_EVERYTHING],) if _EVERYTHING in first else tuple(first.values())


def _place(locate: Locate, route: Route) -> Place:
    return lambda: locate(Label(route))


def _bound(subject: View, namespace: str | None) -> Iterator[str]:
    """A subject of a binding in the words of _subjects. A ServiceAccount has to name its namespace."""
    kind, name = subject.text("kind"), subject.text("name") or ""
    if kind == "ServiceAccount":
        where = subject.text("namespace") or namespace or ""
        yield f"system:serviceaccount:{where}:{name}"
        yield f"system:serviceaccount:{_ANYWHERE}:{name}"
    elif kind in ("User", "Group"):
        yield name


def _subjects(namespace: str | None, name: str) -> Iterator[str]:
    """What the API server calls a pod's service account, and the groups that it is in.

    A pod without a namespace is applied to one that nobody knows here: an account with a name of its own is taken to be
    the one that is bound by that name.
    """
    anywhere = namespace is None and name != "default"
    yield f"system:serviceaccount:{_ANYWHERE if anywhere else namespace or 'default'}:{name}"
    yield "system:serviceaccounts"
    yield "system:authenticated"
    if namespace is not None:
        yield f"system:serviceaccounts:{namespace}"


def _nearest(sources: Sequence[str], source: str) -> set[str]:
    """Those that share the most folders with a source: of several objects of one name, a repository's versions of it,
    the one beside the pod is meant.
    """
    shared = {each: _shared(each, source) for each in set(sources)}
    most = max(shared.values(), default=0)
    return {each for each, count in shared.items() if count == most}


def _shared(one: str, other: str) -> int:
    if one == other:
        return len(one) + 1
    count = 0
    for ours, theirs in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if ours != theirs:
            break
        count += 1
    return count
