"""Whether a file is a packaged chart, and one of which there is a copy."""

from __future__ import annotations

import posixpath
from pathlib import Path

from ...limits import SOURCE_BYTES
from .archive import PLAIN_BYTES, ChartError, Reading, read_archive, read_directory
from .gunzip import ArchiveError, Inflated, RefusedArchiveError
from .tar import Archive

_WRITTEN_ANEW = ("Chart.yaml", "Chart.lock", "requirements.lock", ".helmignore")


def packaged_chart(file: Path) -> str | None:
    """The folder of the chart in an archive, which may be empty; None where there is no Chart.yaml in one.

    What cannot be opened, and what is refused here though Helm might read it, counts as a chart: its reading says so.
    """
    files = 0
    try:
        with file.open("rb") as packed:
            for entry in Archive(Inflated(packed, PLAIN_BYTES)):
                folder, _, rest = entry.name.replace("\\", "/").partition("/")
                if not entry.is_directory and posixpath.normpath(rest) == "Chart.yaml":
                    return folder
                files += 0 if entry.is_directory else max(entry.size, 0)
                if files > SOURCE_BYTES:  # Helm gives up here
                    return None
    except (OSError, RefusedArchiveError):
        return ""
    except ArchiveError:
        return None
    return None


def is_copy(file: Path, directory: Path, root: Path) -> bool:
    """Whether an archive holds what a chart's directory does, but for the files that packaging writes anew."""
    try:
        packed, beside = (
            {name: member.data for name, member in members.items() if name not in _WRITTEN_ANEW}
            for members in (read_archive(file, Reading()), read_directory(directory, root, Reading()))
        )
    except (OSError, ChartError):
        return False
    return packed == {name: data for name, data in beside.items() if name != file.name}
