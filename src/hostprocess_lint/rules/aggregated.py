"""The roles of a scan, and what those allow that are put together of others."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any, NamedTuple

from .near import Versions, nearest
from .roles import Allowed, Key, RbacRole, aggregates, built_in

_Effective = tuple[tuple[Allowed, ...] | None, bool]


class _Own(NamedTuple):
    """What a role says itself, and by which labels others are part of it."""

    rules: tuple[Allowed, ...]
    selectors: tuple[Mapping[str, Any], ...]


class Roles:
    """Filled with the roles of a scan, by kind, namespace and name, and asked when all of them are known.

    Of each question from a source the answer is kept: many bindings name the same roles.
    """

    def __init__(self) -> None:
        self._roles: defaultdict[Key, Versions[RbacRole]] = defaultdict(Versions)
        self._whole: dict[str, list[tuple[Key, list[RbacRole]]]] = {}
        self._said: dict[tuple[Key, str], _Own | None] = {}
        self._parts: dict[tuple[Key, str], frozenset[Key]] = {}
        self._effective: dict[tuple[Key, str], _Effective] = {}

    def add(self, role: RbacRole) -> None:
        self._roles[role.key].add(role.source, role)

    def effective(self, wanted: Key, source: str) -> _Effective:
        """The rules of a role, None where nobody here knows it; and whether it is put together of other roles, but for
        itself (clusterroleaggregation_controller.go of Kubernetes).
        """
        known = self._effective.get((wanted, source))
        if known is None:
            known = self._effective[wanted, source] = self._put_together(wanted, source)
        return known

    def _put_together(self, wanted: Key, source: str) -> _Effective:
        """Each role is taken in once, those first that are fewer steps away."""
        first = self._own(wanted, source)
        if first is None:
            return None, False
        rules: list[Allowed] = []
        left = {key for key in self._roles if key[0] == "ClusterRole" and key != wanted} if first.selectors else set()
        waiting = deque([wanted])
        while waiting:
            key = waiting.popleft()
            own = self._own(key, source)
            rules += own.rules if own else ()
            if left and own and own.selectors:
                found = left & self._joining(key, own, source)
                left -= found
                waiting.extend(sorted(found))
        return tuple(rules), bool(first.selectors)

    def _own(self, wanted: Key, source: str) -> _Own | None:
        if (wanted, source) not in self._said:
            self._said[wanted, source] = self._read(wanted, source)
        return self._said[wanted, source]

    def _read(self, wanted: Key, source: str) -> _Own | None:
        roles = self._near(wanted, source)
        stock = built_in(wanted[2]) if wanted[0] == "ClusterRole" and not roles else None
        if not roles and stock is None:
            return None
        return _Own(
            (*(rule for one in roles if one.selectors is None for rule in one.rules), *(stock or ())),
            (*(each for one in roles for each in one.selectors or ()), *(aggregates(wanted[2]) if stock else ())),
        )

    def _joining(self, wanted: Key, own: _Own, source: str) -> frozenset[Key]:
        """The ClusterRoles that its selectors choose."""
        known = self._parts.get((wanted, source))
        if known is None:
            known = self._parts[wanted, source] = frozenset(
                key for key, roles in self._clusterwide(source) if any(one.joins(own.selectors) for one in roles)
            )
        return known

    def _clusterwide(self, source: str) -> list[tuple[Key, list[RbacRole]]]:
        known = self._whole.get(source)
        if known is None:
            keys = [key for key in self._roles if key[0] == "ClusterRole"]
            known = self._whole[source] = [(key, self._near(key, source)) for key in keys]
        return known

    def _near(self, wanted: Key, source: str) -> list[RbacRole]:
        return nearest(source, self._roles.get(wanted))
