"""Paths become sources: manifests, charts and overlays."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence

from ..outcome import Outcome, Passed, Skipped
from .entries import EXCLUDE, directory_entry, entry_fault, file_entry
from .installed import is_installed
from .landmarks import (
    CHART,
    KUSTOMIZATIONS,
    MANIFEST_SUFFIXES,
    is_packaged,
    is_searched,
)
from .links import Links
from .paths import display, far_apart, is_directory, real_paths, shown_child, unreadable
from .source import Source, named_source

_NAME = "name a file or a directory with manifests, charts or overlays"


def discover(paths: Sequence[str], excluded: Callable[[str], bool] | None) -> Iterator[Source | Skipped | Passed]:
    """The sources at or below some paths, each once, whatever links lead to it, in the order of the paths and of the
    names below them.

    What an overlay in scope refers to is a part of it, and no source of its own, unless it is a path itself.
    `excluded` says which paths, as reports show them, are left out. That holds for a path given, too: whoever hands
    over changed files, as pre-commit does, does not know the configuration.
    """
    real = real_paths()
    seen: set[tuple[object, ...]] = set()
    named = {display(path) for path in paths}
    given = far_apart(paths)
    for path in paths:
        try:
            found = list(_at(path, given, excluded or _nothing))
        except Exception as error:
            found = [entry_fault(display(path), error)]
        if not found:
            yield Skipped(display(path), "nothing to scan: no manifest, chart or overlay in it", "HPC001", hint=_NAME)
        before = frozenset(seen)
        for item in found:
            if isinstance(item, Source) and item.kind == "manifest" and item.path in named:
                item = item._replace(is_asked_for=True)
            if len(paths) > 1:
                key = (item.kind, real(item.file)) if isinstance(item, Source) else (type(item), real(item.path))
                seen.add(key)
                if key in before:
                    continue
            yield item


def listing(directory: str) -> list[os.DirEntry[str]]:
    """What is in a directory; nothing where it cannot be listed."""
    try:
        with os.scandir(directory) as found:
            return list(found)
    except OSError:
        return []


def by_itself(
    file: str, root: str, listed: Callable[[str], list[os.DirEntry[str]]] = listing
) -> Source | Skipped | None:
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
    entries = listed(directory)
    overlay = next((name for name in KUSTOMIZATIONS if any(entry.name == name for entry in entries)), None)
    entry = next((entry for entry in entries if entry.name == name), None)
    links = Links(root, _nothing)
    if entry is None or (os.path.realpath(directory) != directory and not links.follow(directory)):
        return None
    found = next(file_entry(entry, display(file), links, entries, overlay), None)
    return found._replace(in_chart=in_chart) if isinstance(found, Source) else found


def _nothing(_: str) -> bool:
    return False


def _left_out(shown: str) -> Passed:
    return Passed("manifest", shown, Outcome.EXCLUDED, "left out by `exclude` in the configuration")


def _at(path: str, given: Sequence[str], excluded: Callable[[str], bool]) -> Iterator[Source | Skipped | Passed]:
    """What is at or below a path; the scan is of those that are `given`."""
    if path == "-":
        yield Source("manifest", "-", "-", is_asked_for=True)
        return
    if excluded(display(path)):
        yield _left_out(display(path))._replace(is_asked_for=True)
        return
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        yield Skipped(display(path), unreadable(error), "HPC001", hint=_NAME)
        return
    if stat.S_ISDIR(mode):
        found = list(_below(os.path.normpath(path), given, excluded))
        if any(isinstance(item, Source) and item.kind == "overlay" for item in found):
            from .overlays.roots import without_parts  # here, because most directories hold no overlay

            yield from without_parts(found, given)
        else:
            yield from found
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


def _below(root: str, given: Sequence[str], excluded: Callable[[str], bool]) -> Iterator[Source | Skipped | Passed]:
    """Depth first, files before directories, by name."""
    links = Links(root, excluded, given)
    stack = [(root, display(root), False)]
    while stack:
        directory, shown, in_chart = stack.pop()
        entries = _sorted(directory, shown)
        if isinstance(entries, Skipped):
            yield entries
            continue
        names = {entry.name for entry in entries}
        is_chart = CHART in names
        in_chart = in_chart or is_chart
        overlay = next((name for name in KUSTOMIZATIONS if name in names), None)
        if is_chart:
            yield Source("chart", shown, directory)
            yield from _among_charts(os.path.join(directory, "charts"), shown_child(shown, "charts"), links, excluded)
        if overlay:
            yield Source("overlay", shown, directory)
        below = []
        for entry in entries:
            inner = shown_child(shown, entry.name)
            try:
                if excluded(inner):
                    yield _left_out(inner)
                elif is_directory(entry):
                    found = directory_entry(entry, inner, links, is_chart)
                    if found is None:
                        below.append((entry.path, inner, in_chart))
                    else:
                        yield from found
                else:
                    for item in file_entry(entry, inner, links, entries, overlay):
                        yield item._replace(in_chart=in_chart) if isinstance(item, Source) else item
            except Exception as error:
                yield entry_fault(inner, error)
        stack.extend(reversed(below))


def _sorted(directory: str, shown: str) -> list[os.DirEntry[str]] | Skipped:
    """What is in a directory, by name; or why it cannot be listed."""
    try:
        with os.scandir(directory) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        return Skipped(shown, unreadable(error), "HPC001", hint=EXCLUDE)


def _among_charts(
    directory: str, shown: str, links: Links, excluded: Callable[[str], bool]
) -> Iterator[Source | Skipped | Passed]:
    """The manifests beside vendored charts, which Helm passes over: a chart there is a folder or an archive."""
    if not os.path.isdir(directory) or excluded(shown) or (os.path.islink(directory) and links.refused(directory)):
        return
    entries = _sorted(directory, shown)
    if isinstance(entries, Skipped):
        yield entries
        return
    for entry in entries:
        inner = shown_child(shown, entry.name)
        if is_directory(entry) or not entry.name.endswith(MANIFEST_SUFFIXES):
            continue
        if excluded(inner):
            yield _left_out(inner)
            continue
        for item in file_entry(entry, inner, links, entries, None):
            yield item._replace(in_chart=True) if isinstance(item, Source) else item
