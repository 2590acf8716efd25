"""Whether files had a part in releases that others hold: which there were is not known once these files change."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from .context import content_of, manifests_below, overlays_reading
from .globs import prefixes
from .landmarks import KUSTOMIZATIONS, chart_of, is_helmfile, landmarks
from .overlays.kustomization import folded, kustomization_of
from .overlays.nodes import items, scalar_entries
from .overlays.reach import files_read_by_build
from .paths import lies_in
from .releases.before import AnythingError
from .releases.firstlook import directory_may_deploy, may_deploy

_RESOURCES = ("resources", "bases")
_PATCH = re.compile(rb"\b(?:op|targets)[\"']?\s*:")
"""What patches and replacements are known by, where they are no objects."""

_PATH = r"""\bpath["']?:[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s,]*))"""
_MOST = 1_000
"""Paths of one ApplicationSet, and the longest of them."""
_MOST_STEPS = 1_000_000
"""How many steps of paths are held to those of the changed files."""

_SELECTING = (b"condition", b"installed", b"{{", b"bases", b"helmfiles")
"""What in a helmfile lets other files decide what is deployed."""

_OPEN = (b"*", b"{{")
"""What in a helmfile may name any file."""


def may_have_made_releases(before: Mapping[str, bytes], found: Collection[str], root: str) -> bool:
    """Whether charts, overlays, generators or helmfiles may have made releases of some files, by what these held, or of
    others that they led to, as these are. Raises RefusedError, and AnythingError where that is too much to tell.
    """
    charts = {chart for file in (*before, *found) if (chart := chart_of(file)) is not None}
    if any(map(directory_may_deploy, charts)):
        return True
    return _changed_releases(before, found, root) or _were_given(before, root)


def _changed_releases(before: Mapping[str, bytes], found: Collection[str], root: str) -> bool:
    """Whether kustomizations that may have changed releases have changed."""
    if not any(_may_change(file, held) for file, held in before.items()):
        return False
    changed = {os.path.realpath(file) for file in (*before, *found)}
    overlays, _ = overlays_reading(changed, landmarks(root).overlays, root)
    built = {str(path) for overlay in overlays for path in files_read_by_build(Path(overlay), (root,))}
    return any(may_deploy(path, content_of(path)) for path in {*changed, *built})


def _may_change(file: str, held: bytes) -> bool:
    """Whether an object that a kustomization builds was another one by a file, other than that which holds it."""
    now = content_of(file)
    if os.path.basename(file) in KUSTOMIZATIONS:
        if not now:
            return True
        then, more = _said(file, held), _said(file, now)
        return bool(then - more) or any(name not in _RESOURCES for name, _ in more - then)
    return any(b"builtin" in each or (b"apiVersion" not in each and _PATCH.search(each)) for each in (held, now))


def _said(file: str, content: bytes) -> set[tuple[str, str]]:
    """The fields of a kustomization, and each of its resources."""
    kustomization = kustomization_of(Path(file), content)
    found = set()
    for key, value in scalar_entries(kustomization.tree):
        name = folded(key.value)
        for each in items(value) if name in _RESOURCES else (value,):
            found.add((name, kustomization.text[each.start : each.end]))
    return found


def _were_given(before: Mapping[str, bytes], root: str) -> bool:
    """Whether releases may have been made of some files: a generator's, or those of a helmfile."""
    wanted: set[tuple[str, ...]] = set()
    for manifest in manifests_below(root) if before else ():
        raw = content_of(manifest)
        if is_helmfile(manifest):
            is_open = any(word in raw for word in _OPEN)
            near = [file for file in before if lies_in(os.path.abspath(file), os.path.dirname(manifest))]
            called = (is_open or os.fsencode(os.path.basename(file)) in raw for file in near if file != manifest)
            if any(word in raw for word in _SELECTING) and any(called):
                return True
        elif b"ApplicationSet" in raw:
            wanted.update(_patterns(raw))
    return _mean(wanted, [tuple(os.path.relpath(os.path.realpath(file), root).split(os.sep)) for file in before], root)


def _patterns(raw: bytes) -> Iterator[tuple[str, ...]]:
    """The paths in an ApplicationSet, by their steps."""
    written = [double or single or plain for double, single, plain in re.findall(_PATH, raw.decode("utf-8", "replace"))]
    if len(written) > _MOST or any(len(each) > _MOST for each in written):
        raise AnythingError
    yield from (steps for each in written if (steps := _steps(each)) not in ((), ("**",)))  # a parameter is no pattern


def _mean(wanted: Collection[tuple[str, ...]], paths: Collection[tuple[str, ...]], root: str) -> bool:
    """Whether some patterns may mean one of the files, or a directory that went with it."""
    if sum(map(len, wanted)) * sum(map(len, paths)) > _MOST_STEPS:
        raise AnythingError
    for names in paths:
        there = next((at for at in range(len(names), 0, -1) if os.path.lexists(os.path.join(root, *names[:at]))), 0)
        meant = set(range(min(there + 1, len(names)), len(names) + 1))
        if any(meant & prefixes(steps, names) for steps in wanted):
            return True
    return False


def _steps(path: str) -> tuple[str, ...]:
    """A path as a pattern: what a parameter stands in may be any number of names, and `{a,b}` any."""
    steps = re.sub(r"\{\{[^{}]*\}\}", "{}", path).split("/")
    return tuple("**" if "{" in each or "[" in each else each for each in steps if each not in ("", "."))
