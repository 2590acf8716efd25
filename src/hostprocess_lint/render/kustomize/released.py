"""An overlay as the releases that deploy it have it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...sources.releases.kustomized import changes, on_top
from ...sources.releases.release import Release
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
    """What is to be built: the overlay itself for those that change nothing, and for each other one its own."""
    directory, root = Path(os.path.realpath(overlay.directory)), Path(os.path.realpath(overlay.root))
    plain: list[Release] = []
    for release in releases:
        if not changes(release.customized):
            plain.append(release)
            continue
        own = replace(overlay, releases=(release.released,), release=release, is_literal=release.is_literal)
        top = on_top(release, directory, root)
        shown = _Shown(top.path, release.location.path, overlay.display) if top else overlay.display
        yield replace(own, top=top, display=shown)
    if plain:
        literal = all(release.is_literal for release in plain)
        yield replace(overlay, releases=tuple(release.released for release in plain), is_literal=literal)
