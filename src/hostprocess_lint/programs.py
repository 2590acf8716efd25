"""Programs on PATH: found where the scanned repository cannot have planted one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path


def on_path(names: tuple[str, ...], root: Path) -> Iterator[Path]:
    """The programs of these names on absolute entries of PATH, by name first; none that may not be trusted."""
    entries = [entry for entry in os.environ.get("PATH", "").split(os.pathsep) if Path(entry).is_absolute()]
    for name in names:
        for entry in entries:
            # With a directory, `which` looks at neither PATH nor, on Windows, the working directory.
            found = shutil.which(str(Path(entry) / name))
            if found and is_trusted(Path(found), root):
                yield Path(found)


def is_trusted(program: Path, root: Path) -> bool:
    """Whether it is a file, and as named and as linked lies outside the scanned root and the working directory."""
    return program.is_file() and is_outside(program, root)


def is_outside(path: Path, root: Path) -> bool:
    """Whether a path, as named and as linked, lies there. `/` as a working directory counts for none."""
    directories = (Path(os.path.realpath(root)), Path(os.path.realpath(Path.cwd())))
    places = (Path(os.path.abspath(path)), Path(os.path.realpath(path)))
    return not any(place.is_relative_to(d) for d in directories if d != Path(d.anchor) for place in places)
