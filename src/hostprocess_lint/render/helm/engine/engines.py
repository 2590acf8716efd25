"""Which engine renders charts: the configured one, Helm's library, or `helm` on PATH, whichever there is first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ....sources.charts.archive import Package
from ....sources.releases.release import Flag
from .command import HelmCommand, find_command
from .contract import Engine, Installation, NoEngineError, Rendering, Values
from .worker import HelmWorker

_Answer = TypeVar("_Answer")


class HelmEngines:
    """One engine for all charts of a repository, found when the first is rendered."""

    def __init__(self, root: Path, worker: HelmWorker, configured: Path | None = None) -> None:
        self._root = root
        self._configured = configured
        self._worker = worker
        self._command: HelmCommand | None = None

    @property
    def spent(self) -> float:
        return self._worker.spent if self._command is None else self._command.spent

    def render(self, package: Package, values: Values, installation: Installation) -> Rendering:
        return self._first(lambda engine: engine.render(package, values, installation))

    def values(self, text: str) -> Values:
        return self._first(lambda engine: engine.values(text))

    def set_values(self, expression: str, flag: Flag = "set") -> Values:
        return self._first(lambda engine: engine.set_values(expression, flag))

    def _first(self, ask: Callable[[Engine], _Answer]) -> _Answer:
        if self._command is None and self._configured is None:
            try:
                return ask(self._worker)
            except NoEngineError as missing:
                try:
                    self._command = find_command(self._root)
                except NoEngineError as error:
                    raise NoEngineError(f"no Helm engine: {missing}, and {error}", missing.hint) from error
        elif self._command is None:
            self._command = find_command(self._root, self._configured)
        return ask(self._command)
