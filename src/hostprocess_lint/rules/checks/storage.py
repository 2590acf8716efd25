"""Rules about kinds of storage that Windows does not have."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Violation
from ...location import Label, Part
from ...pods.pod import Container, Pod
from ...pods.view import View, Written
from ..context import Context


def memory_volume(pod: Pod, _: Context) -> Iterator[Violation]:
    """The Windows mounter makes a directory of a tmpfs (mount-utils/mount_windows.go)."""
    for volume in _mounted(pod):
        medium = volume.written("emptyDir", "medium")
        if medium and medium.value == "Memory":
            yield Violation(Label(medium.route))


def unsupported_volume(container: Container, context: Context) -> Iterator[Violation]:
    """Before 2.1 containerd has no image volumes; since then it mounts them on Windows too (mutateMounts in
    internal/cri/server/container_image_mount.go), and nobody is known to have tried that.
    """
    for mount in container.items("volumeMounts"):
        volume = container.pod.volume(mount.text("name"))
        image = volume.written("image") if volume else None
        if image:
            untried = "image volumes are not known to work in a HostProcess container"
            yield Violation(
                Label(mount.route),
                message=untried if context.containerd >= (2, 1) else None,
                related=(Label(image.route, "an image"),),
                container=container.name,
            )


def unsupported_device(container: Container, _: Context) -> Iterator[Violation]:
    """MapBlockVolume is not implemented on Windows (kubernetes/pkg/volume/util), and no Windows node has huge pages."""
    devices = container.written("volumeDevices")
    if devices and devices.value:
        yield Violation(
            Label(devices.route, part=Part.KEY),
            message="HostProcess container uses a raw block device, which Windows nodes cannot map",
            container=container.name,
        )
    for places in _huge_pages(container).values():
        first, *more = places
        yield Violation(
            Label(first.route),
            message="HostProcess container asks for huge pages, which no Windows node has",
            related=tuple(Label(each.route, "asked for here as well") for each in more),
            container=container.name,
        )
    for mount in container.items("volumeMounts"):
        volume = container.pod.volume(mount.text("name"))
        medium = volume.written("emptyDir", "medium") if volume else None
        if medium and isinstance(medium.value, str) and medium.value.startswith("HugePages"):
            yield Violation(
                Label(medium.route, part=Part.VALUE),
                message="`emptyDir` of huge pages, which no Windows node has",
                related=(Label(mount.route, "mounted here"),),
                container=container.name,
            )


def _huge_pages(container: Container) -> dict[str, list[Written]]:
    """Each size that is asked for, with where that is."""
    found: dict[str, list[Written]] = {}
    for kind in ("limits", "requests"):
        amounts = container.written("resources", kind)
        if amounts is None or not isinstance(amounts.value, dict):
            continue
        for name, amount in amounts.value.items():
            if name.startswith("hugepages-"):
                found.setdefault(name, []).append(Written(amount, (*amounts.route, name)))
    return found


def _mounted(pod: Pod) -> Iterator[View]:
    """The volumes that some container mounts: the kubelet sets up no others."""
    names = {mount.text("name") for container in pod.containers for mount in container.items("volumeMounts")}
    return (volume for name, volume in pod.volumes.items() if name in names)
