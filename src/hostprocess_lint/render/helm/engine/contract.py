"""What an engine for charts is: the values that go in and out, whichever engine does the work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from ....sources.charts.archive import Package
from ....sources.releases.release import Flag

Values = dict[str, Any]
"""Helm values, as parsed."""

Rendering = dict[str, str]
"""Rendered text by Helm's name of the template (`chart/charts/alias/templates/x.yaml`)."""


class EngineError(Exception):
    """A chart could not be rendered; the message is the engine's own."""


class NoEngineError(Exception):
    """There is no such engine here; the message says why, and `hint` what to do where that is known."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Installation:
    """What templates can ask of `.Release` and `.Capabilities`. Without a namespace it is Helm's default, `default`.

    `home` is where what names no namespace goes if not there.
    """

    name: str = "release-name"
    namespace: str | None = None
    kubernetes_version: str | None = None
    api_versions: tuple[str, ...] = ()
    home: str | None = None


class Engine(Protocol):
    """Renders charts. Errors are `EngineError`; `NoEngineError` when there turns out to be no engine.

    `spent` are the seconds that it has worked so far, as far as can be told without those of waiting for a processor.
    """

    @property
    def spent(self) -> float: ...

    def render(self, package: Package, values: Values, installation: Installation) -> Rendering: ...

    def values(self, text: str) -> Values: ...

    def set_values(self, expression: str, flag: Flag = "set") -> Values: ...
