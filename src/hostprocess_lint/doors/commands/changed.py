"""Which sources a change affects."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from ...config.config import Config
from ...config.nearest import find, may_name_files
from ...errors import UsageError
from ...outcome import Passed, Skipped
from ...sources.affected import affected, is_everything
from ...sources.context import content_of, seldom_matters
from ...sources.landmarks import may_be_told_in
from ...sources.paths import boundary, in_scope, lies_in
from ...sources.source import Scope, Source
from ..output import say
from ..request import ChangedScope, Request
from .configuration import configuration


class Narrowed(NamedTuple):
    """What is left to scan, and the configuration of the repository: read when it matters, and once.

    `files` are the changed ones below the `root`, unless one of them concerns everything.
    """

    sources: tuple[Source | Skipped | Passed, ...]
    config: Callable[[], Config]
    root: str
    files: frozenset[str] | None = None

    @property
    def scope(self) -> Scope:
        """What another overlay or chart may need is not unused: only a scan of everything can tell."""
        judged = [item for item in self.sources if not (isinstance(item, Source) and item.is_context)]
        paths = tuple(item.file if isinstance(item, Source) else item.path for item in judged)
        partly = any(isinstance(item, Source) and (item.kind != "manifest" or item.is_context) for item in self.sources)
        return Scope(self.sources, paths, partly, self.files, self.root)


def narrowed_to_change(asked: Request) -> Narrowed:
    """The sources that the change affects; told where there are none."""
    change = asked.change or ChangedScope()
    root = boundary(asked.paths[0] if asked.paths else ".", asked.paths)
    files = _files(asked.paths, change, root)
    read = cache(lambda: configuration(asked, root))
    named = (asked.config, *asked.settings.baselines, *asked.settings.render.values, *asked.policies)
    given = [file for file in named if file]
    config = asked.config or find(root)

    told = _held_before(files, change, root)
    altering = cache(lambda: _altering(told))
    before = _referred(told, root, lambda: asked.settings.render.charts_directory or read().charts_directory)
    touched = [*files, *sorted(before or ())]

    def concerns_all(path: str) -> bool:
        if before is None:
            return True
        if may_be_told_in(path) and path in altering():
            return True
        if config and may_name_files(config):
            return in_scope(path, (*given, *read().named))
        return in_scope(path, given)

    def excluded(path: str) -> bool:
        exclude = read().exclude
        return exclude is not None and exclude.covers(path)

    found = (*_not_there(asked.paths, change, files), *affected(touched, root, concerns_all, excluded))
    if change.only_manifests:
        found = tuple(item for item in found if not isinstance(item, Source) or item.stands_alone)
    if not found and not asked.output.quiet:
        say(f"nothing to scan is affected (changed files: {len(files):,})")
    if is_everything(touched, concerns_all):
        return Narrowed(found, read, root)
    return Narrowed(found, read, root, frozenset(map(os.path.realpath, touched)))


def _names(path: str) -> tuple[str, str]:
    """A path's own name and what it leads to, behind no other link."""
    directory, name = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(directory), name), os.path.realpath(path)


def _not_there(paths: tuple[str, ...], change: ChangedScope, files: list[str]) -> Iterator[Source | Skipped | Passed]:
    """What a whole scan says of paths that nothing is at, unless something was before the change."""
    from ...sources.discovery import discover

    for path in paths if change.since is not None else ():
        if not os.path.lexists(path) and not any(in_scope(file, _names(path)) for file in files):
            yield from discover([path], None)


def _held_before(files: list[str], change: ChangedScope, root: str) -> dict[str, bytes | None]:
    """What those of the files held that may have told, built or deployed something; None where that is not known."""
    asked = [file for file in files if os.path.islink(file) or not (os.path.exists(file) and seldom_matters(file))]
    if not asked:
        return {}
    from ...sources.changes import held_before

    return dict(held_before(asked, change.since, root))


def _altering(told: dict[str, bytes | None]) -> frozenset[str]:
    """Those of the changed files that now tell the pods of others something else, or tell it no more."""
    from ...sources.altering import alters_facts

    may_tell = ((file, held) for file, held in told.items() if may_be_told_in(file))
    return frozenset(file for file, held in may_tell if alters_facts(held, content_of(file)))


def _referred(told: dict[str, bytes | None], root: str, charts: Callable[[], str | None]) -> frozenset[str] | None:
    """What changed files referred to before, which counts as changed; None where that may be anything."""
    if not any(held is None or held != content_of(file) for file, held in told.items() if held != b""):
        return frozenset()
    from pathlib import Path

    from ...sources.formerly import formerly

    directory = charts()
    return formerly(told, root, Path(os.path.abspath(directory)) if directory else None)


def _files(paths: tuple[str, ...], change: ChangedScope, root: str) -> list[str]:
    for path in paths:
        if not any(lies_in(name, root) for name in _names(path)):
            raise UsageError(f"{path!r} lies outside of {root}, where changes are asked for: scan each by itself")
    if change.since is not None:
        from ...sources.changes import since

        within = {name for path in paths or (root,) for name in _names(path)}
        return [file for file in since(change.since, root) if any(in_scope(name, within) for name in _names(file))]
    if change.deleted:
        from ...sources.changes import deleted

        return [*paths, *deleted(root)]
    folder = next((path for path in paths if os.path.isdir(path) and not os.path.islink(path)), None)
    if folder is not None:
        raise UsageError(f"--changed: {folder!r} is a directory: name the changed files, or ask git (--changed-since)")
    return list(paths)
