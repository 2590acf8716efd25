"""HostProcess switched on where no profile of a chart has it: trials of values that its templates wait for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .attempts import Attempts, Variant
from .engine.contract import EngineError, Rendering, Values
from .profiles.switches import says_host_process, switches
from .templates.conditions import Settings
from .templates.templates import Templates

_TRIALS = 8


def hosting(rendering: Rendering) -> set[str]:
    """The templates that rendered HostProcess, by Helm's names for them without the chart's."""
    return {name.partition("/")[2] for name, text in rendering.items() if says_host_process(text)}


@dataclass(frozen=True, slots=True)
class Switching:
    """Trials on top of one rendered profile. `done` are the templates that have rendered HostProcess; it grows."""

    attempts: Attempts
    templates: Templates
    base: Variant
    done: set[str]

    def found(self, effective: Values) -> Iterator[Variant]:
        trials = Counter[bool]()
        vain: set[str] = set()
        for switch in switches(self.attempts.chart, self.templates, effective, self.done):
            is_spent = trials[switch.is_built] == _TRIALS or repr(switch.settings) in vain
            if is_spent or any(name.startswith(switch.template) for name in self.done):
                continue
            trials[switch.is_built] += 1
            smallest = self._smallest(switch.settings)
            if smallest is None:
                vain.add(repr(switch.settings))
            else:
                self.done.update(hosting(smallest.rendering))
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
        return variant if hosting(variant.rendering) - self.done else None
