"""Profiles of seccomp and AppArmor that the API server refuses, and the annotations that they had before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ...location import Label, Part
from ...pods.pod import Container, Pod
from ...pods.view import View, Written
from ..context import Context
from ..gates import counts

_PROFILES = ("Localhost", "RuntimeDefault", "Unconfined")

_OF_APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
_OF_SECCOMP = "container.seccomp.security.alpha.kubernetes.io/"
_OF_SECCOMP_IN_POD = "seccomp.security.alpha.kubernetes.io/pod"

_SAME = {"RuntimeDefault": ("runtime/default",), "Unconfined": ("unconfined",)}
_SAME_TO_SECCOMP = {**_SAME, "RuntimeDefault": ("runtime/default", "docker/default")}
"""Type → the words of an annotation that say the same."""

Fault = tuple[Label, str, "str | None"] | tuple[Label, str, "str | None", Label]
"""A place, what is said against it, the container, and what cannot stand beside it."""


def listed(known: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in known)


def size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def profile_faults(view: View, context: Context, container: str | None) -> Iterator[Fault]:
    """validateSeccompProfileField and ValidateAppArmorProfileField."""
    yield from _of_profile(view.written("securityContext", "seccompProfile"), _seccomp_path, container)
    if counts("appArmorProfile", context.kubernetes):
        yield from _of_profile(view.written("securityContext", "appArmorProfile"), _app_armor_path, container)


def _of_profile(profile: Written | None, judge: Callable[[str], str | None], container: str | None) -> Iterator[Fault]:
    if profile is None or not isinstance(profile.value, dict):
        return
    kind, path = profile.value.get("type"), profile.value.get("localhostProfile")
    file = Label((*profile.route, "localhostProfile"))
    if not kind:
        yield Label(profile.route, part=Part.KEY), "must have a `type`", container
    elif isinstance(kind, str) and kind not in _PROFILES:
        yield Label((*profile.route, "type"), part=Part.VALUE), f"takes {listed(_PROFILES)} only", container
    elif kind == "Localhost" and path is None:
        label = Label((*profile.route, "type"), "needs a `localhostProfile`")
        yield label, "`Localhost` must have a `localhostProfile`", container
    elif kind == "Localhost":
        reason = judge(path) if isinstance(path, str) else None
        if reason:
            yield file, reason, container
    elif path is not None:
        yield file, "can only be set with the type `Localhost`", container


def _seccomp_path(path: str) -> str | None:
    """validateLocalDescendingPath."""
    if path.startswith("/"):
        return "must be a relative path"
    return "must not contain `..`" if ".." in path.split("/") else None


def _app_armor_path(path: str) -> str | None:
    if not path or path != path.strip():
        return "must not be empty or padded with blanks"
    return "must be of up to 4095 characters" if size(path) > 4095 else None


def annotation_faults(pod: Pod, context: Context) -> Iterator[Fault]:
    """validateSeccompAnnotationsAndFields and validateAppArmorAnnotationsAndFieldsMatchOnCreate: a profile and the
    annotation of the same name have to say the same. To AppArmor a container's profile may be the pod's.
    """
    if pod.metadata.written("annotations") is None:
        return
    seccomp, app_armor = pod.written("securityContext", "seccompProfile"), ("securityContext", "appArmorProfile")
    yield from _contradiction(pod, _OF_SECCOMP_IN_POD, seccomp, _SAME_TO_SECCOMP, None)
    reads_app_armor = counts("appArmorProfile", context.kubernetes) and pod.os != "windows"
    for container in pod.containers:
        own = container.written("securityContext", "seccompProfile")
        yield from _contradiction(pod, _OF_SECCOMP, own, _SAME_TO_SECCOMP, container)
        if reads_app_armor:
            profile = container.written(*app_armor) or pod.written(*app_armor)
            yield from _contradiction(pod, _OF_APP_ARMOR, profile, _SAME, container)


def _contradiction(
    pod: Pod, key: str, profile: Written | None, same: Mapping[str, tuple[str, ...]], container: Container | None
) -> Iterator[Fault]:
    annotation = pod.metadata.written("annotations", f"{key}{container.name}" if container else key)
    if annotation is None or profile is None or not isinstance(profile.value, dict):
        return
    kind = profile.value.get("type")
    wanted = (f"localhost/{profile.value.get('localhostProfile')}",) if kind == "Localhost" else same.get(str(kind))
    if wanted is not None and annotation.value not in wanted:
        label = Label((*profile.route, "type"), "says something else", Part.VALUE)
        reason = "and the older annotation for it contradict each other"
        yield label, reason, container.name if container else None, Label(annotation.route, "the annotation")
