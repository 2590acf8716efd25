"""What a pod reaches on its node: the accounts it runs as, directories, pipes, the network, and secrets it is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..location import Location, Route
from ..pods.pod import Container, Pod
from ..pods.unknown import is_unknown
from ..pods.view import View
from ..rules.checks.accounts import INHERIT, OF_CONTAINERS
from ..rules.checks.groups import PRIVILEGED
from ..rules.checks.mounts import segments
from ..rules.checks.volumes import LIKE_A_PIPE
from .review import Thing

Locate = Callable[[Route], Location]

# Directories with which whoever writes to them has the node: Windows' own, and those of the kubelet and the runtime.
_NODES_OWN = ("windows", "program files/containerd", "programdata/containerd")
_KUBERNETES = ("etc/kubernetes", "k", "var/lib/kubelet", "var/lib/rancher", "etc/rancher", "programdata/kubernetes")
_RUNTIMES = ("containerd-containerd", "docker_engine", "crio", "csi-proxy", "rancher_wins", "proxy")
_PIPE = re.compile(r"""(?i)(?:npipe:)?[\\/]{2,8}(?:[.?]|localhost)[\\/]{1,4}pipe[\\/]{1,4}([^\s'"`;|&<>,)]{1,200})""")


def on_the_node(pod: Pod, locate: Locate) -> Iterator[Thing]:
    """All of it, each thing once for each place that says it."""
    yield from _accounts(pod, locate)
    for container in pod.containers:
        yield from _mounts(container, locate)
    yield from _pipes_in_texts(pod, locate)
    if pod.is_host_process or pod.data.get("hostNetwork") is True:
        note = "" if pod.data.get("hostNetwork") is True else "a HostProcess pod has no other, whatever it says"
        yield Thing("network", "the node's network", 2, note, _at(pod, locate, "hostNetwork"))
    for container in pod.containers:
        for port, route in ports(container):
            yield Thing("port", port, 1, "", (locate(route),))
    yield from _secrets(pod, locate)


def _accounts(pod: Pod, locate: Locate) -> Iterator[Thing]:
    """`processToken` in hcsshim's internal/jobcontainers/logon.go; with the annotation no account is read at all
    (`CreateProcess` in jobcontainer.go).
    """
    inherits = pod.metadata.written("annotations", INHERIT)
    if inherits and str(inherits.value).lower() == "true":
        yield Thing("account", "the runtime's own account", 3, f"annotation {INHERIT}", (locate(inherits.route),))
        return
    for container in pod.host_process_containers:
        account = container.account
        place = (locate(account.route if account.value is not None else container.origin),)
        if is_unknown(account.value):
            yield Thing("account", "an account that is filled in later", 2, "", place)
        elif not isinstance(account.value, str):
            yield Thing("account", "no account", 1, "the image's user, if that is one of the node's", place)
        else:
            yield Thing("account", account.value, *_account(account.value), place)


def _account(name: str) -> tuple[int, str]:
    """How far an account reaches, and what it is."""
    if OF_CONTAINERS.match(name):
        return 1, "an account of containers, which no node has"
    lower = name.lower().removeprefix("nt authority\\").removeprefix("builtin\\")
    if lower in ("system", "localsystem", "local system"):
        return 3, "everything on the node"
    if lower in PRIVILEGED or lower == "administrator":
        return 3, "a privileged group of the node"
    if lower.replace(" ", "") in ("localservice", "networkservice"):
        return 1, "a service account of the node with few rights"
    return 2, "" if "\\" in name else "a group of the node, whose rights the manifest does not show"


def _mounts(container: Container, locate: Locate) -> Iterator[Thing]:
    for mount, path, _volume in container.host_path_mounts():
        pipe = _PIPE.match(path.value)
        if pipe or re.match(LIKE_A_PIPE, path.value):
            yield _pipe(pipe[1] if pipe else path.value, (locate(path.route),))
            continue
        note = "read only" if mount.data.get("readOnly") is True else ""
        yield Thing("directory", path.value, _directory(path.value), note, (locate(mount.route),))


def _directory(path: str) -> int:
    parts = "/".join(segments(path))
    if not parts or re.fullmatch(r"[a-z]:", parts) or _below(parts, _NODES_OWN):
        return 3
    return 2 if _below(parts, _KUBERNETES) else 1


def _below(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def _pipe(name: str, places: tuple[Location, ...]) -> Thing:
    parts = re.split(r"[\\/]+", name.strip("\\/"))
    weight = 3 if any(part.lower().startswith(_RUNTIMES) for part in parts) else 1
    return Thing("pipe", "\\\\.\\pipe\\" + "\\".join(parts), weight, "", places)


def _pipes_in_texts(pod: Pod, locate: Locate) -> Iterator[Thing]:
    """Pipes need no mount: a HostProcess container opens them by their names (KEP-1981)."""
    for container in pod.host_process_containers:
        for route, text in _texts(container):
            for pipe in _PIPE.finditer(text):
                yield _pipe(pipe[1], (locate(route),))


def _texts(container: Container) -> Iterator[tuple[Route, str]]:
    for field in ("command", "args"):
        found = container.written(field)
        for index, item in enumerate(found.value if found and isinstance(found.value, list) else ()):
            if found and isinstance(item, str):
                yield (*found.route, index), item
    for variable in container.items("env"):
        value = variable.text("value")
        if value:
            yield (*variable.route, "value"), value


def _secrets(pod: Pod, locate: Locate) -> Iterator[Thing]:
    """Secrets in volumes and variables."""
    for volume in pod.items("volumes"):
        for view in (volume, *volume.items("projected", "sources")):
            name = view.text("secret", "secretName") or view.text("secret", "name")
            if name:
                yield _secret(name, "a volume", locate(view.route))
    for container in pod.containers:
        for variable in container.items("env"):
            if name := variable.text("valueFrom", "secretKeyRef", "name"):
                yield _secret(name, "a variable", locate(variable.route))
        for source in container.items("envFrom"):
            if name := source.text("secretRef", "name"):
                yield _secret(name, "variables", locate(source.route))


def _secret(name: str, given: str, place: Location) -> Thing:
    return Thing("secret", f"Secret {name}", 2, f"given as {given}", (place,))


def _at(view: View, locate: Locate, *path: str) -> tuple[Location, ...]:
    written = view.written(*path)
    return (locate(written.route),) if written else ()


def command_as_written(container: Container) -> str:
    """What a container runs, in one line as it is written."""
    return " ".join(str(part) for field in ("command", "args") for part in words(container, field))


def words(container: Container, field: str) -> list[Any]:
    """What stands in `command` or `args`."""
    found = container.written(field)
    return found.value if found and isinstance(found.value, list) else []


def ports(container: Container) -> Iterator[tuple[str, Route]]:
    """The ports that a container says it opens, on the node where it says one there; one without a number is none."""
    for port in container.items("ports"):
        number = port.data.get("hostPort") or port.data.get("containerPort")
        if number is not None:
            yield f"{port.text('protocol') or 'TCP'} {number}", port.route
