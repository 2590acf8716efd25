"""Which lines of which files belong to HostProcess workloads that only Windows nodes get."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from ..documents.document import Document
from ..documents.jsontext import json_documents
from ..documents.stream import Broken, documents
from ..finding import Origin
from ..judge.parsed import Parsed, name_of
from ..location import Location
from ..pods.objects import Object, objects
from ..pods.templates import pods
from ..rendered import Rendered
from ..sourcefile import SourceFile

_LAST = 2**31


class Place(NamedTuple):
    """The first and the last line of an object with pods, and whether all of these are such HostProcess pods."""

    first: int
    last: int
    ours: bool


class _Lines:
    """Ranges of lines, which may overlap: a file can have as many as it has lines, and as many results."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(ranges)
        self._firsts = [first for first, _ in ordered]
        self._lasts = list(accumulate((last for _, last in ordered), max))  # of a range and all before it

    def touches(self, first: int, last: int) -> bool:
        before = bisect_right(self._firsts, last)
        return before > 0 and self._lasts[before - 1] >= first


class PlacesInFile:
    """Which lines of a file belong to HostProcess workloads, and which to others."""

    def __init__(self, places: Iterable[Place]) -> None:
        found = list(places)
        self._ours = _Lines((place.first, place.last) for place in found if place.ours)
        self._others = _Lines((place.first, place.last) for place in found if not place.ours)

    def only_ours(self, first: int, last: int) -> bool:
        return self._ours.touches(first, last) and not self._others.touches(first, last)


Places = dict[str, PlacesInFile]
"""By the real path of the file."""


def covers(places: PlacesInFile | None, first: int | None, last: int | None) -> bool:
    """Whether a region belongs to HostProcess workloads and to no others.

    Scanners that do not know the line write 1: like no line at all, that means the whole file.
    """
    start, end = (1, _LAST) if first is None or (first, last or 1) == (1, 1) else (first, max(last or first, first))
    return places is not None and places.only_ours(start, end)


def places(rendered: Iterable[Rendered]) -> Places:
    """The objects with pods of all that was rendered, by the files of the repository."""
    found: dict[str, list[Place]] = {}
    of_overlays: dict[str, list[tuple[Location, bool]]] = {}
    for item in rendered:
        if item.about_others or item.origin.path == "-":
            continue
        if item.origin.kind == "manifest":
            found.setdefault(_real(item.text), []).extend(_written(item.text))
        elif item.origin.kind == "overlay":
            for location, ours in _made(item):
                of_overlays.setdefault(_real(location.file), []).append((location, ours))
        elif _by_default(item.origin):
            for location, ours in _made(item):
                if _is_template(location.path):
                    found.setdefault(_real(location.file), []).append(Place(1, _LAST, ours))
    for path, made in of_overlays.items():
        if path not in found:
            found[path] = list(_confirmed(made))
    return {path: PlacesInFile(listed) for path, listed in found.items()}


def _written(text: SourceFile) -> Iterator[Place]:
    """The objects of a manifest; what cannot be read may be anything."""
    for document in json_documents(text, lambda *_: True) or documents(text):
        if isinstance(document, Broken):
            yield Place(*_lines(text, document.part.start, document.part.end or len(text.text)), ours=False)
            continue
        for owner in objects(document.data):
            ours = _is_ours(owner)
            if ours is not None:
                yield _place(text, document, owner, ours)


def _place(text: SourceFile, document: Document, owner: Object, ours: bool) -> Place:
    node = document.node(owner.route)
    start, end = (node.start, node.end) if node else (0, len(text.text))
    return Place(*_lines(text, start, end), ours)


def _lines(text: SourceFile, start: int, end: int) -> tuple[int, int]:
    last = len(text.text[start:end].rstrip()) + start
    return text.position(start)[0], text.position(max(last - 1, start))[0]


def _is_ours(owner: Object) -> bool | None:
    """None for an object without pods, which no such result is about."""
    found = list(pods(owner))
    if not found:
        return None
    return all(pod.is_host_process and (pod.os == "windows" or pod.selects_windows) for pod in found)


def _made(item: Rendered) -> Iterator[tuple[Location, bool]]:
    """Where the objects with pods come from that a chart or an overlay makes."""
    for document in documents(item.text):
        if isinstance(document, Document):
            for owner in objects(document.data):
                ours = _is_ours(owner)
                if ours is not None:
                    yield Parsed(document, item).locate(name_of(owner))[0], ours


def _by_default(origin: Origin) -> bool:
    """Whether it is what a chart's own values make: other scanners render with these."""
    return origin.variant is None or f"{origin.variant}, ".startswith("default, ")


def _is_template(path: str) -> bool:
    """Whether other scanners name the file: what a helper makes they show where it is included."""
    return "templates" in path.split("/") and not os.path.basename(path).startswith("_")


def _confirmed(made: list[tuple[Location, bool]]) -> Iterator[Place]:
    """The objects of a base, which other scanners see as they are written: they must be HostProcess as such and in
    every overlay that was built of them.
    """
    built = PlacesInFile(Place(location.start[0], location.start[0], ours) for location, ours in made)
    for place in _written(made[0][0].file):
        yield place._replace(ours=place.ours and built.only_ours(place.first, place.last))


def _real(text: SourceFile) -> str:
    return os.path.realpath(text.path)
