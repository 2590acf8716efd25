"""Rules about volumes and where they are mounted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...finding import Label, Part, Violation
from ...pods.pod import Container, Pod, View, Written
from ..context import Context

PIPE = "\\\\.\\pipe\\"
"""The one prefix by which containerd and hcsshim know a named pipe (isnamedPipePath, case-sensitive)."""


# What people write for a pipe; over-escaped and Docker's spellings among it.
_LIKE_A_PIPE = re.compile(r"(?i)npipe:|[\\/]{2,}(?:[.?]|localhost)[\\/]+pipe[\\/]")


def host_path_mounts(container: Container) -> Iterator[tuple[View, Written, View]]:
    """Each volumeMount of a hostPath volume, the volume's path, and the volume."""
    for mount in container.items("volumeMounts"):
        volume = container.pod.volume(mount.text("name"))
        path = volume.written("hostPath", "path") if volume else None
        if volume and path and isinstance(path.value, str):
            yield mount, path, volume


def pipe_mount(container: Container, _: Context) -> Iterator[Violation]:
    """hcsshim refuses the mount by the source's prefix; a pipe that no container mounts does no harm."""
    for mount, path, _volume in host_path_mounts(container):
        if path.value.startswith(PIPE):
            yield Violation(
                Label(mount.route),
                related=(Label(path.route, "the pipe"), Label(container.origin, "a HostProcess container")),
                container=container.name,
            )


def socket_mount(container: Container, _: Context) -> Iterator[Violation]:
    for mount, path, volume in host_path_mounts(container):
        if _is_socket(path, volume):
            yield Violation(
                Label(mount.route),
                related=(Label(path.route, "the socket"), Label(container.origin, "a HostProcess container")),
                container=container.name,
            )


def bidirectional_propagation(pod: Pod, _: Context) -> Iterator[Violation]:
    """validateMountPropagation: a HostProcess container does not count as privileged."""
    for container in pod.containers:
        privileged = container.written("securityContext", "privileged")
        if privileged and privileged.value is True:
            continue
        for mount in container.items("volumeMounts"):
            propagation = mount.written("mountPropagation")
            if propagation and propagation.value == "Bidirectional":
                yield Violation(Label(propagation.route, part=Part.VALUE), container=container.name)


def _is_socket(path: Written, volume: View) -> bool:
    return path.value.lower().endswith((".sock", ".socket")) or volume.text("hostPath", "type") == "Socket"


def pipe_spelling(container: Container, _: Context) -> Iterator[Violation]:
    for mount, path, _volume in host_path_mounts(container):
        if _LIKE_A_PIPE.match(path.value) and not path.value.startswith(PIPE):
            yield Violation(Label(mount.route), related=(Label(path.route, "the pipe"),), container=container.name)


def host_path_volume(container: Container, _: Context) -> Iterator[Violation]:
    """Pipes and sockets are judged by rules of their own."""
    for mount, path, volume in host_path_mounts(container):
        if not _LIKE_A_PIPE.match(path.value) and not _is_socket(path, volume):
            yield Violation(
                Label(mount.route), related=(Label(path.route, "the node's directory"),), container=container.name
            )


def mount_propagation(container: Container, _: Context) -> Iterator[Violation]:
    """translateMountPropagation: always private on Windows. Bidirectional is refused unless privileged (HPC109)."""
    privileged = container.written("securityContext", "privileged")
    for mount in container.items("volumeMounts"):
        propagation = mount.written("mountPropagation")
        refused = propagation and propagation.value == "Bidirectional" and not (privileged and privileged.value is True)
        if propagation and propagation.value != "None" and not refused:
            yield Violation(Label(propagation.route), container=container.name)


def memory_volume(pod: Pod, _: Context) -> Iterator[Violation]:
    """The Windows mounter makes a directory of a tmpfs (mount-utils/mount_windows.go)."""
    mounted = {mount.text("name") for container in pod.containers for mount in container.items("volumeMounts")}
    for volume in pod.items("volumes"):
        medium = volume.written("emptyDir", "medium")
        if medium and medium.value == "Memory" and volume.text("name") in mounted:
            yield Violation(Label(medium.route))


def unsupported_volume(container: Container, _: Context) -> Iterator[Violation]:
    devices = container.written("volumeDevices")
    if devices and devices.value:
        yield Violation(Label(devices.route, part=Part.KEY), container=container.name)
    for mount in container.items("volumeMounts"):
        volume = container.pod.volume(mount.text("name"))
        image = volume.written("image") if volume else None
        if image:
            yield Violation(Label(mount.route), related=(Label(image.route, "an image"),), container=container.name)
    for kind in ("limits", "requests"):
        amounts = container.written("resources", kind)
        for name in amounts.value if amounts and isinstance(amounts.value, dict) else ():
            if name.startswith("hugepages-"):
                yield Violation(Label((*container.route, "resources", kind, name)), container=container.name)
