"""What a release deploys, as a source of a scan."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ..landmarks import KUSTOMIZATIONS
from ..source import Source, named_source
from .kustomized import changes, is_built, is_rendered
from .release import Release


def sources_of(path: str, releases: Iterable[Release]) -> Iterator[Source]:
    """What a release deploys as a source of its own: of manifests that it takes as they are each is one already.

    A chart that is changed once it is rendered is an overlay as well, and so is what lies beside one.
    """
    releases = tuple(releases)
    if any(is_rendered(release, Path(path)) for release in releases):
        yield named_source("chart", os.path.relpath(path))
    own = any(os.path.isfile(os.path.join(path, name)) for name in KUSTOMIZATIONS)
    if any(is_built(release, Path(path)) and (own or changes(release.customized)) for release in releases):
        yield named_source("overlay", os.path.relpath(path))


def is_excluded(shown: str, excluded: Callable[[str], bool]) -> bool:
    """Whether a path or a folder above it is left out."""
    steps = shown.split("/")
    return any(excluded("/".join(steps[:count])) for count in range(1, len(steps) + 1))
