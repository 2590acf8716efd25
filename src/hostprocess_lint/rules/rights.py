"""What the RBAC objects of a scan let a service account do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..location import Label
from ..pods.objects import Object
from ..pods.view import View
from .aggregated import Roles
from .near import Versions, nearest
from .powers import EVERYTHING, POWERS
from .roles import Allowed, Key, Locate, Place, key, role

_REPORTED = [power for power in POWERS if power.resource in ("secrets", "pods/exec", "nodes/proxy")]
_ANYWHERE = "*"


class Binding(NamedTuple):
    """A RoleBinding or ClusterRoleBinding of the scan, and the role that it names."""

    key: Key
    source: str
    role: Key
    place: Place

    @property
    def namespace(self) -> str | None:
        """Where it holds: None is everywhere."""
        return self.key[1] if self.key[0] == "RoleBinding" else None


class Bound(NamedTuple):
    """A binding, and the rules of its role; None where the scan does not know the role.

    `is_open` says that ClusterRoles which are not in the scan may add to them.
    """

    binding: Binding
    rules: tuple[Allowed, ...] | None
    is_open: bool = False


class Grant(NamedTuple):
    """A power that a binding gives, the place of the binding, and that of the role's rule which allows it: a role that
    every cluster has stands nowhere.
    """

    what: str
    binding: Place
    rule: Place | None


class Rights:
    """Who may do what: filled with the objects of a scan, and asked when all of them are known.

    Bindings are kept by each subject, in the words of the API server's authorizer.
    """

    def __init__(self) -> None:
        self._roles = Roles()
        self._bindings: defaultdict[str, defaultdict[Key, Versions[Binding]]] = defaultdict(_by_key)
        self._automounts: defaultdict[tuple[str, str], Versions[bool]] = defaultdict(Versions)
        self._granted: dict[tuple[str, str], tuple[Grant, ...]] = {}

    def automounts(self, namespace: str | None, name: str, source: str) -> bool:
        """Whether a service account has its token mounted into pods that do not say otherwise."""
        found: list[bool] = nearest(source, self._automounts.get((namespace or "", name)))
        return all(found)

    def grants(self, namespace: str | None, name: str, source: str) -> tuple[Grant, ...]:
        """What a pod of a source may do with that service account; each power once."""
        words = _subjects(namespace, name)
        return _once(grant for word in words for grant in self._of(word, source))

    def bound(self, namespace: str | None, name: str, source: str) -> Iterator[Bound]:
        """The bindings of that service account, and of the groups that it is in, with what their roles allow."""
        for word in _subjects(namespace, name):
            yield from self._given(word, source)

    def _of(self, subject: str, source: str) -> tuple[Grant, ...]:
        """Kept: the groups that every account is in are asked for again and again."""
        known = self._granted.get((subject, source))
        if known is None:
            given = self._given(subject, source)
            known = self._granted[subject, source] = _once(
                Grant(what, bound.binding.place, rule.place)
                for bound in given
                for rule in bound.rules or ()
                for what in _powers(rule, bound.binding.namespace)
            )
        return known

    def _given(self, subject: str, source: str) -> Iterator[Bound]:
        for same in self._bindings.get(subject, {}).values():
            yield from map(self._with_rules, nearest(source, same))

    def _with_rules(self, binding: Binding) -> Bound:
        return Bound(binding, *self._roles.effective(binding.role, binding.source))

    def add(self, owner: Object, source: str, locate: Locate) -> None:
        kind, view = owner.resource.kind, View(owner.data, owner.route)
        if kind in ("Role", "ClusterRole"):
            self._roles.add(role(owner, source, locate))
        elif kind in ("RoleBinding", "ClusterRoleBinding"):
            self._bind(view, owner, source, locate)
        elif kind == "ServiceAccount":
            account = (owner.resource.namespace or "", owner.resource.name)
            mounts = view.written("automountServiceAccountToken")
            self._automounts[account].add(source, not (mounts and mounts.value is False))

    def _bind(self, view: View, owner: Object, source: str, locate: Locate) -> None:
        namespace = owner.resource.namespace
        kind, name = view.text("roleRef", "kind") or "", view.text("roleRef", "name") or ""
        label = Label((*view.route, "roleRef", "name"))
        wanted = (kind, namespace if kind == "Role" else None, name)
        binding = Binding(key(owner), source, wanted, lambda: locate(label))
        for subject in view.items("subjects"):
            for word in _known_as(subject, namespace):
                self._bindings[word][binding.key].add(source, binding)


def _by_key() -> defaultdict[Key, Versions[Binding]]:
    return defaultdict(Versions)


def _powers(rule: Allowed, namespace: str | None) -> Iterator[str]:
    """What a rule opens in a namespace, or everywhere. One about named objects opens those only."""
    if rule.is_everything:
        yield EVERYTHING
    elif not rule.names:
        yield from (power.what for power in _REPORTED if power.is_given(rule, namespace))


def _once(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """The first of each power; one that allows everything is all there is to say."""
    first: dict[str, Grant] = {}
    for grant in grants:
        first.setdefault(grant.what, grant)
    return (first[EVERYTHING],) if EVERYTHING in first else tuple(first.values())


def _known_as(subject: View, namespace: str | None) -> Iterator[str]:
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
