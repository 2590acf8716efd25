"""From which Kubernetes on a field counts: before that its feature gate is off, and the API server drops the field."""

from __future__ import annotations

from .targets import Version

ON_BY_DEFAULT: dict[str, Version] = {
    "os": (1, 24),
    "appArmorProfile": (1, 30),
    "recursiveReadOnly": (1, 31),
    "hostUsers": (1, 33),
    "procMount": (1, 33),
    "seLinuxChangePolicy": (1, 33),
    "supplementalGroupsPolicy": (1, 33),
    "resources": (1, 34),
    "hostnameOverride": (1, 35),
}
"""Field → the version in which its gate is first on by default (kubernetes/pkg/features/kube_features.go).

`resources` are the pod's. A field that is not here counts in every version that knows HostProcess.
"""


def counts(field: str, kubernetes: Version) -> bool:
    """Whether a cluster of that version looks at the field, unless somebody has set the gate otherwise."""
    return kubernetes >= ON_BY_DEFAULT.get(field, (1, 0))
