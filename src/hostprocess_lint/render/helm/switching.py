"""HostProcess switched on where no profile of a chart has it: trials of values that its templates wait for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from .attempts import Attempts, Variant
from .engine.contract import EngineError, Rendering
from .profiles.building import Building
from .profiles.guesses import guesses
from .profiles.saying import how_often_host_process
from .profiles.switches import switches
from .proof.flips import FlipBudget
from .templates.conditions import Settings

_TRIALS = 8
_GUESSES = 60
_SECONDS = 10
"""How many values are tried for all that a chart's conditions wait for and that is not understood, and for how long."""


def hosting(rendering: Rendering) -> Counter[str]:
    """How often templates rendered HostProcess, by Helm's names for them without the chart's; only those that did."""
    found = ((name.partition("/")[2], how_often_host_process(text)) for name, text in rendering.items())
    return Counter({name: count for name, count in found if count})


@dataclass(frozen=True, slots=True)
class Switching:
    """Trials on top of one rendered profile. `done` says how often templates have rendered HostProcess; it grows."""

    attempts: Attempts
    base: Variant
    done: Counter[str]

    def found(self, chart_and_below: Iterable[Building]) -> Iterator[Variant]:
        trials = Counter[tuple[bool, bool]]()
        vain: set[str] = set()
        for switch in switches(chart_and_below, set(self.done)):
            kind = (switch.is_built, switch.is_more)
            is_done = not switch.is_more and any(name.startswith(switch.template) for name in self.done)
            if is_done or trials[kind] == _TRIALS or repr(switch.settings) in vain:
                continue
            trials[kind] += 1
            smallest = self._smallest(switch.settings)
            if smallest is None:
                vain.add(repr(switch.settings))
            else:
                yield self._noted(smallest)
        yield from self._guessed(chart_and_below, vain)

    def _guessed(self, chart_and_below: Iterable[Building], vain: set[str]) -> Iterator[Variant]:
        """What is found by trying values where no condition says which would do."""
        tried, end = set(vain), self.attempts.budget.seconds - _SECONDS
        for switch in guesses(chart_and_below, self.done):
            if len(tried) - len(vain) == _GUESSES or self.attempts.budget.seconds < end:
                return
            key = repr(switch.settings)
            if switch.template in self.done or key in tried:
                continue
            tried.add(key)
            found = self._trial(switch.settings, FlipBudget())
            found = found and self._smallest(switch.settings)
            if found is not None:
                yield self._noted(found)

    def _noted(self, found: Variant) -> Variant:
        for name, count in hosting(found.rendering).items():
            self.done[name] = max(self.done[name], count)
        return found

    def _smallest(self, settings: Settings) -> Variant | None:
        """The variant with as few of the settings as still render HostProcess somewhere new."""
        found = self._trial(settings)
        for route in list(settings) if found else []:
            fewer = {each: value for each, value in settings.items() if each != route}
            smaller = self._trial(fewer) if fewer else None
            if smaller is not None:
                settings, found = fewer, smaller
        return found

    def _trial(self, settings: Settings, budget: FlipBudget | None = None) -> Variant | None:
        if not (budget or self.attempts.budget).spend():
            return None
        profile = self.base.profile.with_switches(settings)
        base = self.base.installation
        installation = replace(base, api_versions=(*base.api_versions, *profile.api_versions))
        try:
            variant = self.attempts.variant(profile.name, profile, installation)
        except EngineError:
            return None
        return variant if hosting(variant.rendering) - self.done else None  # what there is more of
