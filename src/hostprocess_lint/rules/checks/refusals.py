"""Values about rights and mounts that the API server refuses (validation.go of kubernetes/pkg/apis/core/validation)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ...finding import Violation
from ...location import Label, Part, Route
from ...pods.api.formats import is_whole
from ...pods.pod import Container, Pod
from ...pods.view import View, Written
from ..context import Context
from ..gates import is_looked_at, mounts
from .profiles import annotation_faults, profile_faults, quoted_names, refused, size

_Judge = Callable[[object], "str | None"]
"""What the API server says against a value, or None."""

_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\Z")
_SYSCTL = re.compile(r"(?:[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?\Z")
_PROPAGATIONS = ("Bidirectional", "HostToContainer", "None")


def _id(value: object) -> str | None:
    if not is_whole(value, "int64"):
        return None  # of the wrong type
    return None if is_whole(value, "int32") and value >= 0 else "must be between 0 and 2147483647"


def _one_of(*known: str) -> _Judge:
    def judge(value: object) -> str | None:
        return f"takes {quoted_names(known)} only" if isinstance(value, str) and value not in known else None

    return judge


def _gmsa_name(value: object) -> str | None:
    if not isinstance(value, str) or (len(value) <= 253 and _SUBDOMAIN.match(value)):
        return None
    return "must be a lower-case DNS name of up to 253 characters"


def _gmsa_spec(value: object) -> str | None:
    if value == "":
        return "cannot be empty"
    return "must be under 64 KiB" if isinstance(value, str) and size(value) > 64 * 1024 else None


_Judges = dict[str, _Judge]
_OPTIONS: _Judges = {"gmsaCredentialSpecName": _gmsa_name, "gmsaCredentialSpec": _gmsa_spec}
_OF_PODS: _Judges = {
    "runAsUser": _id,
    "runAsGroup": _id,
    "fsGroup": _id,
    "fsGroupChangePolicy": _one_of("Always", "OnRootMismatch"),
    "supplementalGroupsPolicy": _one_of("Merge", "Strict"),
    "seLinuxChangePolicy": _one_of("Recursive"),  # MountOption needs the gate SELinuxMount, which is off
}
_OF_CONTAINERS: _Judges = {"runAsUser": _id, "runAsGroup": _id, "procMount": _one_of("Default", "Unmasked")}


def refused_value(pod: Pod, context: Context) -> Iterator[Violation]:
    yield from _ephemeral(pod)
    if "securityContext" in pod.data:
        yield from _context(pod, _OF_PODS, context, None)
        yield from _groups(pod)
        yield from _sysctls(pod)
    for each in annotation_faults(pod, context):
        yield each if each.hint else each._replace(hint="remove the annotation: Windows has no use for it")
    yield from _shared_processes(pod)
    for container in pod.containers:
        if "securityContext" in container.data:
            yield from _context(container, _OF_CONTAINERS, context, container.name)
            yield from _unmasked(container, context)
            yield from _escalation(container)
        yield from _mounts(container, context)


def _ephemeral(pod: Pod) -> Iterator[Violation]:
    """They come by a request of their own, so a Pod that lives may show some; a template never can."""
    ephemeral = pod.written("ephemeralContainers")
    if ephemeral and isinstance(ephemeral.value, list) and ephemeral.value and not pod.lives:
        reason = "cannot be set in a manifest: they are added to a Pod that runs, as `kubectl debug` does"
        yield refused(Label(ephemeral.route, part=Part.KEY), reason, None)


def _context(view: View, judges: _Judges, context: Context, container: str | None) -> Iterator[Violation]:
    yield from _values(view, ("securityContext",), judges, context, container)
    yield from _values(view, ("securityContext", "windowsOptions"), _OPTIONS, context, container)
    yield from profile_faults(view, context, container)


def _values(
    view: View, path: tuple[str, ...], judges: _Judges, context: Context, container: str | None
) -> Iterator[Violation]:
    """What is said against the values of the mapping at a path."""
    holder = view.written(*path)
    for name, value in holder.value.items() if holder and isinstance(holder.value, dict) else ():
        judge = judges.get(name)
        reason = judge(value) if judge and is_looked_at(name, context.kubernetes) else None
        if holder and reason:
            yield refused(Label((*holder.route, name), part=Part.VALUE), reason, container)


def _groups(pod: Pod) -> Iterator[Violation]:
    groups = pod.written("securityContext", "supplementalGroups")
    for index, group in enumerate(groups.value if groups and isinstance(groups.value, list) else ()):
        if groups and (reason := _id(group)):
            yield refused(Label((*groups.route, index)), reason, None)


def _sysctls(pod: Pod) -> Iterator[Violation]:
    seen: dict[str, Route] = {}
    for sysctl in pod.items("securityContext", "sysctls"):
        name = sysctl.data.get("name")
        place = Label((*sysctl.route, "name"), part=Part.VALUE)
        if not isinstance(name, str) and name is not None:
            continue  # of the wrong type
        if not name or len(name) > 253 or not _SYSCTL.match(name):
            yield refused(place, "must be a sysctl's, as in `net.core.somaxconn`", None)
        elif name in seen:
            doubled = refused(place, f"`{name}` is there twice", None, Label(seen[name], "the first"))
            yield doubled._replace(hint="remove one of the two")
        seen.setdefault(name or "", place.route)


def _shared_processes(pod: Pod) -> Iterator[Violation]:
    shared, host = pod.written("shareProcessNamespace"), pod.written("hostPID")
    if shared and host and shared.value is True and host.value is True:
        yield refused(Label(shared.route), "and `hostPID` cannot both be true", None, Label(host.route, "the other"))


def _unmasked(container: Container, context: Context) -> Iterator[Violation]:
    """validateSecurityContext: an unmasked /proc wants a user namespace."""
    mount, users = container.written("securityContext", "procMount"), container.pod.written("hostUsers")
    own_users = users is not None and users.value is False
    if mount and mount.value == "Unmasked" and not own_users and is_looked_at("procMount", context.kubernetes):
        reason = "`Unmasked` needs `hostUsers: false`, which a HostProcess pod cannot have"
        yield refused(Label(mount.route), reason, container.name)


def _escalation(container: Container) -> Iterator[Violation]:
    """ValidateSecurityContext: what allows escalation by itself cannot stand beside its denial."""
    denied = container.written("securityContext", "allowPrivilegeEscalation")
    if denied is None or denied.value is not False:
        return
    privileged = container.written("securityContext", "privileged")
    added = container.written("securityContext", "capabilities", "add")
    if privileged and privileged.value is True:
        because = Label(privileged.route, "allows it")
        yield refused(Label(denied.route), "cannot be false with `privileged: true`", container.name, because)
    elif added and isinstance(added.value, list) and "CAP_SYS_ADMIN" in added.value:
        because = Label((*added.route, added.value.index("CAP_SYS_ADMIN")), "allows it")
        yield refused(Label(denied.route), "cannot be false with `CAP_SYS_ADMIN`", container.name, because)


def _mounts(container: Container, context: Context) -> Iterator[Violation]:
    """validateMountPropagation and validateMountRecursiveReadOnly."""
    for mount in mounts(container, context.kubernetes):
        propagation, recursive = mount.written("mountPropagation"), mount.written("recursiveReadOnly")
        reason = _one_of(*_PROPAGATIONS)(propagation.value) if propagation else None
        if propagation and reason:
            yield refused(Label(propagation.route, part=Part.VALUE), reason, container.name)
        if recursive and is_looked_at("recursiveReadOnly", context.kubernetes):
            reason = _recursion_fault(mount, recursive, propagation)
            if reason:
                yield refused(Label(recursive.route, part=Part.VALUE), reason, container.name)


def _recursion_fault(mount: View, recursive: Written, propagation: Written | None) -> str | None:
    if recursive.value not in ("Enabled", "IfPossible"):
        return _one_of("Disabled", "Enabled", "IfPossible")(recursive.value)
    if mount.data.get("readOnly") is not True:
        return "needs `readOnly: true`"
    return None if propagation is None or propagation.value == "None" else "needs `mountPropagation: None`"
