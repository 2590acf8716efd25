"""Paths become sources: manifests, charts and overlays."""

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..errors import fault
from ..outcome import Outcome, Passed, Skipped
from .installed import REASON, is_installed
from .landmarks import (
    CHART,
    CONFIGURATION,
    KUSTOMIZATIONS,
    MANIFEST_SUFFIXES,
    is_helmfile,
    is_packaged,
    is_searched,
)
from .links import NOWHERE, Links
from .paths import display, is_directory, is_file, shown_child, unreadable
from .source import Source, named_source

if TYPE_CHECKING:
    from .overlays.reach import OverlayReach

_NAME = "name a file or a directory with manifests, charts or overlays"
_MEND = "remove or mend the link"
_EXCLUDE = "put the file itself there, or leave it out with `exclude` in the configuration"


def discover(
    paths: Sequence[str], excluded: Callable[[str], bool] | None = None
) -> Iterator[Source | Skipped | Passed]:
    """The sources at or below some paths, each once, in the order of the paths and of the names below them.

    What an overlay in scope refers to is a part of it, and no source of its own, unless it is a path itself.
    `excluded` says which paths, as reports show them, are left out. That holds for a path given, too: whoever hands
    over changed files, as pre-commit does, does not know the configuration.
    """
    seen: set[tuple[object, ...]] = set()
    named = {display(path) for path in paths}
    for path in paths:
        try:
            found = list(_at(path, excluded or _nothing))
        except Exception as error:
            found = [_faulty(display(path), error)]
        if not found:
            yield Skipped(display(path), "nothing to scan: no manifest, chart or overlay in it", "HPC001", hint=_NAME)
        for item in found:
            if isinstance(item, Source) and item.kind == "manifest" and item.path in named:
                item = item._replace(is_asked_for=True)
            key = (item.kind, item.file) if isinstance(item, Source) else (type(item), item.path)
            if key not in seen:
                seen.add(key)
                yield item


def by_itself(file: str, root: str) -> Source | Skipped | None:
    """What the search of a root makes of a file there, its place among charts and overlays aside."""
    directory, name = os.path.split(file)
    above = directory
    in_chart = os.path.isfile(os.path.join(directory, CHART))
    while len(above) > len(root):
        above, inner = os.path.split(above)
        is_chart = os.path.isfile(os.path.join(above, CHART))
        in_chart = in_chart or is_chart
        if not is_searched(os.path.join(above, inner), is_chart) or is_installed(os.path.join(above, inner)):
            return None
    try:
        with os.scandir(directory) as listing:
            entries = list(listing)
    except OSError:
        return None
    overlay = next((name for name in KUSTOMIZATIONS if any(entry.name == name for entry in entries)), None)
    entry = next((entry for entry in entries if entry.name == name), None)
    links = Links(root, _nothing)
    if entry is None or (os.path.realpath(directory) != directory and not links.leads_on(directory)):
        return None
    found = next(_entry(entry, display(file), links, entries, overlay), None)
    return found._replace(in_chart=in_chart) if isinstance(found, Source) else found


def _nothing(_: str) -> bool:
    return False


def _left_out(shown: str, how: str = "") -> Passed:
    return Passed("manifest", shown, Outcome.EXCLUDED, f"{how}left out by `exclude` in the configuration")


def _at(path: str, excluded: Callable[[str], bool]) -> Iterator[Source | Skipped | Passed]:
    """What is at or below a path."""
    if path == "-":
        yield Source("manifest", "-", "-", is_asked_for=True)
        return
    if excluded(display(path)):
        yield _left_out(display(path), "named, and ")
        return
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        yield Skipped(display(path), unreadable(error), "HPC001", hint=_NAME)
        return
    if stat.S_ISDIR(mode):
        yield from _without_parts(list(_below(os.path.normpath(path), excluded)))
        return
    name = os.path.basename(path)
    if name == CHART:
        yield named_source("chart", os.path.dirname(path) or ".")
    elif name in KUSTOMIZATIONS:
        yield named_source("overlay", os.path.dirname(path) or ".")
    elif stat.S_ISREG(mode):
        yield named_source("chart" if is_packaged(name) else "manifest", path)._replace(is_asked_for=True)
    else:
        yield Skipped(display(path), "no regular file: only files and directories are scanned", "HPC001", hint=_NAME)


