"""Which files go to the cluster as they are written: those of a directory that all releases of it deploy unchanged."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..landmarks import KUSTOMIZATIONS
from ..paths import nearest_saying
from .kustomized import changes
from .release import Release


def as_written(files: Iterable[str], found: Sequence[object]) -> frozenset[str]:
    """Those of some files, by their real paths, in which releases that were `found` fill in no variable."""
    by_path: dict[str, list[Release]] = {}
    for each in found:
        if isinstance(each, Release) and isinstance(each.deploys, Path):
            by_path.setdefault(str(each.deploys), []).append(each)

    def said(directory: str) -> bool | None:
        if any(os.path.isfile(os.path.join(directory, name)) for name in KUSTOMIZATIONS):
            return False  # what is built there says so itself
        if directory in by_path:
            return all(each.is_literal and not changes(each.customized) for each in by_path[directory])
        return None

    is_literal = nearest_saying(said)
    return frozenset(file for file in files if is_literal(os.path.dirname(file)))
