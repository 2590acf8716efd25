"""Which overlays stand by themselves, and are no part of another one."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ...outcome import Passed, Skipped
from ..entries import entry_fault
from ..paths import real_paths
from ..source import Source
from .reach import OverlayReach, reach


def without_parts(found: list[Source | Skipped | Passed], within: Sequence[str]) -> Iterator[Source | Skipped | Passed]:
    """Without overlays that another one refers to. Files that overlays read may be parts of what they make. `within`
    are the paths that the scan is of.
    """
    overlays = [item for item in found if isinstance(item, Source) and item.kind == "overlay"]
    reached: dict[str, OverlayReach] = {}
    for overlay in overlays:
        own, said = _reach(overlay, within)
        reached[os.path.realpath(overlay.file)] = own
        yield from said
    chosen = roots(reached)
    parts = {str(path) for own in reached.values() for path in own.files}
    real = real_paths()
    for item in found:
        if not isinstance(item, Source) or item.kind == "chart":
            yield item
        elif item.kind == "manifest":
            yield item._replace(is_part=real(item.file) in parts)
        elif os.path.realpath(item.file) in chosen:
            yield item


def _reach(overlay: Source, within: Sequence[str]) -> tuple[OverlayReach, tuple[Skipped, ...]]:
    """What an overlay refers to; nothing where that is a fault of ours, which is told."""
    try:
        return reach(Path(overlay.file), within), ()
    except Exception as error:
        return OverlayReach(), (entry_fault(overlay.path, error),)


def roots(overlays: Mapping[str, OverlayReach]) -> set[str]:
    """The overlays, by their real directories, that no other one refers to, and that are no component.

    Of those that only refer to each other one is taken, so that its build says so.
    """
    below = {directory: [str(path) for path in own.directories] for directory, own in overlays.items()}
    referred = {path for paths in below.values() for path in paths}
    found: set[str] = set()
    reached: set[str] = set()
    unreferred = [directory for directory in below if directory not in referred]
    for directory in (*unreferred, *(each for each in below if not overlays[each].is_component)):
        if directory in reached:
            continue
        if not overlays[directory].is_component:
            found.add(directory)
        pending = [directory]
        while pending:
            current = pending.pop()
            if current not in reached:
                reached.add(current)
                pending += below.get(current, ())
    return found
