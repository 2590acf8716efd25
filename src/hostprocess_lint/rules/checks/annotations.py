"""Rules about annotations that the runtime reads."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Level, Violation
from ...location import Label, Part
from ...pods.pod import Pod
from ..context import Context

_ROOT = "microsoft.com/hostprocess-rootfs-location"


def runtime_annotation(pod: Pod, _: Context) -> Iterator[Violation]:
    """replaceWithMountPoint in hcsshim cuts the last character off, in the belief that it is a backslash."""
    root = pod.metadata.written("annotations", _ROOT)
    if root is None:
        return
    yield Violation(Label(root.route), related=(Label(pod.because, "makes it a HostProcess pod"),))
    if isinstance(root.value, str) and root.value and not root.value.endswith("\\"):
        yield Violation(
            Label(root.route, "lacks its last backslash", Part.VALUE),
            message=f"`%CONTAINER_SANDBOX_MOUNT_POINT%` becomes `{root.value[:-1]}`, one letter short",
            hint=f"write `{root.value}\\`",
            level=Level.WARNING,
        )
