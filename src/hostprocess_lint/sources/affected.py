"""Changed files → affected sources: everything that a change can have broken, and as little else as is cheap to tell.

What is certain from names alone comes first. YAML is read only where the bytes say that it could matter.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from ..outcome import Passed, Skipped
from .context import contents_of, context, is_cut, may_be_values, may_have_pods, overlays_reading
from .discovery import by_itself, discover
from .landmarks import (
    CHART,
    CONFIGURATION,
    KUSTOMIZATIONS,
    chart_of,
    landmarks,
)
from .paths import display, lies_in, upward
from .source import Source, named_source

_DECLARING = (CHART, "requirements.yaml")
_PLUGINS = (b"generators", b"transformers", b"validators", b"helmchart")
"""Fields of a kustomization that name files which name files, and charts, which are many files."""


def is_everything(changed: Sequence[str], concerns_all: Callable[[str], bool]) -> bool:
    """Whether every source is judged by one of the files."""
    return any(os.path.basename(path) == CONFIGURATION or concerns_all(path) for path in changed)


def affected(
    changed: Sequence[str],
    root: str,
    concerns_all: Callable[[str], bool],
    excluded: Callable[[str], bool],
) -> Iterator[Source | Skipped | Passed]:
    """The sources below a root, a real path, that some files belong to or did before they were deleted; each once.

    `concerns_all` says of a file that every source is judged by it; `excluded` is asked about what is affected only.
    """
    if is_everything(changed, concerns_all):
        yield from discover([root], excluded)
        return
    known = landmarks(root)
    names = _names(changed, known.links, root)
    found: list[Source | Skipped | Passed] = []
    parts: set[str] = set()
    charts = sorted(_charts(names, known.charts, root))
    if _may_be_read(names, known.overlays, bool(known.links)):
        kept = [directory for directory in known.overlays if not excluded(display(directory))]
        overlays, parts = overlays_reading({*names, *(os.path.join(chart, CHART) for chart in charts)}, kept, root)
        found += [named_source("overlay", directory) for directory in sorted(overlays)]
    found += [named_source("chart", directory) for directory in charts]
    for path in sorted(names):
        if os.path.basename(path) in (CHART, *KUSTOMIZATIONS) and not os.path.exists(path):
            left = os.path.dirname(path)  # whatever is in it is no part of a chart or an overlay any more
            found += discover([left], excluded) if os.path.isdir(left) else ()
        else:
            alone = by_itself(path, root)
            is_part = os.path.realpath(path) in parts
            found += [alone._replace(is_part=is_part) if isinstance(alone, Source) else alone] if alone else []
    are_values = may_be_values(names, known.charts, root)
    are_judged = any(map(may_have_pods, found))
    if are_judged or are_values:
        found += context(root, known, excluded, are_judged=are_judged, are_values=are_values)
    seen = set()
    for item in found:
        known_as = (item.kind, item.path)  # a directory may be a chart and an overlay
        if known_as not in seen and not excluded(item.path):
            seen.add(known_as)
            yield item


def _names(changed: Iterable[str], links: Iterable[str], root: str) -> set[str]:
    """All paths below the root that lead to the files: what uses a file may know it by a symbolic link."""
    names = set()
    for path in changed:
        absolute = os.path.abspath(path)
        names |= {
            os.path.join(os.path.realpath(os.path.dirname(absolute)), os.path.basename(absolute)),
            os.path.realpath(absolute),
        }
    real = [path for path in names if lies_in(path, root)]
    for link in links:
        target = os.path.realpath(link)
        names |= {link + path[len(target) :] for path in real if lies_in(path, target)}
    return {path for path in names if lies_in(path, root)}


def _charts(names: set[str], charts: Sequence[str], root: str) -> set[str]:
    """The charts that some files lie in, and those that use one of them."""
    found = {chart for path in names for chart in _around(path, root)}
    declaring = [chart for chart in charts if chart not in found and _holds(chart, _DECLARING, b"dependencies")]
    if not declaring or not (found or any(os.path.basename(path) == CHART for path in names)):
        return found & set(charts)
    from pathlib import Path

    from .charts.dependencies import wanted

    users: dict[str, list[str]] = {}  # by a directory, or by the name of a chart wherever it is
    for chart in declaring:
        for name, beside in wanted(Path(chart)):
            users.setdefault(name if beside is None else str(beside), []).append(chart)
    # A chart's directory is known by the file that makes it one, even when that is deleted.
    pending = [*names, *(os.path.join(chart, CHART) for chart in found)]
    while pending:
        for place in _places(pending.pop()):
            for chart in users.get(place, ()):
                if chart not in found:
                    found.add(chart)
                    pending.append(os.path.join(chart, CHART))
    return found & set(charts)


def _places(path: str) -> Iterator[str]:
    """The paths of a file and the directories around it, and the name of a chart that it makes of its own."""
    if os.path.basename(path) == CHART:
        yield os.path.basename(os.path.dirname(path))
    yield from upward(path)


def _around(path: str, root: str) -> Iterator[str]:
    """The charts that a path lies in, but for vendored ones."""
    chart = chart_of(path)
    while chart is not None:
        directory = os.path.abspath(chart)
        if not lies_in(directory, root):
            return
        yield directory
        chart = chart_of(directory)


def _holds(directory: str, files: Sequence[str], word: bytes) -> bool:
    return any(is_cut(content) or word in content or b"\\" in content for content in contents_of(directory, files))


def _may_be_read(names: set[str], overlays: Sequence[str], has_links: bool) -> bool:
    """Whether a kustomization could refer to one of the files, by the bytes of it.

    A reference ends with the file's name. Before that stands its directory's name, unless the way there leads only
    upward, or through a symbolic link. An escape may spell anything.
    """
    wanted = []
    for path in names:
        directory, file = os.path.split(path)
        if file in KUSTOMIZATIONS:
            return True
        wanted.append((os.fsencode(file), os.path.join(directory, ""), os.fsencode(os.path.basename(directory))))
    for overlay in overlays:
        for content in contents_of(overlay, KUSTOMIZATIONS):
            if is_cut(content) or b"\\" in content or any(word in content.lower() for word in _PLUGINS):
                return True
            for name, around, inner in wanted:
                upward = os.path.join(overlay, "").startswith(around)
                if name in content and (has_links or upward or inner in content):
                    return True
    return False
