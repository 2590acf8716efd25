"""HostProcess switched on where no profile of a chart has it: trials of values that its templates wait for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from .attempts import Attempts, Variant
from .engine.contract import EngineError, Rendering
from .profiles.building import Building
from .profiles.saying import how_often_host_process
from .profiles.switches import switches
from .templates.conditions import Settings

_TRIALS = 8


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
                for name, count in hosting(smallest.rendering).items():
                    self.done[name] = max(self.done[name], count)
                yield smallest

    def _smallest(self, settings: Settings) -> Variant | None:
        """The variant with as few of the settings as still render HostProcess somewhere new."""
        found = self._trial(settings)
        for route in list(settings) if found else []:
            fewer = {each: value for each, value in settings.items() if each != route}
            smaller = self._trial(fewer) if fewer else None
            if smaller is not None:
                settings, found = fewer, smaller
        return found

    def _trial(self, settings: Settings) -> Variant | None:
        if not self.attempts.budget.spend():
            return None
        profile = self.base.profile.with_switches(settings)
        base = self.base.installation
        installation = replace(base, api_versions=(*base.api_versions, *profile.api_versions))
        try:
            variant = self.attempts.variant(profile.name, profile, installation)
        except EngineError:
            return None
        return variant if hosting(variant.rendering) - self.done else None  # what there is more of
