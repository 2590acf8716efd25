"""Which releases a change touches: those that name or use one of the changed files."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path

from ...location import Location
from ...sourcefile import SourceFile
from ..landmarks import MANIFEST_SUFFIXES
from ..overlays.nodes import leaves
from ..paths import upward
from .release import Release, Unknowable

_DEEPEST = 6


class TouchedFiles:
    """Some changed files, by their real paths, there or not; `affected` are the charts and overlays that use them."""

    def __init__(self, files: Collection[str], affected: Collection[str]) -> None:
        self._files = frozenset(files)
        self._around = {above for path in files for above in upward(path)}
        self._affected = frozenset(affected)
        self._gone = tuple(os.path.basename(path) for path in files if not os.path.exists(path))
        self._may_name_gone = cache(self._names_gone)  # a text, for each release in it
        self._has_manifest = any(path.endswith(MANIFEST_SUFFIXES) for path in files)

    def touches(self, found: Release | Unknowable) -> bool:
        """Whether what a release deploys, or with what, may be another one by the change."""
        if self._has(found.location):
            return True
        if isinstance(found, Unknowable):
            return False
        deploys = found.deploys
        if isinstance(deploys, Path) and (str(deploys) in self._affected or str(deploys) in self._around):
            return True
        if self._may_name_gone(found.location.file.text) or (found.unknown and self._has_manifest):
            return True
        return any(path in self._around for path in files_of(found))

    def _names_gone(self, text: str) -> bool:
        """What is not there any more is known by its name only, and a pattern may have meant it."""
        return bool(self._gone) and ("*" in text or any(name in text for name in self._gone))

    def _has(self, location: Location) -> bool:
        return os.path.realpath(location.path) in self._files


def files_of(release: Release) -> Iterator[str]:
    """The real paths of the files and directories that a release takes something from."""
    for given in release.given:
        if given.file is not None:
            yield os.path.realpath(given.file)
        yield from _files_of(given.place)
    yield from (os.path.realpath(path) for path in release.read)
    yield from (os.path.realpath(each.path) for each in release.dependencies)
    for variable in release.customized.substitute if release.customized else ():
        yield from _files_of(variable.place)
    yield from built_with(release)


def built_with(release: Release) -> Iterator[str]:
    """The real paths of the files and directories that a release puts to what it deploys."""
    customized = release.customized
    if customized is None:
        return
    yield from (os.path.realpath(path) for path in customized.resources)
    if customized.around is not None:
        yield os.path.realpath(customized.around)
    base = release.deploys if isinstance(release.deploys, Path) else None
    for each in customized.fields:
        yield os.path.realpath(each.found.file.path)
        for _, leaf in leaves(each.node) if base else ():
            if base and leaf.value and "\n" not in leaf.value and "\0" not in leaf.value:
                yield os.path.realpath(base / leaf.value)


def _files_of(place: object, depth: int = 0) -> Iterator[str]:
    """The files that a place leads into, whatever it is made of."""
    if isinstance(place, SourceFile):
        yield os.path.realpath(place.path)
    elif isinstance(place, tuple) and depth < _DEEPEST:
        for each in place:
            yield from _files_of(each, depth + 1)
    elif is_dataclass(place) and depth < _DEEPEST:
        for each in fields(place):
            yield from _files_of(getattr(place, each.name), depth + 1)
