"""Rules about volumes and where they are mounted."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import Context
from ..finding import Label, Part, Violation
from ..pod import Container, Pod, View, Written

PIPE = "\\\\.\\pipe\\"
"""The one prefix by which containerd and hcsshim know a named pipe (isnamedPipePath, case-sensitive)."""


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
                Label(mount.route, "mounts a named pipe"),
                related=(Label(path.route, "the pipe"), Label(container.origin, "a HostProcess container")),
                container=container.name,
            )


def socket_mount(container: Container, _: Context) -> Iterator[Violation]:
    for mount, path, volume in host_path_mounts(container):
        if path.value.lower().endswith((".sock", ".socket")) or volume.text("hostPath", "type") == "Socket":
            yield Violation(
                Label(mount.route, "mounts a Unix socket"),
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
                yield Violation(
                    Label(propagation.route, "for privileged containers only", Part.VALUE), container=container.name
                )
