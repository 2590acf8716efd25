"""Rules about fields as such: of the wrong type, in the wrong place, twice, or forbidden by the pod's `os`."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Label, Part, Route, Violation
from ...pods.pod import CONTAINER_LISTS, TEMPLATES, Pod, View, Written
from ..context import Context
from ..gates import counts

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
    name = pod.written("os", "name") if counts("os", context.kubernetes) else None
    if name and name.value == "linux" and pod.windows_options:
        blocks = tuple(Label(options.route, "Windows options", Part.KEY) for options in pod.windows_options)
        yield Violation(Label(name.route), related=blocks)


def windows_forbidden_field(pod: Pod, context: Context) -> Iterator[Violation]:
    if pod.os != "windows" or not counts("os", context.kubernetes):
        return
    because = Label((*pod.route, "os", "name"), "forbids it")
    for written in _of(pod, FORBIDDEN_IN_POD):
        if counts(str(written.route[-1]), context.kubernetes):
            yield _forbidden(written, because, None)
    for written in _of(pod, _FORBIDDEN_UNLESS_EMPTY):
        if written.value is not False and written.value != []:
            yield _forbidden(written, because, None)
    for container in pod.containers:
        for written in _of(container, FORBIDDEN_IN_CONTAINER):
            if counts(str(written.route[-1]), context.kubernetes):
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
    if resources and resources.value and pod.os != "windows" and counts("resources", context.kubernetes):
        yield Violation(Label(resources.route), related=(Label(pod.because, "makes it a HostProcess pod"),))


def invalid_os_name(pod: Pod, context: Context) -> Iterator[Violation]:
    """validateOS. Kubernetes 1.23 has the field, and refuses it as long as the gate IdentifyPodOS is off."""
    os = pod.written("os")
    if os is None or not isinstance(os.value, dict) or context.kubernetes < (1, 23):
        return
    if not counts("os", context.kubernetes):
        yield Violation(
            Label(os.route, "refused there"), message="Kubernetes 1.23 refuses any `os`", hint="remove `os`"
        )
        return
    name = os.value.get("name")
    if not name:
        yield Violation(Label(os.route, "names no system"), field=(*os.route, "name"))
    elif isinstance(name, str) and name not in ("linux", "windows"):
        yield Violation(Label((*os.route, "name")))


# What the API decodes each judged field into.
_BOOLEAN, _STRING, _INTEGER, _MAPPING, _LIST, _STRINGS = "boolean", "string", "integer", "mapping", "list", "string[]"
_Types = dict[tuple[str, ...], str]
_CONTEXT_TYPES: _Types = {
    ("securityContext",): _MAPPING,
    ("securityContext", "runAsNonRoot"): _BOOLEAN,
    ("securityContext", "windowsOptions"): _MAPPING,
    ("securityContext", "windowsOptions", "hostProcess"): _BOOLEAN,
    ("securityContext", "windowsOptions", "runAsUserName"): _STRING,
    ("securityContext", "windowsOptions", "gmsaCredentialSpec"): _STRING,
    ("securityContext", "windowsOptions", "gmsaCredentialSpecName"): _STRING,
}
_POD_TYPES: _Types = {
    **_CONTEXT_TYPES,
    **dict.fromkeys((("hostNetwork",), ("hostPID",), ("hostIPC",), ("hostUsers",)), _BOOLEAN),
    **dict.fromkeys((("shareProcessNamespace",), ("automountServiceAccountToken",)), _BOOLEAN),
    **dict.fromkeys((("dnsPolicy",), ("nodeName",), ("hostnameOverride",), ("runtimeClassName",)), _STRING),
    **dict.fromkeys(((field,) for field in (*CONTAINER_LISTS, "volumes", "hostAliases")), _LIST),
    ("os",): _MAPPING,
    ("os", "name"): _STRING,
    ("nodeSelector",): _MAPPING,
}
_CONTAINER_TYPES: _Types = {
    **_CONTEXT_TYPES,
    ("securityContext", "privileged"): _BOOLEAN,
    ("name",): _STRING,
    ("image",): _STRING,
    ("workingDir",): _STRING,
    ("command",): _STRINGS,
    ("args",): _STRINGS,
    ("ports",): _LIST,
    ("volumeMounts",): _LIST,
}
_PYTHON_TYPES = {_BOOLEAN: bool, _STRING: str, _INTEGER: int, _MAPPING: dict, _LIST: list, _STRINGS: list}


_PORT_TYPES: _Types = {("hostPort",): _INTEGER, ("containerPort",): _INTEGER}
_MOUNT_TYPES: _Types = {("name",): _STRING, ("mountPath",): _STRING, ("mountPropagation",): _STRING}
_VOLUME_TYPES: _Types = {("name",): _STRING, ("hostPath",): _MAPPING, ("hostPath", "path"): _STRING}


def wrong_type(pod: Pod, _: Context) -> Iterator[Violation]:
    yield from _mistyped(pod, _POD_TYPES, None)
    for volume in pod.items("volumes"):
        yield from _mistyped(volume, _VOLUME_TYPES, None)
    for container in pod.containers:
        yield from _mistyped(container, _CONTAINER_TYPES, container.name)
        for port in container.items("ports"):
            yield from _mistyped(port, _PORT_TYPES, container.name)
        for mount in container.items("volumeMounts"):
            yield from _mistyped(mount, _MOUNT_TYPES, container.name)


def _mistyped(view: View, types: _Types, container: str | None) -> Iterator[Violation]:
    for path, wanted in types.items():
        written = view.written(*path)
        if written is None:
            continue
        if not _fits(written.value, wanted):
            yield _mistake(written, wanted.replace("string[]", "list of strings"), container)
        elif wanted == _STRINGS:
            for index, item in enumerate(written.value):
                if not isinstance(item, str):
                    yield _mistake(Written(item, (*written.route, index)), _STRING, container)


def _fits(value: object, wanted: str) -> bool:
    return isinstance(value, _PYTHON_TYPES[wanted]) and (wanted != _INTEGER or not isinstance(value, bool))


def _mistake(written: Written, wanted: str, container: str | None) -> Violation:
    field = next(step for step in reversed(written.route) if isinstance(step, str))
    return Violation(
        Label(written.route, f"a {_kind(written.value)}", Part.VALUE),
        message=f"`{field}` takes a {wanted}, and is given a {_kind(written.value)}",
        hint=_unquoted(written.value) if wanted == _BOOLEAN else None,
        container=container,
    )


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return "string" if isinstance(value, str) else "list" if isinstance(value, list) else "mapping"


def _unquoted(value: object) -> str | None:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return f"write `{value.lower()}` without quotes"
    return None


# The judged fields, by their letters, with the place that each belongs to.
_POD_SPEC, _OPTIONS = "the pod's `spec`", "`securityContext.windowsOptions`"
_HOMES = {
    "hostprocess": ("hostProcess", _OPTIONS),
    "runasusername": ("runAsUserName", _OPTIONS),
    "windowsoptions": ("windowsOptions", "`securityContext`"),
    "hostnetwork": ("hostNetwork", _POD_SPEC),
    "os": ("os", _POD_SPEC),
    "osname": ("os.name", _POD_SPEC),
}


def misplaced_field(pod: Pod, _: Context) -> Iterator[Violation]:
    """Fields that the API does not know where they stand: the strict validation of kubectl refuses them, others drop
    them. The API compares names with regard to case.
    """
    for view, known, container in _places(pod):
        for key, value in view.data.items():
            home = _HOMES.get(key.lower().replace("_", "").replace("-", ""))
            if key == "runAsUser" and "hostProcess" in known:
                home = ("runAsUserName", _OPTIONS)
            if home is None or value is None or key in known:
                continue
            name, place = home
            misspelt = name in known
            yield Violation(
                Label((*view.route, key), "" if misspelt else f"belongs to {place}", Part.KEY),
                message=f"`{key}` is no field of the API here, and is dropped or refused",
                hint=f"write `{name}`" if misspelt else f"move it to {place} as `{name}`",
                container=container,
            )


def _places(pod: Pod) -> Iterator[tuple[View, tuple[str, ...], str | None]]:
    """The mappings around a pod that people put a judged field into, each with those that it really has."""
    if pod.owner.resource.kind in TEMPLATES:
        above = pod.route[len(pod.owner.route) : -1]
        for depth in range(len(above) + 1):
            yield _at(pod, above[:depth]), (), None
        yield _at(pod, (*above, "metadata")), (), None
    yield pod, ("hostNetwork", "os"), None
    yield from _context_places(pod, None)
    for container in pod.containers:
        yield container, (), container.name
        yield from _context_places(container, container.name)


def _at(pod: Pod, steps: Route) -> View:
    root = View(pod.owner.data, pod.owner.route)
    found = root.written(*(str(step) for step in steps))
    return View(found.value if found else None, (*root.route, *steps))


def _context_places(view: View, container: str | None) -> Iterator[tuple[View, tuple[str, ...], str | None]]:
    route = (*view.route, "securityContext")
    for path, known in (((), ("windowsOptions",)), (("windowsOptions",), ("hostProcess", "runAsUserName"))):
        found = view.written("securityContext", *path)
        yield View(found.value if found else None, (*route, *path)), known, container


_JUDGED_TWICE = frozenset(
    (
        *("hostProcess", "runAsUserName", "windowsOptions", "securityContext", "hostNetwork", "os", "name", "command"),
        *("args", "image", "nodeSelector", "volumes", "volumeMounts", "hostPath", "path", "dnsPolicy", "spec"),
        *("template", "runAsNonRoot", "hostPort", "containerPort", "mountPropagation", *CONTAINER_LISTS),
    )
)


def duplicate_key(pod: Pod, _: Context) -> Iterator[Violation]:
    """sigs.k8s.io/yaml keeps the last; strict validation says `key … already set in map`."""
    for route in pod.owner.duplicates:
        if route[-1] in _JUDGED_TWICE:
            yield Violation(
                Label(route, part=Part.KEY),
                message=f"`{route[-1]}` is written twice in one mapping, and only the last counts",
                related=(Label(route, "dropped", Part.EARLIER),),
                container=_container_at(pod, route),
            )


def _container_at(pod: Pod, route: Route) -> str | None:
    return next((c.name for c in pod.containers if route[: len(c.route)] == c.route), None)
