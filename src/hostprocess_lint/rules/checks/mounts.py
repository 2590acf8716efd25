"""Rules about how and where a container mounts something."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...finding import Violation
from ...location import Label, Part
from ...pods.pod import Container, Pod
from ..context import Context
from ..gates import is_looked_at, mounts

_SEPARATOR = re.compile(r"[\\/]+")
_DRIVE = re.compile(r"[A-Za-z]:(?=[\\/]|\Z)")

# Directories of every Windows node, of its kubelet, of network plugins, and of the image (KEP-1981; the defaults of
# kubelet, kubeadm and containerd on Windows). What lies below them is a program's own, but for these.
_OF_NODES = frozenset(
    (
        "hpc",
        "program files",
        "program files (x86)",
        "program files/containerd",
        "program files/containerd/cni",
        "program files/containerd/cni/bin",
        "program files/containerd/cni/conf",
        "program files/windowspowershell",
        "programdata",
        "programdata/containerd",
        "programdata/microsoft",
        "users",
        "users/public",
        "windows",
        "windows/fonts",
        "windows/inf",
        "windows/logs",
        "windows/system32",
        "windows/system32/config",
        "windows/system32/drivers",
        "windows/system32/drivers/etc",
        "windows/system32/wbem",
        "windows/system32/windowspowershell",
        "windows/system32/windowspowershell/v1.0",
        "windows/syswow64",
        "windows/temp",
        "etc",
        "etc/cni",
        "etc/cni/net.d",
        "etc/kubernetes",
        "etc/kubernetes/manifests",
        "etc/kubernetes/pki",
        "opt/cni",
        "opt/cni/bin",
        "var",
        "var/lib",
        "var/lib/kubelet",
        "var/lib/kubelet/pki",
        "var/lib/kubelet/plugins",
        "var/lib/kubelet/plugins_registry",
        "var/lib/kubelet/pods",
        "var/log",
        "var/log/containers",
        "var/log/pods",
    )
)


def bidirectional_propagation(pod: Pod, context: Context) -> Iterator[Violation]:
    """validateMountPropagation: a HostProcess container does not count as privileged."""
    for container in pod.containers:
        privileged = container.written("securityContext", "privileged")
        if privileged and privileged.value is True:
            continue
        for mount in mounts(container, context.kubernetes):
            propagation = mount.written("mountPropagation")
            if propagation and propagation.value == "Bidirectional":
                yield Violation(Label(propagation.route, part=Part.VALUE), container=container.name)


def mount_propagation(container: Container, _: Context) -> Iterator[Violation]:
    """translateMountPropagation: always private on Windows. Bidirectional is refused unless privileged (HPC109)."""
    privileged = container.written("securityContext", "privileged")
    for mount in container.items("volumeMounts"):
        propagation = mount.written("mountPropagation")
        accepted = (
            ("HostToContainer", "Bidirectional") if privileged and privileged.value is True else ("HostToContainer",)
        )
        if propagation and propagation.value in accepted:
            yield Violation(Label(propagation.route), container=container.name)


def recursive_read_only(container: Container, context: Context) -> Iterator[Violation]:
    """resolveRecursiveReadOnly in the kubelet's kubelet_pods.go: no runtime offers it on Windows."""
    if not is_looked_at("recursiveReadOnly", context.kubernetes):
        return
    for mount in container.items("volumeMounts"):
        asked = mount.written("recursiveReadOnly")
        if asked and asked.value == "Enabled":
            yield Violation(Label(asked.route, part=Part.VALUE), container=container.name)


def mount_on_drive_root(container: Container, _: Context) -> Iterator[Violation]:
    """parseMount of containerd's spec_windows_opts.go, which cleans the path first."""
    for mount in container.items("volumeMounts"):
        path = mount.written("mountPath")
        if path and isinstance(path.value, str) and path.value and not segments(path.value):
            yield Violation(Label(path.route, part=Part.VALUE), container=container.name)


def hidden_host_directory(container: Container, context: Context) -> Iterator[Violation]:
    """With bind mounts the volume lies on top (setupMounts in hcsshim's mounts.go); a directory of the node that is
    mounted at its own path hides nothing.
    """
    if context.containerd < (1, 7):
        return
    for mount in container.items("volumeMounts"):
        path = mount.text("mountPath")
        parts = segments(path) if path else ()
        if "/".join(parts) in _OF_NODES:
            volume = container.pod.volume(mount.text("name"))
            source = volume.text("hostPath", "path") if volume else None
            if source is None or segments(source) != parts:
                yield Violation(Label((*mount.route, "mountPath"), part=Part.VALUE), container=container.name)


def segments(path: str) -> tuple[str, ...]:
    """A path's names on the system drive, in lower case, with `.` and `..` resolved; another drive comes first.

    A path without a drive is taken from the root of drive C (MakeAbsolutePath in kubernetes/pkg/volume/util/util.go).
    """
    found: list[str] = []
    drive = _DRIVE.match(path)
    if drive and drive[0].lower() != "c:":
        found.append(drive[0].lower())
    for name in _SEPARATOR.split(path[drive.end() :] if drive else path):
        if name == "..":
            del found[-1:]
        elif name not in ("", "."):
            found.append(name.lower())
    return tuple(found)
