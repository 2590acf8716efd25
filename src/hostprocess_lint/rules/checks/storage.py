"""Rules about kinds of storage that Windows does not have."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Violation
from ...location import Label, Part
from ...pods.pod import Container, Pod
from ...pods.view import View, Written
from ..context import Context
from ..gates import is_looked_at

_IMAGE_VOLUMES = (1, 31)
"""The first Kubernetes that knows the field."""


def memory_volume(pod: Pod, _: Context) -> Iterator[Violation]:
    """The Windows mounter makes a directory of a tmpfs (mount-utils/mount_windows.go)."""
    for volume in _mounted(pod):
        medium = volume.written("emptyDir", "medium")
        if medium and medium.value == "Memory":
            yield Violation(Label(medium.route))


def unsupported_volume(container: Container, context: Context) -> Iterator[Violation]:
    """While the gate ImageVolume is off the API server drops image volumes with their mounts (dropImageVolumes in
    kubernetes/pkg/api/pod/util.go), and before 1.31 it does not know them, which is HPC116.

    Before 2.1 containerd has none either; since then it mounts them on Windows too (mutateMounts in
    internal/cri/server/container_image_mount.go), and nobody is known to have tried that.
    """
    if context.kubernetes < _IMAGE_VOLUMES:
        return
    for mount in container.items("volumeMounts"):
        volume = container.pod.volume(mount.text("name"))
        image = volume.written("image") if volume else None
        if image:
            label, message = _of_an_image(context)
            yield Violation(
                Label(mount.route, label),
                message=message,
                related=(Label(image.route, "an image"),),
                container=container.name,
            )


def _of_an_image(context: Context) -> tuple[str, str | None]:
    """What becomes of a mount of an image: a label, and a message where it is not the page's title."""
    if not is_looked_at("volumes.image", context.kubernetes):
        version = f"{context.kubernetes[0]}.{context.kubernetes[1]}"
        return "dropped with its volume", f"Kubernetes {version} drops image volumes, unless their gate is switched on"
    untried = "image volumes are not known to work in a HostProcess container"
    return "", untried if context.containerd >= (2, 1) else None


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
