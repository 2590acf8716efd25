"""What somebody meant by a key that the API does not know: the nearest field, or the place that has such a field."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from ...location import Route
from .table import Type, table

_OTHER_WORDS = {
    "arguments": "args",
    "cmd": "command",
    "entrypoint": "command",
    "environment": "env",
    "runasuser": "runAsUserName",
    "username": "runAsUserName",
}
"""What other programs call a field, in lower case; only where the type has that field."""

_NEAR = 0.8
"""How alike two names are that are meant to be one: as difflib has it."""

_DEEP = 2
"""How far below a place, or one above it, a field is looked for."""


class Home(NamedTuple):
    """A place that has a field of a name: the type, and the way to it from the root of what was decoded."""

    type: Type
    way: Route


def letters(key: str) -> str:
    """What is left of a key without case, hyphens and underscores."""
    return key.lower().replace("-", "").replace("_", "")


def field_meant(key: str, kind: Type, taken: Collection[str]) -> str | None:
    """The field of a type that a key is a misspelling of; those that stand there already are not it."""
    own = letters(key)
    free = {letters(name): name for name in kind.fields if name not in taken}
    other = letters(_OTHER_WORDS.get(own, ""))
    if own in free or other in free:
        return free.get(own) or free[other]
    from difflib import get_close_matches

    close = get_close_matches(own, sorted(free), 1, _NEAR)
    return free[close[0]] if close else None


def homes(key: str, root: Type, way: Route, deep: int = _DEEP) -> Iterator[Home]:
    """The places around a key that have a field of its name: first from its own place down, then from those above.

    `way` leads from the root to the mapping that holds the key. What is at hand in several places of one depth is
    meant nowhere.
    """
    for place in reversed(list(_above(root, way))):
        for level in _below(place, deep):
            found = [home for home in level if key in home.type.fields]
            if len(found) == 1:
                yield found[0]
            if found:
                return


def _above(root: Type, way: Route) -> Iterator[Home]:
    """The types on a way, the root's first."""
    kind: Type | None = root
    yield Home(root, ())
    for depth, step in enumerate(way, 1):
        if isinstance(step, int):
            if kind is not None:
                yield Home(kind, way[:depth])
            continue
        field = kind.fields.get(step) if kind else None
        kind = table().named(field.kind) if field and field.wraps != "{}" else None
        if kind is not None and not (field and field.wraps):
            yield Home(kind, way[:depth])


def _below(place: Home, deep: int) -> Iterator[list[Home]]:
    """The types at a place, then those of its fields, and so on."""
    level = [place]
    for _ in range(deep + 1):
        yield level
        level = [
            Home(inner, (*home.way, name))
            for home in level
            for name, field in home.type.fields.items()
            if not field.wraps and name != "status" and (inner := table().named(field.kind))
        ]
