"""An overlay as the releases that deploy it have it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...sources.overlays.kustomization import kustomization_files
from ...sources.releases.kustomized import changes, kustomization_on_top
from ...sources.releases.release import Release, by_home
from .reader import OverlayInput


@dataclass(frozen=True, slots=True)
class _Shown:
    """How reports call a path: what a release puts on top is in the release's file."""

    top: Path
    file: str
    others: Callable[[Path], str]

    def __call__(self, path: Path) -> str:
        return self.file if path in (self.top, self.top.parent) else self.others(path)


def as_released(overlay: OverlayInput, releases: Sequence[Release]) -> Iterator[OverlayInput]:
    """What is to be built: the overlay itself for those that change nothing, and for each other one its own.

    Where the directory is no overlay by itself, those that change nothing deploy its manifests as they are.
    """
    directory, root = Path(os.path.realpath(overlay.directory)), Path(os.path.realpath(overlay.root))
    plain: list[Release] = []
    for release in releases:
        if not changes(release.customized):
            plain.append(release)
            continue
        own = _with(overlay, [release])
        top = kustomization_on_top(release, directory, root)
        is_made = top is not None and not top.path.parent.exists()
        shown = _Shown(top.path, release.location.path, overlay.display) if top and is_made else overlay.display
        yield replace(own, release=release, top=top, display=shown)
    for _, alike in by_home(plain) if kustomization_files(directory) else ():
        yield _with(overlay, alike)


def _with(overlay: OverlayInput, alike: Sequence[Release]) -> OverlayInput:
    """What is the same for some releases that have one namespace."""
    released, literal = tuple(release.released for release in alike), all(release.is_literal for release in alike)
    return replace(overlay, releases=released, is_literal=literal, namespace=alike[0].home)
