"""What an overlay reads, with its charts rendered."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...finding import Kind, Released
from ...location import Location
from ...outcome import Skipped
from ...sources.overlays.closure import OF_RELEASE, Closure, FailedEntry, Inflation, LeftOut
from ...sources.overlays.gather import gather
from ...sources.overlays.kustomization import Kustomization, RefusedError
from ...sources.releases.kustomized import is_rendered
from ...sources.releases.release import Customized, Release

if TYPE_CHECKING:
    from ..helm.engine.contract import Engine
    from .inflate import Inflater


@dataclass(frozen=True, slots=True)
class OverlayInput:
    """An overlay to build: its absolute directory, the path that reports show, and the scanned root.

    `display` gives any absolute path below the root the form that reports show. `releases` are what deploys it, and
    `release` is one of them that changes it, with what it puts on `top`. What is deployed may be a chart as well, which
    the release renders first. `is_literal` says that nobody fills in what is built, `namespace` where what
    names none goes.
    """

    directory: Path
    path: str
    root: Path
    display: Callable[[Path], str]
    releases: tuple[Released, ...] = ()
    release: Release | None = None
    top: Kustomization | None = None
    is_literal: bool = False
    namespace: str | None = None

    @property
    def customized(self) -> Customized:
        """What is changed besides what is on top."""
        return (self.release.customized if self.release else None) or Customized()

    @property
    def named(self) -> Location | None:
        """Where the release says what it deploys."""
        return self.release.location if self.release else None

    @property
    def kind(self) -> Kind:
        return "chart" if self.release and is_rendered(self.release, self.directory) else "overlay"


class Reader:
    """Reads an overlay again and again, as a build that fails is tried without some of it; a chart is rendered once."""

    def __init__(
        self, overlay: OverlayInput, helm: Callable[[str], Engine] | None = None, charts: Path | None = None
    ) -> None:
        self._overlay = overlay
        self._helm = helm
        self._charts = charts
        self._inflater: Inflater | None = None

    def __call__(self, faults: tuple[FailedEntry, ...] = ()) -> Closure:
        overlay = self._overlay
        around = overlay.customized.around
        closure = gather(around or overlay.directory, overlay.root, overlay.top, faults, self._charts)
        if overlay.kind == "chart" and (overlay.top is not None or around):
            top = closure.kustomizations[closure.directory]
            chart = Path(os.path.realpath(overlay.directory))
            closure.inflations.append(Inflation(top, OF_RELEASE, top.tree, chart, ()))
        if not closure.inflations:
            return closure
        if self._helm is None:
            reason = RefusedError("charts are not rendered here")
            closure.left_out.extend(LeftOut(each.kustomization, each.entry, reason) for each in closure.inflations)
            return closure
        if self._inflater is None:
            from .inflate import Inflater

            root = Path(os.path.realpath(overlay.root))
            self._inflater = Inflater(root, self._shown, self._helm, self._charts, overlay.release)
        return self._inflater(closure)

    def _shown(self, path: Path) -> str:
        """A real path as reports show it; a chart that was pulled may lie outside."""
        if not path.is_relative_to(os.path.realpath(self._overlay.root)):
            return self._overlay.display(path)
        return self._overlay.display(self._overlay.root / path.relative_to(os.path.realpath(self._overlay.root)))

    @property
    def said(self) -> list[Skipped]:
        """What cannot be rendered of the charts."""
        return self._inflater.said if self._inflater else []
