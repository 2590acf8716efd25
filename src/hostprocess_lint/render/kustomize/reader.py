"""What an overlay reads, with its charts rendered."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...finding import Location, Released, Skipped
from ...sources.overlays.closure import Closure, FailedEntry, LeftOut
from ...sources.overlays.gather import gather
from ...sources.overlays.kustomization import Kustomization, RefusedError
from ...sources.releases.release import Substitution

if TYPE_CHECKING:
    from ..helm.engine.contract import Engine
    from .inflate import Inflater


@dataclass(frozen=True, slots=True)
class OverlayInput:
    """An overlay to build: its absolute directory, the path that reports show, and the scanned root.

    `display` gives any absolute path below the root the form that reports show. `releases` are what deploys it, `top`
    what that puts on top, `substitute` what it replaces in the build, and `named` where it says so.
    """

    directory: Path
    path: str
    root: Path
    display: Callable[[Path], str]
    releases: tuple[Released, ...] = ()
    top: Kustomization | None = None
    substitute: tuple[Substitution, ...] = ()
    named: Location | None = None


class Reader:
    """Reads an overlay again and again, as a build that fails is tried without some of it; a chart is rendered once."""

    def __init__(self, overlay: OverlayInput, helm: Callable[[str], Engine] | None = None) -> None:
        self._overlay = overlay
        self._helm = helm
        self._inflater: Inflater | None = None

    def __call__(self, faults: tuple[FailedEntry, ...] = ()) -> Closure:
        overlay = self._overlay
        closure = gather(overlay.directory, overlay.root, overlay.top, faults)
        if not closure.inflations:
            return closure
        if self._helm is None:
            reason = RefusedError("charts are not rendered here")
            closure.left_out.extend(LeftOut(each.kustomization, each.entry, reason) for each in closure.inflations)
            return closure
        if self._inflater is None:
            from .inflate import Inflater

            self._inflater = Inflater(Path(os.path.realpath(overlay.root)), self._shown, self._helm)
        return self._inflater(closure)

    def _shown(self, path: Path) -> str:
        """A real path as reports show it."""
        return self._overlay.display(self._overlay.root / path.relative_to(os.path.realpath(self._overlay.root)))

    @property
    def said(self) -> list[Skipped]:
        """What cannot be rendered of the charts."""
        return self._inflater.said if self._inflater else []
