"""Of several objects of one name, which one is meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Versions(Generic[Item]):
    """What the sources of a scan say of one name, each kept for every folder that its source lies in."""

    def __init__(self) -> None:
        self._within: dict[str, list[Item]] = {}

    def add(self, source: str, item: Item) -> None:
        """Keeps what the source of that path says."""
        for folder in _upward(source):
            self._within.setdefault(folder, []).append(item)

    def within(self, folder: str) -> list[Item]:
        """What was said in a file, or in a folder, which has a slash behind it, in the order in which it came."""
        return self._within.get(folder, [])


def nearest(source: str, *versions: Versions[Item] | None) -> list[Item]:
    """What a source says itself, or else those that share the most folders with it."""
    known = [each for each in versions if each is not None]
    for folder in _upward(source) if known else ():
        found = [item for each in known for item in each.within(folder)]
        if found:
            return found
    return []


def _upward(path: str) -> Iterator[str]:
    """A path, and the folders that it is in, the innermost first and the root last."""
    yield path
    end = path.rfind("/")
    while end >= 0:
        yield path[: end + 1]
        end = path.rfind("/", 0, end)
    yield ""
