"""Security contexts of a custom resource that stand in no pod: its operator makes one around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..finding import Violation
from ..location import Label, Related, Route
from .objects import Object
from .pod import Pod
from .view import View

_ITEM = ("containers", 0, "securityContext")


class Bare(NamedTuple):
    """A pod with nothing in it but that context, and the way to the context in the object."""

    pod: Pod
    at: Route

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


def bare(owner: Object) -> Iterator[Bare]:
    """Every mapping of an object whose `windowsOptions` say `hostProcess: true`."""
    for route, context in _contexts(owner.data, owner.route):
        spec = {"containers": [{"name": "", "securityContext": context}]}
        yield Bare(Pod(View(spec, route), View(None, route), owner), route)


def _contexts(data: Any, route: Route) -> Iterator[tuple[Route, dict[str, Any]]]:
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from _contexts(item, (*route, index))
    if isinstance(data, dict):
        options = data.get("windowsOptions")
        if isinstance(options, dict) and options.get("hostProcess") is True:
            yield route, data
        for key, value in data.items():
            yield from _contexts(value, (*route, key))
