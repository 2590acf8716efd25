"""Profiles of seccomp and AppArmor that the API server refuses, and the annotations that they had before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ...finding import Violation
from ...location import Label, Part
from ...pods.pod import Container, Pod
from ...pods.view import View, Written
from ..context import Context
from ..gates import is_looked_at

_PROFILES = ("Localhost", "RuntimeDefault", "Unconfined")

_OF_APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
_OF_SECCOMP = "container.seccomp.security.alpha.kubernetes.io/"
_OF_SECCOMP_IN_POD = "seccomp.security.alpha.kubernetes.io/pod"
_FILE = "localhost/"
"""What the word of an annotation begins with that names a file of the node."""

_SAME = {"RuntimeDefault": ("runtime/default",), "Unconfined": ("unconfined",)}
_SAME_TO_SECCOMP = {**_SAME, "RuntimeDefault": ("runtime/default", "docker/default")}
"""Type → the words of an annotation that say the same."""


def refused(label: Label, reason: str, container: str | None, *others: Label) -> Violation:
    """`others` are fields that cannot stand beside this one."""
    field = next(step for step in reversed(label.route) if isinstance(step, str))
    hint = "remove both: Windows has no use for them" if others else None
    return Violation(label, message=f"`{field}` {reason}", related=others, hint=hint, container=container)


def quoted_names(known: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in known)


def size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def profile_faults(view: View, context: Context, container: str | None) -> Iterator[Violation]:
    """validateSeccompProfileField and ValidateAppArmorProfileField."""
    yield from _of_profile(view.written("securityContext", "seccompProfile"), _seccomp_path, container)
    if is_looked_at("appArmorProfile", context.kubernetes):
        yield from _of_profile(view.written("securityContext", "appArmorProfile"), _app_armor_path, container)


def _of_profile(
    profile: Written | None, judge: Callable[[str], str | None], container: str | None
) -> Iterator[Violation]:
    if profile is None or not isinstance(profile.value, dict):
        return
    kind, path = profile.value.get("type"), profile.value.get("localhostProfile")
    file = Label((*profile.route, "localhostProfile"))
    if not kind:
        yield refused(Label(profile.route, part=Part.KEY), "must have a `type`", container)
    elif isinstance(kind, str) and kind not in _PROFILES:
        yield refused(
            Label((*profile.route, "type"), part=Part.VALUE), f"takes {quoted_names(_PROFILES)} only", container
        )
    elif kind == "Localhost" and path is None:
        label = Label((*profile.route, "type"), "needs a `localhostProfile`")
        yield refused(label, "`Localhost` must have a `localhostProfile`", container)
    elif kind == "Localhost":
        reason = judge(path) if isinstance(path, str) else None
        if reason:
            yield refused(file, reason, container)
    elif path is not None:
        yield refused(file, "can only be set with the type `Localhost`", container)


def _seccomp_path(path: str) -> str | None:
    """validateLocalDescendingPath."""
    if path.startswith("/"):
        return "must be a relative path"
    return "must not contain `..`" if ".." in path.split("/") else None


def _app_armor_path(path: str) -> str | None:
    if not path or path != path.strip():
        return "must not be empty or padded with blanks"
    return "must be of up to 4095 characters" if size(path) > 4095 else None


def annotation_faults(pod: Pod, context: Context) -> Iterator[Violation]:
    """What Kubernetes checks in every version from 1.22 to 1.36 (validation.go of kubernetes/pkg/apis/core/validation):
    words of annotations, and that a profile and the annotation of the same name say the same. For AppArmor the second
    came with the field, and is to stay when the annotation itself means nothing any more
    (https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/24-apparmor).
    """
    annotations = pod.metadata.written("annotations")
    if annotations is None or not isinstance(annotations.value, dict):
        return
    for key, word in annotations.value.items():
        if isinstance(key, str) and isinstance(word, str):
            yield from _alone(pod, Written(word, (*annotations.route, key)), key)
    seccomp = pod.written("securityContext", "seccompProfile")
    yield from _contradiction(pod, _OF_SECCOMP_IN_POD, seccomp, _SAME_TO_SECCOMP, None)
    reads_app_armor = is_looked_at("appArmorProfile", context.kubernetes) and pod.os != "windows"
    for container in pod.containers:
        own = container.written("securityContext", "seccompProfile")
        yield from _contradiction(pod, _OF_SECCOMP, own, _SAME_TO_SECCOMP, container)
        if reads_app_armor:
            yield from _contradiction(pod, _OF_APP_ARMOR, _app_armor(pod, container), _SAME, container)


def _alone(pod: Pod, annotation: Written, key: str) -> Iterator[Violation]:
    """ValidateSeccompPodAnnotations, and ValidateAppArmorPodAnnotations, which looks at pods for Windows as well."""
    value = Label(annotation.route, part=Part.VALUE)
    if key == _OF_SECCOMP_IN_POD or key.startswith(_OF_SECCOMP):
        if not _is_seccomp(annotation.value):
            words = quoted_names((*_SAME_TO_SECCOMP["RuntimeDefault"], "unconfined", "localhost/…"))
            yield refused(value, f"takes {words} only, with a relative path without `..`", None)
    elif key.startswith(_OF_APP_ARMOR):
        if key.removeprefix(_OF_APP_ARMOR) not in {container.name for container in pod.containers}:
            yield refused(Label(annotation.route, part=Part.KEY), "names no container of the pod", None)
        if annotation.value not in ("", "runtime/default", "unconfined") and not annotation.value.startswith(_FILE):
            yield refused(value, f"takes {quoted_names(('runtime/default', 'unconfined', 'localhost/…'))} only", None)


def _is_seccomp(word: str) -> bool:
    if word.startswith(_FILE):
        return _seccomp_path(word.removeprefix(_FILE)) is None
    return word in (*_SAME_TO_SECCOMP["RuntimeDefault"], "unconfined")


def _app_armor(pod: Pod, container: Container) -> Written | None:
    """The profile that a container's annotation is held against: its own, or the pod's. What is a Pod itself, and no
    template of one, has the annotation made into the container's own first, where it has none and the word is good
    (applyAppArmorVersionSkew in kubernetes/pkg/registry/core/pod/strategy.go).
    """
    own = container.written("securityContext", "appArmorProfile")
    if own is None and pod.owner.resource.kind == "Pod":
        word = pod.metadata.text("annotations", f"{_OF_APP_ARMOR}{container.name}") or ""
        is_file = word.startswith(_FILE) and _app_armor_path(word.removeprefix(_FILE)) is None
        if is_file or word in ("runtime/default", "unconfined"):
            return None
    return own or pod.written("securityContext", "appArmorProfile")


def _contradiction(
    pod: Pod, key: str, profile: Written | None, same: Mapping[str, tuple[str, ...]], container: Container | None
) -> Iterator[Violation]:
    annotation = pod.metadata.written("annotations", f"{key}{container.name}" if container else key)
    if annotation is None or profile is None or not isinstance(profile.value, dict):
        return
    kind = profile.value.get("type")
    wanted = (f"{_FILE}{profile.value.get('localhostProfile')}",) if kind == "Localhost" else same.get(str(kind))
    if wanted is not None and annotation.value not in wanted:
        label = Label((*profile.route, "type"), "says something else", Part.VALUE)
        reason = "and the older annotation for it contradict each other"
        yield refused(label, reason, container.name if container else None, Label(annotation.route, "the annotation"))
