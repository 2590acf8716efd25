"""A pod as it would be if what the API does not know or cannot decode were written as it is meant.

What hangs on a misspelt key or on a quoted boolean is judged by this, so that one run shows it all.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from ..location import Route
from .api.decoding import Mistyped, UnknownKey
from .api.table import Type
from .pod import Pod
from .templates import pods
from .view import View
from .windows import home, meant_here

_ROUNDS = 5
"""How many misspelt keys may stand one below the other."""

MOST = 100
"""How many faults of an object are mended; strict decoding tells no more either."""


class Mended(NamedTuple):
    """The pod, and where in the document its mended parts are written.

    `steps` are the pods on the way, the last one among them, for the rules about decoding: what stands below a misspelt
    key is read in the next one.
    """

    pod: Pod
    steps: tuple[Pod, ...]
    ways: dict[Route, Route]

    def written(self, route: Route) -> Route:
        """The way into the document of a way into a mended pod."""
        return _written(route, self.ways)


def mended(pod: Pod) -> Mended | None:
    """The pod without its faults; None where it has none that can be mended."""
    ways: dict[Route, Route] = {}
    steps: list[Pod] = []
    while len(steps) < _ROUNDS and (better := _better(steps[-1] if steps else pod, ways)):
        steps.append(better)
    if not steps:
        return None
    return Mended(steps[-1], tuple(steps) if pod.decoded.mistyped else tuple(map(_without_types, steps)), ways)


def _without_types(step: Pod) -> Pod:
    """A pod on the way, of which only keys are told: below a misspelt key nothing is decoded as long as it is one."""
    return Pod(step, step.metadata, step.owner, step.decoded._replace(mistyped=()))


def _better(pod: Pod, ways: dict[Route, Route]) -> Pod | None:
    """The pod with what is seen of its faults mended; None where nothing can be."""
    found = pod.decoded
    if not found.unknown and not any(_boolean(fault) is not None for fault in found.mistyped):
        return None
    parts = [_Typed(kind, view, ways) for kind, view in pod.api]
    faults: list[Mistyped | UnknownKey] = [*found.mistyped[:MOST]]
    faults += sorted([fault for fault in found.unknown if fault.bounds is None][:MOST], key=partial(_rank, parts))
    changed = [part.mend(fault) for fault in faults for part in parts if part.holds(fault)]
    if not any(changed):
        return None
    if pod.is_builtin:
        (whole,) = pods(pod.owner._replace(data=parts[0].data))
        return whole
    spec, metadata = (View(part.data, view.route) for part, (_, view) in zip(parts, pod.api, strict=True))
    return Pod(spec, metadata, pod.owner)


def _rank(parts: Sequence["_Typed"], fault: UnknownKey) -> tuple[object, ...]:
    """Of two keys that belong in one place the one that says more comes first, whichever is written first."""
    value = next(part.value(fault) for part in parts if part.holds(fault))
    return (not isinstance(value, dict), value is not True, len(fault.route), [str(step) for step in fault.route])


def _boolean(fault: Mistyped) -> bool | None:
    """What a quoted boolean means."""
    text = fault.value.lower() if fault.wanted == "bool" and isinstance(fault.value, str) else None
    return {"true": True, "false": False}.get(text or "")


def _written(route: Route, ways: dict[Route, Route]) -> Route:
    for size in range(len(route), 0, -1) if ways else ():
        if route[:size] in ways:
            return ways[route[:size]] + route[size:]
    return route


class _Typed:
    """What the API decodes as one type, on its way to being mended."""

    def __init__(self, kind: Type, view: View, ways: dict[Route, Route]) -> None:
        self.data: dict[str, Any] = view.data
        self._kind = kind
        self._base = view.route
        self._ways = ways
        self._own: set[int] = set()
        """The collections that were copied; the document's own are never changed."""

    def holds(self, fault: Mistyped | UnknownKey) -> bool:
        return fault.route[: len(self._base)] == self._base

    def value(self, fault: UnknownKey) -> Any:
        return self._at(fault.route[len(self._base) :])

    def mend(self, fault: Mistyped | UnknownKey) -> bool:
        """Writes one thing as it is meant, if that can be told."""
        way = fault.route[len(self._base) :]
        if isinstance(fault, Mistyped):
            value = _boolean(fault)
            if value is not None:
                self._holder(way[:-1])[way[-1]] = value
            return value is not None
        target = self._target(fault, way)
        if target is None:
            return False
        value = self._holder(way[:-1]).pop(way[-1])
        written = _written(fault.route, self._ways)
        if self._is_free(target):
            self._holder(target[:-1])[target[-1]] = value
            self._ways[self._base + target] = written
        else:  # it joins what is there already
            self._holder(target).update(value)
            self._ways.update(((*self._base, *target, key), (*written, key)) for key in value)
        return True

    def _target(self, fault: UnknownKey, way: Route) -> Route | None:
        """Where a key belongs: beside itself under another name, or, one of HostProcess's own, in another place."""
        holder = self._at(way[:-1])
        key = str(way[-1])
        name = meant_here(key, fault.type, [each for each, value in holder.items() if value is not None])
        if name is not None:
            return (*way[:-1], name)
        place = home(key, self._kind, way[:-1])
        if place is None:
            return None
        target = (*place.way, place.field)
        return target if self._is_free(target) or self._can_join(self._at(way), target) else None

    def _can_join(self, value: Any, target: Route) -> bool:
        """Whether a mapping can be joined with the one that stands at a way."""
        there: Any = self.data
        for step in target:
            there = there[step] if isinstance(step, int) else there.get(step) if isinstance(there, dict) else None
        return isinstance(value, dict) and isinstance(there, dict) and there.keys().isdisjoint(value)

    def _is_free(self, target: Route) -> bool:
        """Whether nothing stands at a way yet, and everything above it can hold what comes there."""
        value: Any = self.data
        for step in target:
            if value is None:
                return True
            if isinstance(step, int):
                value = value[step]  # the way to a list's item is one that there is
            elif isinstance(value, dict):
                value = value.get(step)
            else:
                return False
        return value is None

    def _at(self, way: Route) -> Any:
        value: Any = self.data
        for step in way:
            value = value[step]
        return value

    def _holder(self, way: Route) -> Any:
        """The collection at a way, with all above it our own; what is missing is made."""
        value: Any = self._copied(self.data)
        self.data = value
        for step in way:
            inner = value[step] if isinstance(step, int) else value.get(step)
            value[step] = inner = self._copied({} if inner is None else inner)
            value = inner
        return value

    def _copied(self, value: Any) -> Any:
        if id(value) in self._own:
            return value
        copy = value.copy()
        self._own.add(id(copy))
        return copy
