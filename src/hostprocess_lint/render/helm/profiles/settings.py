"""What `--set a[1].b=x` changes: single items of a list that is there, as Helm's own parser (strvals) has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ....location import Route

_TOKEN = re.compile(
    r"""(?P<name>(?:\\.|[^\\.\[=,])+)
      | \[(?P<index>\d+)\]
      | =(?:\{(?:\\.|[^\\}])*\}?|(?:\\.|[^\\,])*)
      | (?P<next>,)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def item_routes(setting: str) -> tuple[Route, ...]:
    """The ways to what a setting changes within items of lists, of all its `name=value`."""
    return tuple(route for route in _routes(setting) if any(isinstance(step, int) for step in route))


def _routes(setting: str) -> Iterator[Route]:
    route: list[str | int] = []
    for token in _TOKEN.finditer(setting):
        if token["name"] is not None:
            route.append(_ESCAPED.sub(r"\1", token["name"]))
        elif token["index"] is not None:
            route.append(int(token["index"]))
        elif token["next"] is not None:
            yield tuple(route)
            route = []
    yield tuple(route)


def on_top(base: Any, over: Any, below: Any, items: tuple[Route, ...], route: Route = ()) -> Any:
    """What a setting makes of what others before it have set, `base`, and of what lies `below` all of them.

    A list of which it names `items` keeps the rest of them; an item that is a mapping keeps its other entries.
    """
    if isinstance(over, dict):
        known = base if isinstance(base, dict) else {}
        under = below if isinstance(below, dict) else {}
        return {
            **known,
            **{key: on_top(known.get(key), value, under.get(key), items, (*route, key)) for key, value in over.items()},
        }
    if isinstance(over, list) and any(each[: len(route)] == route and _is_index(each, len(route)) for each in items):
        kept = base if isinstance(base, list) else below if isinstance(below, list) else []
        length = max(len(kept), len(over))
        pairs = zip([*kept, *[None] * (length - len(kept))], [*over, *[None] * (length - len(over))], strict=True)
        return [
            old if new is None else on_top(old, new, old, items, (*route, index))
            for index, (old, new) in enumerate(pairs)
        ]
    return over


def _is_index(route: Route, depth: int) -> bool:
    return len(route) > depth and isinstance(route[depth], int)