def _below(root: str, excluded: Callable[[str], bool]) -> Iterator[Source | Skipped | Passed]:
    """Depth first, files before directories, by name."""
    links = Links(root, excluded)
    stack = [(root, display(root), False)]
    while stack:
        directory, shown, in_chart = stack.pop()
        try:
            with os.scandir(directory) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield Skipped(shown, unreadable(error), "HPC001", hint=_EXCLUDE)
            continue
        names = {entry.name for entry in entries}
        is_chart = CHART in names
        in_chart = in_chart or is_chart
        overlay = next((name for name in KUSTOMIZATIONS if name in names), None)
        if is_chart:
            yield Source("chart", shown, directory)
        if overlay:
            yield Source("overlay", shown, directory)
        below = []
        for entry in entries:
            inner = shown_child(shown, entry.name)
            try:
                if excluded(inner):
                    yield _left_out(inner)
                elif is_directory(entry):
                    found = _directory(entry, inner, links, is_chart)
                    if found is None:
                        below.append((entry.path, inner, in_chart))
                    else:
                        yield from found
                else:
                    for item in _entry(entry, inner, links, entries, overlay):
                        yield item._replace(in_chart=in_chart) if isinstance(item, Source) else item
            except Exception as error:
                yield _faulty(inner, error)
        stack.extend(reversed(below))


def _faulty(shown: str, error: Exception) -> Skipped:
    """A fault of ours, which is no reason to look at nothing else."""
    reason, hint = fault(error)
    return Skipped(shown, reason, "HPC001", hint=hint)


def _directory(
    entry: "os.DirEntry[str]", shown: str, links: Links, is_in_chart: bool
) -> tuple[Skipped | Passed, ...] | None:
    """None for a directory that is to be searched, else what is to be said about it."""
    if not is_searched(entry.path, is_in_chart):
        return ()
    if entry.is_symlink():
        reason = links.refused(entry.path)
        if reason is not None:
            return (Skipped(shown, reason, "HPC001", hint=_EXCLUDE),)
        if not links.leads_on(entry.path):
            return ()
    return (Passed("manifest", shown, Outcome.EXCLUDED, REASON),) if is_installed(entry.path) else None


def _entry(
    entry: "os.DirEntry[str]", shown: str, links: Links, beside: "list[os.DirEntry[str]]", overlay: str | None
) -> Iterator[Source | Skipped]:
    """What a file is by itself; `overlay` is the name of the kustomization in its directory."""
    is_manifest = entry.name.endswith(MANIFEST_SUFFIXES) and entry.name not in (CHART, CONFIGURATION, overlay)
    if is_manifest or is_helmfile(entry.path):
        yield from _file(entry, shown, links)
    elif is_packaged(entry.name):
        yield from _packaged(entry, shown, links, beside)


def _file(entry: "os.DirEntry[str]", shown: str, links: Links) -> Iterator[Source | Skipped]:
    reason = links.refused(entry.path) if entry.is_symlink() else None
    if reason is not None:
        yield Skipped(shown, reason, "HPC001", hint=_MEND if reason == NOWHERE else _EXCLUDE)
    elif is_file(entry) and not (entry.is_symlink() and links.is_known(entry.path)):
        yield Source("manifest", shown, entry.path)


def _packaged(
    entry: "os.DirEntry[str]", shown: str, links: Links, beside: "list[os.DirEntry[str]]"
) -> Iterator[Source | Skipped]:
    """An archive, if it holds a chart of which no copy stands unpacked beside it or around it."""
    from pathlib import Path

    from .charts.archive import is_copy, packaged_chart

    kept = next(_file(entry, shown, links), None)
    if not isinstance(kept, Source):
        if kept is not None:
            yield kept
        return
    name = packaged_chart(Path(entry.path))
    if name is None:
        return
    places = [other.path for other in beside if other.name == name] + [os.path.dirname(entry.path)]
    charts = [Path(place) for place in places if os.path.isfile(os.path.join(place, CHART))]
    if not any(is_copy(Path(entry.path), chart, Path(links.root)) for chart in charts):
        yield kept._replace(kind="chart")


def _without_parts(found: "list[Source | Skipped | Passed]") -> Iterator[Source | Skipped | Passed]:
    """Without overlays that another one refers to. Files that overlays read may be parts of what they make."""
    overlays = [item for item in found if isinstance(item, Source) and item.kind == "overlay"]
    if not overlays:
        yield from found
        return
    reached: dict[str, OverlayReach] = {}
    for overlay in overlays:
        own, said = _reach(overlay)
        reached[os.path.realpath(overlay.file)] = own
        yield from said
    chosen = roots(reached)
    parts = {str(path) for own in reached.values() for path in own.files}
    for item in found:
        if not isinstance(item, Source) or item.kind == "chart":
            yield item
        elif item.kind == "manifest":
            yield item._replace(is_part=os.path.realpath(item.file) in parts)
        elif os.path.realpath(item.file) in chosen:
            yield item


def _reach(overlay: Source) -> "tuple[OverlayReach, tuple[Skipped, ...]]":
    """What an overlay refers to; nothing where that is a fault of ours, which is told."""
    from pathlib import Path

    from .overlays.reach import OverlayReach, reach

    try:
        return reach(Path(overlay.file)), ()
    except Exception as error:
        return OverlayReach(), (_faulty(overlay.path, error),)


def roots(overlays: "Mapping[str, OverlayReach]") -> set[str]:
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
