"""What kustomizations refer to, best effort: enough to find root overlays and those that a changed file affects."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .kustomization import Kustomization, Reference, RefusedError, is_inline, kustomization_files, read, references

MAX_FILES = 20_000


@dataclass(frozen=True, slots=True)
class Reach:
    """What one kustomization refers to directly: its own file and others, and directories of other kustomizations."""

    is_component: bool = False
    files: frozenset[Path] = frozenset()
    directories: frozenset[Path] = frozenset()


def reach(directory: Path) -> Reach:
    """Never raises: a kustomization that cannot be read reaches its own files and nothing else."""
    own = [Path(os.path.realpath(path)) for path in kustomization_files(directory)]
    try:
        kustomization = read(own[0])
        found = {path for reference in _local(kustomization) if (path := _existing(directory, reference.text))}
    except (RefusedError, IndexError):
        return Reach(files=frozenset(own))
    directories = frozenset(path for path in found if path.is_dir())
    return Reach(kustomization.is_component, frozenset(found - directories).union(own), directories)


def _local(kustomization: Kustomization) -> Iterator[Reference]:
    for reference in references(kustomization.tree):
        if not is_inline(reference) and "://" not in reference.text:
            yield reference


def _existing(directory: Path, text: str) -> Path | None:
    try:
        path = Path(os.path.realpath(directory / text))
        return path if path.exists() else None
    except (OSError, ValueError):
        return None


def reads(directory: Path) -> frozenset[Path]:
    """All files that a build of the directory reads, best effort; never raises."""
    files: set[Path] = set()
    seen: set[Path] = set()
    pending = [Path(os.path.realpath(directory))]
    while pending and len(files) <= MAX_FILES:
        current = pending.pop()
        if current not in seen:
            seen.add(current)
            found = reach(current)
            files |= found.files
            pending += found.directories
    return frozenset(files)
