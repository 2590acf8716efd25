"""Paths of a Windows node, compared as Windows does, and which of them a pod itself brings there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from .commandline import IMAGE_ROOT, REPLACED
from .folders import Folders, Segments
from .pod import Container, Pod

ON_NODES: tuple[Segments, ...] = (
    ("windows",),
    ("program files",),
    ("program files (x86)",),
    ("programdata",),
    ("users",),
    ("hpc",),
    ("k",),
    ("opt", "cni"),
    ("etc", "cni"),
    ("etc", "kubernetes"),
    ("var", "lib", "kubelet"),
)
"""Directories of every Windows node, the image's, and those that the usual set-ups of a node make."""

_SEPARATOR = re.compile(r"[\\/]+")
_DRIVE = re.compile(r"[A-Za-z]:(?=[\\/]|\Z)")
_REPLACED_IN_LOWER_CASE = tuple(form.lower() for form in REPLACED)


class Places:
    """Some directories and files, for asking what lies in them."""

    def __init__(self, paths: Iterable[Segments]) -> None:
        self._held: Folders[None] = Folders()
        for path in paths:
            self._held.keep(path, None)

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, path: str) -> bool:
        """Whether a path is one of them or below one."""
        return self._held.nearest(cut(path)) is not None


def cut(path: str) -> Segments:
    """A path's segments, with `.` and `..` resolved and a relative path taken from the drive's root."""
    found: list[str] = []
    drive = _DRIVE.match(path)
    if drive and drive[0].lower() != "c:":
        found.append(drive[0].lower())
    for segment in _SEPARATOR.split(path[drive.end() :] if drive else path):
        if segment == "..":
            del found[-1:]
        elif segment not in ("", "."):
            found.append(segment.lower())
    return tuple(found)


def is_rooted(path: str) -> bool:
    """Whether a path begins at the root of the current drive: no drive of its own, and no UNC path."""
    return path[:1] in ("/", "\\") and path[1:2] not in ("/", "\\")


def is_on_drive(path: str) -> bool:
    return _DRIVE.match(path) is not None


def is_relative(path: str) -> bool:
    """Whether a path has a separator and no fixed beginning, not even a variable's value."""
    if path[:1] in ("/", "\\", "%", "$") or path[1:2] == ":" or "://" in path:
        return False
    return _SEPARATOR.search(path) is not None


def in_image(path: str) -> bool:
    """Whether a path begins with what the runtime replaces by the image's directory."""
    return path.startswith(REPLACED)


def shared_place(container: Container, path: str) -> Segments:
    """Where a path of a container is for the other containers of its pod, below the volume that is mounted there, or on
    the node; nowhere where only the container itself has it, and where its directory is not said.
    """
    segments = cut(path)
    own = path.lower().startswith(_REPLACED_IN_LOWER_CASE) or segments[:1] == cut(IMAGE_ROOT)
    if own or is_relative(path) or not _SEPARATOR.search(path):
        return ()
    mounted = _mounted_at(container).nearest(segments)
    return (*mounted[1], *segments[len(mounted[0]) :]) if mounted else segments


def own_place(container: Container, path: str) -> Segments:
    """The same for what the container itself runs later, in its own directory too."""
    return shared_place(container, path) or (cut(path) if _SEPARATOR.search(path) else ())


@lru_cache(maxsize=64)
def _mounted_at(container: Container) -> Folders[Segments]:
    """The places where a container mounts something, and what: a volume's name, or the directory of the node."""
    of_node = host_paths(container.pod)
    found: Folders[Segments] = Folders()
    for mount in container.items("volumeMounts"):
        name, path, part = mount.text("name") or "", mount.text("mountPath"), mount.text("subPath") or ""
        if path:
            source = cut(of_node[name]) if name in of_node else (f":{name}",)  # no directory is called so
            found.keep(cut(path), (*source, *cut(part)))
    return found


def brings(container: Container, path: str) -> bool:
    """Whether the pod itself brings a path: by a mount of the container, or as what a volume names of the node."""
    return _mounted_at(container).nearest(cut(path)) is not None or _named(container.pod).hold(path)


@lru_cache(maxsize=16)
def _named(pod: Pod) -> Places:
    return Places(map(cut, host_paths(pod).values()))


@lru_cache(maxsize=16)
def host_paths(pod: Pod) -> Mapping[str, str]:
    """The directories and files of the node that a pod's volumes name, by the volumes' names."""
    found = ((volume.text("name"), volume.text("hostPath", "path")) for volume in pod.items("volumes"))
    return {name: path for name, path in found if name and path}
