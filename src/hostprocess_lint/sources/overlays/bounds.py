"""What the walk of an overlay may read: nothing outside of the root, and no more than there is room for."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ...documents.firstlook import may_concern
from ...limits import SOURCE_BYTES, SOURCE_FILES
from ...outcome import OUTSIDE
from ..paths import real_paths
from .closure import Closure
from .kustomization import Lack, RefusedError, read_bytes
from .references import Reference
from .remote import bringing, is_remote

TOO_LARGE = "HPC005"
_NAME = "put it into the repository; where there is none, scan the directory around both"


class Bounds:
    """The paths of a closure's root, and how much of them was read."""

    def __init__(self, closure: Closure) -> None:
        self._closure = closure
        self._real = real_paths()
        self._total = 0
        self._looks = 0

    def resolve(self, reference: Reference, directory: Path) -> Path:
        text = reference.text
        path = Path(os.path.normpath(directory / text))
        # The engine tries the file first, and Git even where a directory of that name exists.
        if "://" in text or (is_remote(text) and not path.is_file()):
            raise RefusedError(
                f"{text[:200]!r} is not in this repository, and nothing is downloaded", OUTSIDE, bringing(text)
            )
        if Path(text).is_absolute():
            raise RefusedError(f"absolute path {text[:200]!r}")
        return self.inside(path, text)

    def inside(self, path: Path, text: str) -> Path:
        """The path without symbolic links, if it lies inside the root."""
        try:
            real = Path(self._real(str(path)))
        except (OSError, ValueError):
            raise RefusedError(f"{text[:200]!r} is not a path") from None
        if not real.is_relative_to(self._closure.root):
            raise RefusedError(f"{text[:200]!r} lies outside the scanned directory", hint=_NAME, lack=Lack.BEYOND)
        if real != path and path.is_relative_to(self._closure.root) and real.exists():
            self._closure.links[path] = real
        return real

    def count(self, size: int) -> None:
        self._total += size
        if self._total > SOURCE_BYTES:
            raise RefusedError(f"the build reads more than {SOURCE_BYTES // 1024**2} MiB", TOO_LARGE)
        if len(self._closure.members) + len(self._closure.kustomizations) + self._looks > SOURCE_FILES:
            raise RefusedError(f"the build reads more than {SOURCE_FILES} files", TOO_LARGE)

    def leave_pods_out(self, files: Iterable[Path] | None) -> None:
        """Notes whether what is left out could have made a pod of some files, which count as what a build reads; None
        are more than can be looked at.
        """
        self._closure.leaves_pods_out |= files is None
        for file in files or ():
            if self._closure.leaves_pods_out:
                return
            content = read_bytes(file)
            self._looks += 1
            self.count(len(content))
            self._closure.leaves_pods_out = may_concern(content)

    def shown(self, path: Path) -> str:
        return os.path.relpath(path, self._closure.root).replace(os.sep, "/")
