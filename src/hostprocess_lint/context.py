"""What a rule may know beside the pod that it judges."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from .finding import Location

NEWEST_KUBERNETES = (1, 36)
"""The newest release whose validation code the rules were compared with (`../facts/hostprocess.md`, v1.36.2)."""

Version = tuple[int, int]
_NONE: Mapping[str, Any] = {}


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


class Context(NamedTuple):
    """The versions aimed at, the rules' parameters, and what other documents of the scan say, by name."""

    kubernetes: Version = NEWEST_KUBERNETES
    containerd: Version = (1, 7)
    allowed_accounts: tuple[str, ...] = ()
    approved_workloads: tuple[Approved, ...] | None = None
    require_digest: bool = False
    namespaces: Mapping[str, tuple[NamespaceLabel, ...]] = _NONE
    runtime_classes: Mapping[str, RuntimeClass] = _NONE
