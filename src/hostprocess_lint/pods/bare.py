"""What of an object is in none of its pods, and the security contexts there: an operator makes a pod around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..finding import Violation
from ..location import Label, Related, Route
from .api.spelling import letters
from .objects import Object
from .pod import Pod
from .view import View, says_key

_ITEM = ("containers", 0, "securityContext")


class Bare(NamedTuple):
    """A pod with nothing in it but that context, the way to the context in the object, and its `windowsOptions`."""

    pod: Pod
    at: Route
    options: dict[str, Any]

    def placed(self, violation: Violation) -> Violation:
        """A violation in that pod, where it is written."""
        return violation._replace(
            primary=self._label(violation.primary),
            field=self._way(violation.field) if violation.field is not None else None,
            related=tuple(item if isinstance(item, Related) else self._label(item) for item in violation.related),
            container=None,
        )

    def _label(self, label: Label) -> Label:
        return label._replace(route=self._way(label.route))

    def _way(self, route: Route) -> Route:
        inside = (*self.at, *_ITEM)
        return (*self.at, *route[len(inside) :]) if route[: len(inside)] == inside else route


def bare(owner: Object, found: Sequence[Pod]) -> Iterator[Bare]:
    """Every mapping outside the pods found whose `windowsOptions` say `hostProcess: true`, however that is spelt."""
    for route, context in _outside(owner, found):
        options = context.get("windowsOptions")
        if isinstance(options, dict) and _says_so(options):
            spec = {"containers": [{"name": "", "securityContext": context}]}
            yield Bare(Pod(View(spec, route), View(None, route), owner), route, options)


def _says_so(options: dict[str, Any]) -> bool:
    return any(value is True and letters(key) == "hostprocess" for key, value in options.items())


def says_outside(owner: Object, found: Sequence[Pod]) -> bool:
    """Whether an object has a key that reads like `hostProcess` where none of its pods has it."""
    words = frozenset(("hostprocess",))
    if not says_key(owner.data, words):
        return False
    return not found or any(key.lower() in words for _, each in _outside(owner, found) for key in each)


def _outside(owner: Object, found: Sequence[Pod]) -> Iterator[tuple[Route, dict[str, Any]]]:
    """The mappings of an object that are in none of its pods."""
    inside = {view.route for pod in found for view in (pod, pod.metadata)}
    waiting: list[tuple[Route, Any]] = [(owner.route, owner.data)]
    while waiting:
        route, data = waiting.pop()
        if route in inside:
            continue
        if isinstance(data, dict):
            yield route, data
            waiting += reversed([((*route, key), value) for key, value in data.items()])
        elif isinstance(data, list):
            waiting += reversed([((*route, index), item) for index, item in enumerate(data)])
