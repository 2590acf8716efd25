"""What changed files referred to before: what they build, deploy or mend no longer stands by itself now."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ..limits import SOURCE_FILES
from .context import content_of
from .landmarks import KUSTOMIZATIONS
from .overlays.kustomization import RefusedError, kustomization_files, kustomization_of
from .overlays.reach import files_read_by_build, referred
from .overlays.references import chart_fields
from .paths import files_below, lies_in
from .releases.before import AnythingError, deployed_before
from .remade import may_have_made_releases


def formerly(told: Mapping[str, bytes | None], root: str, pulled: Path | None) -> frozenset[str] | None:
    """The files that some referred to before they changed, by what they held; None where that may be any file.

    `pulled` is the directory of charts that were pulled from elsewhere.
    """
    if any(held is None for held in told.values()):
        return None
    before = {os.path.abspath(file): held for file, held in told.items() if held and held != content_of(file)}
    try:
        named = {*_built(before, root), *deployed_before(before, root, pulled)}
        found = frozenset(path for path in _within(named, root) if lies_in(path, root))
        is_known = not may_have_made_releases(before, found, root)
    except (AnythingError, RefusedError):
        return None
    return found if is_known else None


def _built(before: Mapping[str, bytes], root: str) -> Iterator[str]:
    """What kustomizations read."""
    for file, held in before.items():
        directory, name = os.path.split(file)
        if name in KUSTOMIZATIONS:
            kustomization = kustomization_of(Path(file), held)
            if chart_fields(kustomization.tree):
                raise AnythingError
            yield from map(str, referred(kustomization, Path(directory), (root,)))


def _within(paths: Iterable[str], root: str) -> Iterator[str]:
    """Files, and those in directories or read by the kustomizations there. Raises AnythingError for too many."""
    count = 0
    for path in paths:
        for file in _files(path, root):
            count += 1
            if count > SOURCE_FILES:
                raise AnythingError
            yield file


def _files(path: str, root: str) -> Iterator[str]:
    if not os.path.isdir(path):
        yield path
        return
    if kustomization_files(Path(path)):
        yield from map(str, files_read_by_build(Path(path), (root,)))
    yield from files_below(path)
