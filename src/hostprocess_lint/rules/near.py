"""Of several objects of one name, which one is meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Versions(Generic[Item]):
    """What a repository says of one name, each time from a source: of several versions of an object the one beside the
    pod is meant.
    """

    def __init__(self) -> None:
        self._within: dict[str, list[Item]] = {}

    def add(self, source: str, item: Item) -> None:
        """Keeps what the source of that path says."""
        for place in _places(source):
            self._within.setdefault(place, []).append(item)

    def within(self, place: str) -> list[Item]:
        """What was said in a file, or a folder with a slash behind it, in that order."""
        return self._within.get(place, [])


def nearest(source: str, *versions: Versions[Item] | None) -> list[Item]:
    """What a source says itself, or else those that share the most folders with it."""
    known = [each for each in versions if each]
    for place in _places(source) if known else ():
        found = [item for each in known for item in each.within(place)]
        if found:
            return found
    return []


def _places(path: str) -> Iterator[str]:
    """A path, and the folders that it is in, the innermost first and the root last."""
    yield path
    end = path.rfind("/")
    while end >= 0:
        yield path[: end + 1]
        end = path.rfind("/", 0, end)
    yield ""
