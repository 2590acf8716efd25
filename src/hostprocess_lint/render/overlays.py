"""The overlays of a scan, built side by side: which builds are needed is proved before."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..outcome import Passed, Skipped
from ..rendered import Rendered
from ..sources.overlays.closure import Closure
from ..sources.paths import boundary, display, far_apart
from ..sources.source import Source
from .engines import Engines
from .kustomize.overlay import KustomizeOptions, gathered
from .kustomize.reader import OverlayInput
from .options import RenderOptions
from .sidebyside import Ready

if TYPE_CHECKING:
    from ..sources.releases.release import Release

Items = list[Rendered | Skipped | Passed]


def render_overlays(
    sources: Iterable[tuple[Source, tuple[Release, ...]]],
    options: RenderOptions,
    engines: Engines,
    wanted: Callable[[Closure, OverlayInput], bool] | None = None,
) -> Iterator[Callable[[], Items]]:
    """For each overlay, and the releases that deploy it, what waits for everything that it becomes.

    One that is not `wanted`, by what it reads, is not built: by default those that a rule could need anything of.
    """
    binary = Path(options.kustomize) if options.kustomize else None
    budget = engines.side_by_side.budget
    chosen = KustomizeOptions(binary, begin=budget, helm=engines.helm, charts=options.pulled)
    if wanted is not None:
        chosen = replace(chosen, wanted=wanted, matters=lambda *_: True)
    given = far_apart(options.given)
    return engines.side_by_side.results(_job(*each, given, chosen) for each in sources)


def _job(
    source: Source, releases: tuple[Release, ...], given: tuple[str, ...], chosen: KustomizeOptions
) -> Callable[[], Items]:
    # What Python does is done here: threads are for waiting.
    try:
        parts = [gathered(overlay, chosen) for overlay in _inputs(source, releases, given)]
        return Ready(_all(parts)) if all(isinstance(part, Ready) for part in parts) else partial(_all, parts)
    except Exception as error:  # one of ours, which is told in its turn
        return partial(_raise, error)


def _raise(error: Exception) -> Items:
    raise error


def _all(parts: list[Callable[[], Iterable[Rendered | Skipped | Passed]]]) -> Items:
    return [item for part in parts for item in part()]


def _inputs(source: Source, releases: tuple[Release, ...], given: tuple[str, ...]) -> Iterator[OverlayInput]:
    """An overlay as it is, unless each release that deploys it changes it; and as each of those has it."""
    overlay = OverlayInput(
        directory=Path(os.path.abspath(source.file)),
        path=source.path,
        root=Path(boundary(source.file, given)),
        display=lambda path: display(str(path)),
    )
    if not releases:
        yield overlay
        return
    from .kustomize.released import as_released

    yield from as_released(overlay, releases)
