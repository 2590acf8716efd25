"""Rules about Linux's fields in Windows pods: forbidden by the pod's `os`, or of no use."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Violation
from ...location import Label, Part
from ...pods.pod import Pod
from ...pods.view import View, Written
from ..context import Context
from ..gates import is_looked_at

# validateWindows in kubernetes/pkg/apis/core/validation (v1.36): what `os.name: windows` forbids, whatever its value …
FORBIDDEN_IN_POD = (
    ("hostUsers",),
    ("shareProcessNamespace",),
    ("resources",),  # validatePodResources
    *(
        ("securityContext", name)
        for name in (
            "appArmorProfile",
            "seLinuxOptions",
            "seccompProfile",
            "fsGroup",
            "fsGroupChangePolicy",
            "runAsUser",
            "runAsGroup",
            "supplementalGroups",
            "supplementalGroupsPolicy",
            "seLinuxChangePolicy",
        )
    ),
)
# … and what only where it is more than nothing: booleans that are no pointers, and a list.
_FORBIDDEN_UNLESS_EMPTY = (("hostPID",), ("hostIPC",), ("securityContext", "sysctls"))
FORBIDDEN_IN_CONTAINER = tuple(
    ("securityContext", name)
    for name in (
        "appArmorProfile",
        "seLinuxOptions",
        "seccompProfile",
        "capabilities",
        "readOnlyRootFilesystem",
        "privileged",
        "allowPrivilegeEscalation",
        "procMount",
        "runAsUser",
        "runAsGroup",
    )
)


def linux_os(pod: Pod, context: Context) -> Iterator[Violation]:
    """validateLinux: an empty `windowsOptions` block is one block too many."""
    name = pod.written("os", "name") if is_looked_at("os", context.kubernetes) else None
    if name and name.value == "linux" and pod.windows_options:
        blocks = tuple(Label(options.route, "Windows options", Part.KEY) for options in pod.windows_options)
        yield Violation(Label(name.route), related=blocks)


def windows_forbidden_field(pod: Pod, context: Context) -> Iterator[Violation]:
    if pod.os != "windows" or not is_looked_at("os", context.kubernetes):
        return
    because = Label((*pod.route, "os", "name"), "forbids it")
    for written in _of(pod, FORBIDDEN_IN_POD):
        if is_looked_at(str(written.route[-1]), context.kubernetes):
            yield _forbidden(written, because, None)
    for written in _of(pod, _FORBIDDEN_UNLESS_EMPTY):
        if written.value is not False and written.value != []:
            yield _forbidden(written, because, None)
    for container in pod.containers:
        for written in _of(container, FORBIDDEN_IN_CONTAINER):
            if is_looked_at(str(written.route[-1]), context.kubernetes):
                yield _forbidden(written, because, container.name)


def _of(view: View, paths: tuple[tuple[str, ...], ...]) -> Iterator[Written]:
    return (written for path in paths if (written := view.written(*path)))


def _forbidden(written: Written, because: Label, container: str | None) -> Violation:
    return Violation(
        Label(written.route),
        message=f"`{written.route[-1]}` is set on a pod with `os.name: windows`",
        related=(because,),
        container=container,
    )


def pod_level_resources(pod: Pod, context: Context) -> Iterator[Violation]:
    """features_windows.go of the kubelet; with `os.name: windows` the API server refuses them before (HPC105)."""
    resources = pod.written("resources")
    if resources and resources.value and pod.os != "windows" and is_looked_at("resources", context.kubernetes):
        yield Violation(Label(resources.route), related=(Label(pod.because, "makes it a HostProcess pod"),))


def invalid_os_name(pod: Pod, context: Context) -> Iterator[Violation]:
    """validateOS. Kubernetes 1.23 has the field, and refuses it as long as the gate IdentifyPodOS is off."""
    os = pod.written("os")
    if os is None or not isinstance(os.value, dict) or context.kubernetes < (1, 23):
        return
    if not is_looked_at("os", context.kubernetes):
        yield Violation(
            Label(os.route, "refused there"), message="Kubernetes 1.23 refuses any `os`", hint="remove `os`"
        )
        return
    name = os.value.get("name")
    if not name:
        yield Violation(Label(os.route, "names no system"), field=(*os.route, "name"))
    elif isinstance(name, str) and name not in ("linux", "windows"):
        yield Violation(Label((*os.route, "name")))
