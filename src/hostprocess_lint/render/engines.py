"""The engines of one scanner: each found when it is first needed, and all of them gone when they are closed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .helm.engine.engines import HelmEngines
    from .helm.engine.worker import HelmWorker
    from .helm.vain import Vain
    from .sidebyside import SideBySide


class Engines:
    """Helm's engines by the root of the repository that charts lie in: a program found there is not to be trusted.

    Helm's library is asked in one process for all of them. `configured` is the path of a program. Close it; a closed
    one starts nothing any more.
    """

    def __init__(self, configured: str | None = None) -> None:
        self._configured = configured
        self._helm: dict[str, HelmEngines] = {}
        self._worker: HelmWorker | None = None
        self._closed = False
        self._side_by_side: SideBySide | None = None
        self._vain: Vain | None = None

    def helm(self, root: str) -> HelmEngines:
        if self._closed:
            raise RuntimeError("the engines are closed")
        if root not in self._helm:
            from pathlib import Path

            from .helm.engine.engines import HelmEngines
            from .helm.engine.worker import HelmWorker

            self._worker = self._worker or HelmWorker()
            configured = Path(self._configured) if self._configured else None
            self._helm[root] = HelmEngines(Path(root), self._worker, configured)
        return self._helm[root]

    def worked(self, root: str) -> float:
        """Seconds that this thread and what renders a repository's charts have worked so far; waiting is no work."""
        return time.thread_time() + self.helm(root).spent

    @property
    def vain(self) -> Vain:
        """The charts that they were asked about in vain."""
        if self._vain is None:
            from .helm.vain import Vain

            self._vain = Vain()
        return self._vain

    @property
    def side_by_side(self) -> SideBySide:
        if self._closed:
            raise RuntimeError("the engines are closed")
        if self._side_by_side is None:
            from .sidebyside import SideBySide

            self._side_by_side = SideBySide()
        return self._side_by_side

    def close(self) -> None:
        """Ends every process and thread. Each is tried, even if ending another one fails."""
        self._closed = True
        try:
            if self._side_by_side is not None:
                self._side_by_side.close()
        finally:
            if self._worker is not None:
                self._worker.close()
