"""Rules about directories and files of the node that are mounted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...finding import Violation
from ...location import Label, Part
from ...pods.pod import Container
from ...pods.view import View, Written
from ..context import Context
from .mounts import segments

PIPE = "\\\\.\\pipe\\"
"""The one prefix by which containerd and hcsshim know a named pipe (isnamedPipePath, case-sensitive)."""

# What people write for a pipe; over-escaped and Docker's spellings among it.
LIKE_A_PIPE = r"(?i)npipe:|[\\/]{2,}(?:[.?]|localhost)[\\/]+pipe[\\/]"
_DEVICES = ("CharDevice", "BlockDevice")

# Directories and files of Linux that no Windows node has, and that nobody makes there for a purpose.
_OF_LINUX = (
    *("boot", "dev", "lib", "lib64", "proc", "run", "sbin", "sys", "usr"),
    *(f"etc/{name}" for name in ("group", "localtime", "machine-id", "os-release", "pki", "shadow", "systemd")),
    *(f"etc/{name}" for name in ("passwd", "resolv.conf", "timezone", "udev")),
    "var/lib/dbus",
)


def pipe_mount(container: Container, _: Context) -> Iterator[Violation]:
    """hcsshim refuses the mount by the source's prefix; a pipe that no container mounts does no harm."""
    for mount, path, _volume in container.host_path_mounts():
        if path.value.startswith(PIPE):
            yield Violation(
                Label(mount.route),
                related=(Label(path.route, "the pipe"), Label(container.origin, "a HostProcess container")),
                container=container.name,
            )


def pipe_spelling(container: Container, _: Context) -> Iterator[Violation]:
    for mount, path, _volume in container.host_path_mounts():
        if re.match(LIKE_A_PIPE, path.value) and not path.value.startswith(PIPE):
            yield Violation(Label(mount.route), related=(Label(path.route, "the pipe"),), container=container.name)


def socket_mount(container: Container, _: Context) -> Iterator[Violation]:
    for mount, path, volume in container.host_path_mounts():
        if _is_socket(path, volume):
            yield Violation(
                Label(mount.route),
                related=(Label(path.route, "the socket"), Label(container.origin, "a HostProcess container")),
                container=container.name,
            )


def device_mount(container: Container, _: Context) -> Iterator[Violation]:
    """The kubelet looks at the type before it mounts (checkType in kubernetes/pkg/volume/hostpath/host_path.go), and
    there is no device file on Windows that it could find.
    """
    for mount, path, volume in container.host_path_mounts():
        if _device(volume):
            yield Violation(
                Label((*volume.route, "hostPath", "type"), part=Part.VALUE),
                related=(Label(path.route, "is no device on Windows"), Label(mount.route, "mounted here")),
                container=container.name,
            )


def linux_host_path(container: Container, _: Context) -> Iterator[Violation]:
    """containerd makes a hostPath that is missing (MkdirAll in spec_windows_opts.go): an empty directory."""
    for mount, path, volume in container.host_path_mounts():
        if is_of_linux(path.value) and not _is_socket(path, volume) and not _device(volume):
            yield Violation(
                Label(mount.route), related=(Label(path.route, "only Linux has this"),), container=container.name
            )


def host_path_volume(container: Container, _: Context) -> Iterator[Violation]:
    """Pipes, sockets, devices and what only Linux has are judged by rules of their own."""
    for mount, path, volume in container.host_path_mounts():
        elsewhere = re.match(LIKE_A_PIPE, path.value) or _is_socket(path, volume) or _device(volume)
        if not elsewhere and not is_of_linux(path.value):
            yield Violation(
                Label(mount.route), related=(Label(path.route, "the node's directory"),), container=container.name
            )


def is_of_linux(path: str) -> bool:
    """Whether a rooted path without a drive lies where only Linux has something."""
    if path[:1] not in ("/", "\\") or path[1:2] in ("/", "\\"):
        return False
    parts = segments(path)
    return any("/".join(parts[:size]) in _OF_LINUX for size in (1, 2, 3))


def _is_socket(path: Written, volume: View) -> bool:
    return path.value.lower().endswith((".sock", ".socket")) or volume.text("hostPath", "type") == "Socket"


def _device(volume: View) -> bool:
    return volume.text("hostPath", "type") in _DEVICES
