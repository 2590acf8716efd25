"""What a release deploys, as a source of a scan."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from ..landmarks import KUSTOMIZATIONS
from ..source import Source, named_source
from .kustomized import is_chart


def sources_of(path: str, is_changed: bool) -> Iterator[Source]:
    """What a release deploys as a source of its own: of manifests that it takes as they are each is one already.

    A chart that is changed once it is rendered is an overlay as well.
    """
    if is_chart(Path(path)):
        yield named_source("chart", os.path.relpath(path))
    if is_changed or (
        not is_chart(Path(path)) and any(os.path.isfile(os.path.join(path, name)) for name in KUSTOMIZATIONS)
    ):
        yield named_source("overlay", os.path.relpath(path))


def is_excluded(shown: str, excluded: Callable[[str], bool]) -> bool:
    """Whether a path or a folder above it is left out."""
    steps = shown.split("/")
    return any(excluded("/".join(steps[:count])) for count in range(1, len(steps) + 1))
