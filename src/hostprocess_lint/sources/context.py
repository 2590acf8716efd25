"""What a scan of changed files reads beside them: what says what is deployed, and what pods are judged by."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache

from ..limits import FILE_BYTES
from ..outcome import Passed, Skipped
from .discovery import by_itself, listing
from .installed import is_installed
from .landmarks import KUSTOMIZATIONS, MANIFEST_SUFFIXES, Landmarks, is_helmfile, is_searched
from .paths import display, lies_in
from .source import Source, named_source

_SELDOM = (".md", ".png", ".svg", ".go", ".py")
"""What a release takes a value from only where it names the file."""


def may_have_pods(source: Source | Skipped | Passed) -> bool:
    """Whether there could be a pod in a source that rules judge; of charts and overlays their builds tell."""
    from ..documents.firstlook import may_be_judged

    if not isinstance(source, Source) or source.kind != "manifest":
        return isinstance(source, Source)
    raw = content_of(source.file)
    return is_cut(raw) or may_be_judged(raw)


def seldom_matters(path: str) -> bool:
    """Whether a file is named as those are of which nothing is made but by their names."""
    return path.endswith(_SELDOM)


def may_be_values(names: Iterable[str], charts: Sequence[str], root: str) -> bool:
    """Whether a release may take a value from one of some files: of those that seldom are values, one that is named,
    or that a chart which makes releases may name.
    """
    if not all(map(seldom_matters, names)):
        return True
    from .releases.firstlook import directory_may_deploy, may_deploy

    called = {os.fsencode(os.path.basename(path)) for path in names}
    if not called:
        return False
    for path in manifests_below(root):
        raw = content_of(path)
        is_spelt_otherwise = b"\\" in raw and may_deploy(path, raw)
        if is_cut(raw) or is_spelt_otherwise or any(name in raw for name in called):
            return True
    return any(map(directory_may_deploy, charts))


def context(
    root: str, known: Landmarks, excluded: Callable[[str], bool], *, are_judged: bool, are_values: bool
) -> list[Source]:
    """What is read for the sake of what a change touches, and not judged.

    Where pods in that may be judged (`are_judged`), it is what the pods of others are judged by. Where changed files
    `are_values` that releases may take, it is what may say with what charts and directories are deployed.
    """
    from ..documents.firstlook import may_state_facts
    from .releases.firstlook import may_be_referred_to, may_deploy

    found: list[Source] = []
    telling: dict[str, Source | None] = {}
    deploys, listed = False, cache(listing)
    for path in manifests_below(root):
        raw = content_of(path)
        says = are_values and (is_cut(raw) or may_deploy(path, raw))
        refers = says or (are_values and may_be_referred_to(raw))
        tells = are_judged and (is_cut(raw) or may_state_facts(raw))
        source = by_itself(path, root, listed) if refers or tells else None
        manifest = source._replace(is_context=True) if isinstance(source, Source) else None
        if tells:
            telling[os.path.realpath(path)] = manifest
        if manifest and refers:
            deploys = deploys or says
            found.append(manifest)
    making = _making(known, root, deploys) if are_values else []
    return [*_telling(telling, known.overlays, root, excluded), *(found if deploys or making else ()), *making]


def _making(known: Landmarks, root: str, deploys: bool) -> list[Source]:
    """The charts and overlays that may make releases, or what these refer to."""
    from pathlib import Path

    from .overlays.reach import reach
    from .overlays.roots import roots
    from .releases.firstlook import directory_may_deploy

    making = [named_source("chart", directory) for directory in known.charts if directory_may_deploy(directory)]
    if not (deploys or making):
        return []
    reached = {os.path.realpath(directory): reach(Path(directory), (root,)) for directory in known.overlays}
    tops = sorted(roots(reached))
    making += [named_source("overlay", directory) for directory in tops]
    return [source._replace(is_context=True) for source in making]


def _telling(
    manifests: dict[str, Source | None], overlays: Sequence[str], root: str, excluded: Callable[[str], bool]
) -> list[Source]:
    """Manifests, by their real paths, that may tell of others, and in place of what overlays read these overlays."""
    kept = [directory for directory in overlays if not excluded(display(directory))] if manifests else []
    reading, parts = overlays_reading(set(manifests), kept, root) if kept else (set[str](), set[str]())
    found = [source for path, source in manifests.items() if source and path not in parts]
    found += [named_source("overlay", directory) for directory in sorted(reading)]
    return [source._replace(is_context=True, tells=True) for source in found]


def manifests_below(root: str) -> Iterator[str]:
    """The files that a search of a root takes for manifests by their names alone, kustomizations among them."""
    for directory, folders, files in os.walk(root):
        inner = [os.path.join(directory, name) for name in sorted(folders)]
        kept = [path for path in inner if is_searched(path, False) and not is_installed(path)]
        folders[:] = map(os.path.basename, kept)
        for path in (os.path.join(directory, name) for name in sorted(files)):
            if path.endswith(MANIFEST_SUFFIXES) or is_helmfile(path):
                yield path


def contents_of(directory: str, files: Sequence[str]) -> Iterator[bytes]:
    """What some files of a directory hold; those that are not there are left out."""
    yield from (found for name in files if (found := content_of(os.path.join(directory, name))))


def content_of(path: str) -> bytes:
    """What a file holds, as far as anybody reads it; nothing if it is not there."""
    if os.path.isfile(path):  # a link to a device has no end
        with suppress(OSError), open(path, "rb") as file:
            return file.read(FILE_BYTES + 1)
    return b""


def is_cut(content: bytes) -> bool:
    """Whether it is more than anybody reads: it may say anything."""
    return len(content) > FILE_BYTES


def overlays_reading(names: set[str], overlays: Sequence[str], root: str) -> tuple[set[str], set[str]]:
    """The root overlays whose builds read some of the files or miss them, and everything that any overlay reads."""
    from pathlib import Path

    from .overlays.reach import reach
    from .overlays.roots import roots

    own = {os.path.realpath(directory): reach(Path(directory), (root,)) for directory in overlays}
    users: dict[str, set[str]] = {}
    for directory, reached in own.items():
        for used in (*reached.directories, *reached.missing):
            users.setdefault(str(used), set()).add(directory)
    gone = {os.path.dirname(path) for path in names if os.path.basename(path) in KUSTOMIZATIONS}
    reading = {directory for directory, reached in own.items() if any(str(path) in names for path in reached.files)}
    reading |= {directory for directory, reached in own.items() if any(str(path) in names for path in reached.missing)}
    for directory, reached in own.items():
        if any(lies_in(path, str(place)) for place in reached.inflated for path in names):
            reading.add(directory)
    pending = [*reading, *gone]
    while pending:
        for user in users.get(pending.pop(), set()) - reading:
            reading.add(user)
            pending.append(user)
    return reading & roots(own), {str(path) for reached in own.values() for path in reached.files}
