"""What kustomizations refer to, best effort: enough to find root overlays and those that a changed file affects."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ...documents.nodes import Unreadable
from ...limits import SOURCE_FILES
from ..paths import boundary
from .charts import inflated_from
from .kustomization import Kustomization, RefusedError, as_text, kustomization_files, read_bytes, read_kustomization
from .plugins import plugin_references
from .references import Role, is_inline, references
from .yamltext import compose_all


@dataclass(frozen=True, slots=True)
class OverlayReach:
    """What one kustomization refers to directly: its own file and others, directories of other kustomizations, what is
    not there, and the values files and folders of the charts that it inflates, there or not.
    """

    is_component: bool = False
    files: frozenset[Path] = frozenset()
    directories: frozenset[Path] = frozenset()
    missing: frozenset[Path] = frozenset()
    inflated: frozenset[Path] = frozenset()


def reach(directory: Path, within: Iterable[str] = ()) -> OverlayReach:
    """Never raises: a kustomization that cannot be read reaches its own files and nothing else. `within` are the paths
    that the scan is of.
    """
    own = [Path(os.path.realpath(path)) for path in kustomization_files(directory)]
    try:
        kustomization = read_kustomization(own[0])
    except (RefusedError, IndexError):
        return OverlayReach(files=frozenset(own))
    found = referred(kustomization, directory, within)
    directories = frozenset(path for path in found if path.is_dir())
    missing = frozenset(path for path in found if not path.exists())
    files = (found - directories - missing).union(own)
    inflated = frozenset(path for text in inflated_from(kustomization.tree) if (path := _path(directory, text)))
    return OverlayReach(kustomization.is_component, files, directories, missing, inflated)


def referred(kustomization: Kustomization, directory: Path, within: Iterable[str]) -> frozenset[Path]:
    """The real paths that a kustomization in a directory refers to, there or not."""
    return frozenset(path for text in _local(kustomization, directory, within) if (path := _path(directory, text)))


def _local(kustomization: Kustomization, directory: Path, within: Iterable[str]) -> Iterator[str]:
    """The paths that it and the configurations of its plugins name."""
    for reference in references(kustomization.tree):
        inline = is_inline(reference)
        if not inline and "://" not in reference.text:
            yield reference.text
        if reference.role is Role.PLUGIN:
            yield from _of_plugins(reference.text if inline else _text(directory, reference.text, within))


def _of_plugins(text: str) -> Iterator[str]:
    try:
        for plugin in compose_all(text):
            if plugin is not None:
                yield from (each.text for each in plugin_references(plugin) if not is_inline(each))
    except (RefusedError, Unreadable):
        return  # the build says what is wrong with it


def _text(directory: Path, name: str, within: Iterable[str]) -> str:
    path = _path(directory, name)
    if path is None or not path.is_relative_to(boundary(str(directory), within)):
        return ""
    try:
        return as_text(read_bytes(path), path.name) if path.is_file() else ""
    except RefusedError:
        return ""


def _path(directory: Path, text: str) -> Path | None:
    try:
        path = Path(os.path.realpath(directory / text))
        path.exists()  # raises for a name that no system takes
    except (OSError, ValueError):
        return None
    return path


def files_read_by_build(directory: Path, within: Iterable[str] = ()) -> frozenset[Path]:
    """All files that a build of the directory reads, best effort, as none reads what lies outside; never raises."""
    root = boundary(str(directory), within)
    files: set[Path] = set()
    seen: set[Path] = set()
    pending = [Path(os.path.realpath(directory))]
    while pending and len(files) <= SOURCE_FILES:
        current = pending.pop()
        if current not in seen:
            seen.add(current)
            found = reach(current, within)
            files.update(path for path in found.files if path.is_relative_to(root))
            pending += (path for path in found.directories if path.is_relative_to(root))
    return frozenset(files)
