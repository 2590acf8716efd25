"""From which Kubernetes on a field counts: before that its feature gate is off, and the API server drops the field."""

from __future__ import annotations

from collections.abc import Iterator

from ..pods.pod import Container
from ..pods.view import View
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
    "volumes.image": (1, 35),
}
"""Field → the version in which its gate is first on by default (kubernetes/pkg/features/kube_features.go).

`resources` are the pod's. A field that is not here counts in every version that knows HostProcess.
"""


def is_looked_at(field: str, kubernetes: Version) -> bool:
    """Whether a cluster of that version looks at the field, unless somebody has set the gate otherwise."""
    return kubernetes >= ON_BY_DEFAULT.get(field, (1, 0))


def mounts(container: Container, kubernetes: Version) -> Iterator[View]:
    """What a container mounts; with the volumes that are images the API server drops their mounts, before it validates
    any (dropImageVolumes in kubernetes/pkg/api/pod/util.go).
    """
    for mount in container.items("volumeMounts"):
        volume = None if is_looked_at("volumes.image", kubernetes) else container.pod.volume(mount.text("name"))
        if volume is None or volume.written("image") is None:
            yield mount
