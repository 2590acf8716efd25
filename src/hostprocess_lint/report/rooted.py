"""A scan as a code host sees it: paths from the root of the repository, wherever the scan was started."""

from __future__ import annotations

import posixpath

from ..finding import Finding
from ..location import Location
from ..outcome import Scan, Skipped
from ..sourcefile import SourceFile


class Root:
    """The root of a repository, and the working directory in it (`deploy/windows`); both are empty where none is.

    `real` is the root without links: what a source leads to may be called by that.
    """

    def __init__(self, root: str, below: str, real: str = "") -> None:
        self._root = root.rstrip("/") + "/" if root else ""
        self._roots = (self._root, real.rstrip("/") + "/" if real else self._root)
        self._below = below
        self._files: dict[int, tuple[SourceFile, SourceFile]] = {}

    def seen(self, scan: Scan) -> Scan:
        """The scan with the paths that the host knows."""
        if not self._root:
            return scan
        return scan._replace(
            findings=tuple(map(self._finding, scan.findings)),
            skipped=tuple(map(self._skipped, scan.skipped)),
        )

    def path(self, path: str) -> str:
        absolute = posixpath.normpath(posixpath.join(self._root, self._below, path))
        return next((absolute[len(root) :] for root in self._roots if absolute.startswith(root)), path)

    def _location(self, location: Location) -> Location:
        file = location.file
        if id(file) not in self._files:  # the file is kept beside, so that its id stays its own
            self._files[id(file)] = file, SourceFile(self.path(file.path), file.text)
        return location._replace(file=self._files[id(file)][1])

    def _finding(self, finding: Finding) -> Finding:
        return finding._replace(
            location=self._location(finding.location),
            related=tuple(item._replace(location=self._location(item.location)) for item in finding.related),
            source=finding.source._replace(path=self.path(finding.source.path)),
        )

    def _skipped(self, skipped: Skipped) -> Skipped:
        location = skipped.location and self._location(skipped.location)
        return skipped._replace(path=self.path(skipped.path), location=location)
