"""What a rule may know beside the pod that it judges."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..finding import Level, Location

NEWEST_KUBERNETES = (1, 36)
"""The newest release whose validation code the rules were compared with (`../facts/hostprocess.md`, v1.36.2)."""

Version = tuple[int, int]
_NONE: Mapping[str, Any] = {}


def version(text: str) -> Version | None:
    """1.29 of `1.29`, `v1.29` or `1.29.3`; None for anything else."""
    parts = text.removeprefix("v").split(".")
    if len(parts) not in (2, 3) or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    return int(parts[0]), int(parts[1])


class NamespaceLabel(NamedTuple):
    """What a Namespace in the scan says about Pod Security, and where. `mode` is `enforce`, `audit` or `warn`."""

    mode: str
    level: str
    location: Location


class RuntimeClass(NamedTuple):
    """A RuntimeClass in the scan: its handler, and the node labels that it schedules by."""

    handler: str
    node_selector: Mapping[str, object]
    location: Location


class Approved(NamedTuple):
    """Which workloads may be HostProcess: patterns with `*`, of which None matches anything."""

    kind: str | None = None
    namespace: str | None = None
    name: str | None = None
    image: str | None = None


class Override(NamedTuple):
    """What is otherwise for the sources whose paths it covers. `parameters` are fields of Context."""

    covers: Callable[[str], bool]
    levels: Mapping[str, Level | None]
    parameters: Mapping[str, Any]


class Context(NamedTuple):
    """The versions aimed at, the rules' parameters, and what other documents of the scan say, by name.

    `levels` replace those of the rules, by id; None turns a rule off.
    """

    kubernetes: Version = NEWEST_KUBERNETES
    containerd: Version = (1, 7)
    allowed_accounts: tuple[str, ...] = ()
    approved_workloads: tuple[Approved, ...] | None = None
    require_digest: bool = False
    namespaces: Mapping[str, tuple[NamespaceLabel, ...]] = _NONE
    runtime_classes: Mapping[str, RuntimeClass] = _NONE
    levels: Mapping[str, Level | None] = _NONE
    overrides: tuple[Override, ...] = ()

    def fixed(self, fields: Mapping[str, Any]) -> "Context":
        """The same with some fields that no override changes."""
        overrides = (
            item._replace(parameters={name: value for name, value in item.parameters.items() if name not in fields})
            for item in self.overrides
        )
        return self._replace(overrides=tuple(overrides), **fields)

    def at(self, path: str) -> "Context":
        """What holds for the source of that path; of several overrides the last wins."""
        found = self
        for override in self.overrides:
            if override.covers(path):
                found = found._replace(levels={**found.levels, **override.levels}, **override.parameters)
        return found

    def within(self, versions: str) -> "Context":
        """What holds for a source that asks for a range of Kubernetes versions: the newest of them, not beyond ours."""
        if not versions:
            return self
        from .kuberange import newest

        return self._replace(kubernetes=newest(versions, self.kubernetes) or self.kubernetes)
