"""Which lines of which files belong to HostProcess workloads that only Windows nodes get."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..documents.document import Broken, Document, documents
from ..documents.jsontext import json_documents
from ..finding import Location, Origin
from ..judge.parsed import Parsed, name_of
from ..pods.pod import Object, objects, pods
from ..rendered import Rendered
from ..sourcefile import SourceFile

_LAST = 2**31


class Place(NamedTuple):
    """The first and the last line of an object with pods, and whether all of these are such HostProcess pods."""

    first: int
    last: int
    ours: bool


Places = dict[str, list[Place]]
"""By the real path of the file."""


def covers(places: Iterable[Place], first: int | None, last: int | None) -> bool:
    """Whether a region belongs to HostProcess workloads and to no others.

    Scanners that do not know the line write 1: like no line at all, that means the whole file.
    """
    start, end = (1, _LAST) if first is None or (first, last or 1) == (1, 1) else (first, max(last or first, first))
    touched = [place.ours for place in places if place.first <= end and start <= place.last]
    return bool(touched) and all(touched)


def places(rendered: Iterable[Rendered]) -> Places:
    """The objects with pods of all that was rendered, by the files of the repository."""
    found: Places = {}
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
    return found


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
    for place in _written(made[0][0].file):
        built = [ours for location, ours in made if place.first <= location.start[0] <= place.last]
        yield place._replace(ours=place.ours and bool(built) and all(built))


def _real(text: SourceFile) -> str:
    return os.path.realpath(text.path)
