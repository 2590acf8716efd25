"""A mapping in a document, and what is written in it."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..location import Route


class Written(NamedTuple):
    """A value as the manifest has it, and the way to it."""

    value: Any
    route: Route


class View:
    """A mapping in a document."""

    def __init__(self, data: Any, route: Route) -> None:
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        self.route = route

    def written(self, *path: str) -> Written | None:
        """The value at a path, or None where it is missing or null, which is the same to Kubernetes."""
        value = _at(self.data, path)
        return None if value is None else Written(value, self.route + path)

    def null(self, path: Sequence[str]) -> Route | None:
        """The way to a key that is there with null, which Kubernetes takes for a missing one."""
        value: Any = self.data
        for step in path[:-1]:
            value = value.get(step) if isinstance(value, dict) else None
        there = isinstance(value, dict) and path[-1] in value and value[path[-1]] is None
        return (*self.route, *path) if there else None

    def text(self, *path: str) -> str | None:
        """The value at a path where it is a string."""
        value = _at(self.data, path)
        return value if isinstance(value, str) else None

    def items(self, *path: str) -> Iterator["View"]:
        """The mappings in the list at a path; a null in it is an empty one to the API."""
        value = _at(self.data, path)
        for index, item in enumerate(value) if isinstance(value, list) else ():
            if item is None or isinstance(item, dict):
                yield View(item, (*self.route, *path, index))

    def listed(self, *path: str) -> list[Any]:
        """The items of the list at a path; nothing where there is none."""
        value = _at(self.data, path)
        return value if isinstance(value, list) else []


def _at(value: Any, path: Sequence[str]) -> Any:
    for step in path:  # ends early: most fields that rules ask for are not there
        if not isinstance(value, dict):
            return None
        value = value.get(step)
        if value is None:
            return None
    return value


def says_key(data: Any, words: frozenset[str]) -> bool:
    """Whether a mapping somewhere in plain data has a key that reads like one of some lower-case words."""
    return not words.isdisjoint(map(str.lower, keys([data])))


def keys(collections: list[Any]) -> set[str]:
    """Every key of a mapping in some plain data."""
    found: set[str] = set()
    while collections:
        inner: list[Any] = []
        for each in collections:
            if each.__class__ is dict:
                found.update(each)
                inner += each.values()
            elif each.__class__ is list:
                inner += each
        collections = inner
    return found
