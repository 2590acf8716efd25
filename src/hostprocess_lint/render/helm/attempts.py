"""A chart rendered under one profile: all of it that can be, with the reason for each template that cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...limits import CHART_SECONDS
from ...location import Route
from ...sources.charts.archive import Package
from ...sources.charts.chart import Chart
from ...sources.layering import layered
from .callers import at_fault, callers
from .engine.contract import Engine, EngineError, Installation, Rendering, Values
from .failures import Failure, failing, without
from .profiles.profiles import Profile, combined
from .profiles.values import Layer, nested
from .proof.flips import FlipBudget

_FAILURES = 20


@dataclass(frozen=True, slots=True)
class Variant:
    """A profile on one Kubernetes version, with its values and what they render to.

    `chart` is what was rendered: the chart, in which the templates that fail print nothing.
    """

    name: str
    profile: Profile
    installation: Installation
    layers: list[Layer]
    given: Values
    chart: Chart
    package: Package
    rendering: Rendering
    failures: tuple[Failure, ...]

    def texts(self) -> Iterator[bytes]:
        return (text.encode("utf-8", "surrogatepass") for text in self.rendering.values())


@dataclass
class Attempts:
    """The renderings of one chart, which share a budget."""

    chart: Chart
    engine: Engine
    budget: FlipBudget = field(default_factory=FlipBudget)
    _incomplete: bool = False
    _packages: dict[frozenset[str], tuple[Chart, Package]] = field(default_factory=dict)

    def variant(self, name: str, profile: Profile, installation: Installation) -> Variant:
        """A profile rendered; `EngineError` where nothing of it can be."""
        layers = profile.layers(self.engine)
        given = combined(layers)
        failures: dict[str, Failure] = {}
        while True:
            chart, package = self._without(frozenset(failures))
            try:
                given, rendering = self._rendered(package, given, installation)
                return Variant(
                    name, profile, installation, layers, given, chart, package, rendering, tuple(failures.values())
                )
            except EngineError as error:
                failure = self._calling(str(error), frozenset(failures), given, installation)
                failure = failure or failing(str(error), chart)
                if failure is None or failure.member in failures or len(failures) == _FAILURES:
                    raise
                failures[failure.member] = failure

    def _calling(
        self, message: str, without: frozenset[str], given: Values, installation: Installation
    ) -> Failure | None:
        """The template that fails where it calls a named one, if Helm's message does not name it."""

        def fails(more: frozenset[str]) -> bool:
            try:
                self._rendered(self._without(without | more)[1], given, installation)
            except EngineError as error:
                return str(error) == message
            return False

        return at_fault([each for each in callers(message, self.chart) if each.member not in without], fails)

    def render(self, package: Package, values: Values, installation: Installation) -> Rendering:
        """Render, as long as the chart has time left."""
        if self.budget.seconds <= 0:
            raise EngineError(f"not tried: rendering the chart took more than {CHART_SECONDS:g} seconds")
        with self.budget.timed(self.engine):
            return self.engine.render(package, values, installation)

    def _without(self, members: frozenset[str]) -> tuple[Chart, Package]:
        if members not in self._packages:
            chart = without(self.chart, members) if members else self.chart
            self._packages[members] = (chart, chart.package())
        return self._packages[members]

    def _rendered(self, package: Package, given: Values, installation: Installation) -> tuple[Values, Rendering]:
        """A rendering and the values that made it: with what misses dependencies off, once that turns out needed."""
        switches = self._switches_of_missing()
        if not self._incomplete:
            try:
                return given, self.render(package, given, installation)
            except EngineError:
                if not switches:
                    raise
        for route in switches:  # templates ask the condition before they look at a dependency
            given = layered(given, nested(route, False))
        rendering = self.render(package, given, installation)
        self._incomplete = True
        return given, rendering

    def _switches_of_missing(self) -> list[Route]:
        return [(*missing.above, *route) for missing in self.chart.missing for route in missing.dependency.conditions]
