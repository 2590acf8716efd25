"""Rules about what the API cannot decode, does not know, or finds twice, anywhere in an object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...finding import Level, Violation
from ...location import Label, Part, Route
from ...pods.api.decoding import Mistyped, UnknownKey
from ...pods.api.spelling import field_meant, homes, letters
from ...pods.api.table import table
from ...pods.mending import MOST
from ...pods.pod import Pod
from ...pods.windows import FIELDS, OPTIONS, home, is_about, meant_here
from ..context import Context

if TYPE_CHECKING:
    from ...pods.bare import Bare

_WANTED = {
    "[]": "list",
    "bool": "boolean",
    "string": "string",
    "double": "number",
    "int32": "32-bit integer",
    "int64": "64-bit integer",
    "int-or-string": "32-bit integer or a string",
    "quantity": "quantity, as in `512Mi`",
    "time": "time, as in `2024-01-31T09:30:00Z`",
}
"""What a field takes, in words; any other type is a mapping."""


_EXTENDED = ("PodSpec", "Container", "EphemeralContainer", "ObjectMeta")
"""The types to which custom resources add fields of their own."""


def wrong_type(pod: Pod, context: Context) -> Iterator[Violation]:
    """sigs.k8s.io/json and the types' own UnmarshalJSON: the server looks at nothing else of such an object."""
    for fault in pod.decoded.mistyped_to(context.kubernetes[1]):
        field = next((step for step in reversed(fault.route) if isinstance(step, str)), "the object")
        yield Violation(
            Label(fault.route, f"a {_kind(fault.value)}", Part.VALUE),
            message=f"`{field}` takes a {_WANTED.get(fault.wanted, 'mapping')}, and is given {_given(fault)}",
            hint=_rewritten(fault),
            container=_container_at(pod, fault.route),
        )


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return "string" if isinstance(value, str) else "list" if isinstance(value, list) else "mapping"


def _given(fault: Mistyped) -> str:
    """The value itself where its kind would be right."""
    value = fault.value
    formatted = fault.wanted in ("quantity", "time", "int32", "int64", "int-or-string")
    if formatted and isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"the number {value}"
    if fault.wanted in ("quantity", "time") and isinstance(value, str):
        return f"`{value}`" if 0 < len(value) <= 40 else "another string"
    return f"a {_kind(value)}"


def _rewritten(fault: Mistyped) -> str | None:
    value = fault.value
    if fault.wanted == "bool" and isinstance(value, str) and value.lower() in ("true", "false"):
        return f"write `{value.lower()}` without quotes"
    if fault.wanted in ("int32", "int64") and isinstance(value, str) and value.isascii() and value.isdecimal():
        return f"write `{value}` without quotes" if len(value) <= 20 else None
    if fault.wanted == "string" and isinstance(value, (bool, int, float)):
        return "write it in quotes"
    return None


def misplaced_field(found: Pod | Bare, _: Context) -> Iterator[Violation]:
    """HostProcess's own fields: dropped, the pod is another one than is written."""
    if not isinstance(found, Pod):
        yield from _misspelt_options(found)
        return
    for number, fault in enumerate(_unknown(found)):
        if _is_windows(found, fault):
            yield _no_field(found, fault, number < MOST)


def unknown_field(pod: Pod, context: Context) -> Iterator[Violation]:
    """Any other field; and one that only other versions of Kubernetes have."""
    minor = context.kubernetes[1]
    for number, fault in enumerate(_unknown(pod)):
        if _is_windows(pod, fault):
            continue
        if pod.is_builtin:
            yield _no_field(pod, fault, number < MOST)
        elif _is_kubernetes_own(fault):
            yield _no_field(pod, fault, number < MOST)._replace(level=Level.NOTE)
    others = {fault.route: fault for fault in pod.decoded.unknown if fault.bounds and not fault.is_known_to(minor)}
    for route, fault in others.items():
        if not any(route[:size] in others for size in range(len(route))):  # what is in such a field goes with it
            yield _of_another_version(pod, fault, minor)


def _unknown(pod: Pod) -> Iterator[UnknownKey]:
    """Fields that no version has; SOPS takes its own out again when it decrypts."""
    return (fault for fault in pod.decoded.unknown if fault.bounds is None and fault.route[-1:] != ("sops",))


def _misspelt_options(alone: Bare) -> Iterator[Violation]:
    """An operator takes `windowsOptions` that stand in no pod for those of one."""
    kind = table().named(OPTIONS)
    for key in alone.options if kind else ():
        name = field_meant(key, kind, alone.options) if kind and key not in kind.fields else None
        if name is not None:
            yield Violation(
                Label((*alone.at, "windowsOptions", key), f"means `{name}`", Part.KEY),
                message=f"`{key}` is no field of a pod's `windowsOptions`",
                hint=f"write `{name}`",
            )


def _is_kubernetes_own(fault: UnknownKey) -> bool:
    """Whether a pod in a custom resource cannot well mean a field of its own: custom resources add such to the pod and
    its containers, as Knative does, and take what is below as it is; and none differs from Kubernetes' by case alone.
    """
    own = letters(str(fault.route[-1]))
    return fault.type.name not in _EXTENDED or any(letters(name) == own for name in fault.type.fields)


def _is_windows(pod: Pod, fault: UnknownKey) -> bool:
    if fault.type.name == OPTIONS:
        return True
    key = str(fault.route[-1])
    name = field_meant(key, fault.type, ()) if fault.type.name.endswith(("SecurityContext", "PodSpec")) else None
    return name in FIELDS.values() or is_about(key, pod.value(fault.route))


def _no_field(pod: Pod, fault: UnknownKey, is_explained: bool) -> Violation:
    *way, key = fault.route
    label, hint = _explained(pod, fault) if is_explained else ("", None)
    is_not = "is no field of the API here, and is dropped or refused"
    return Violation(
        Label(fault.route, label, Part.KEY),
        message=f"`{key}` {is_not if pod.is_builtin else 'is no field that a pod of Kubernetes has here'}",
        hint=hint,
        container=_container_at(pod, tuple(way)),
    )


def _explained(pod: Pod, fault: UnknownKey) -> tuple[str, str | None]:
    """What is written under the key, and the hint: the nearest field, or the place where it belongs."""
    key = str(fault.route[-1])
    if letters(key) == "osname":
        return "no field", "write `os: {name: …}` in the pod's `spec`"
    holder = pod.value(fault.route[:-1])
    name = meant_here(key, fault.type, holder)
    if name is not None:
        return f"means `{name}`", f"write `{name}`"
    taken = next((field for field in fault.type.fields if letters(field) == letters(key)), None)
    if taken is not None:
        return f"`{taken}` is there, too", f"remove it, or put its value in `{taken}`"
    root, view = next((kind, view) for kind, view in pod.api if fault.route[: len(view.route)] == view.route)
    way = fault.route[len(view.route) : -1]
    place = home(key, root, way)
    found = next(homes(key, root, way), None) if place is None else None
    if place is not None:
        target = _dotted(place.way)
        return f"belongs to {target}", f"move it to {target} as `{place.field}`"
    if found is not None:
        return f"belongs to {_dotted(found.way)}", f"move it to {_dotted(found.way)}"
    if (field := FIELDS.get(letters(key))) is not None:
        target = "the pod's `spec`" if field in ("hostNetwork", "os") else "`securityContext.windowsOptions`"
        return f"belongs to {target}", f"move it to {target} as `{field}`"
    return "", None


def _dotted(way: Route) -> str:
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in way).lstrip(".")
    return f"`{shown}`" if shown else "the object itself"


def _of_another_version(pod: Pod, fault: UnknownKey, minor: int) -> Violation:
    bounds = fault.bounds
    assert bounds is not None
    newer = bounds.since > minor
    return Violation(
        Label(fault.route, f"new in 1.{bounds.since}" if newer else f"only up to 1.{bounds.until}", Part.KEY),
        message=f"`{fault.route[-1]}` is no field of Kubernetes 1.{minor}, and is dropped or refused",
        hint=f"remove it, or aim at Kubernetes 1.{bounds.since} or newer" if newer else "remove it",
        container=_container_at(pod, fault.route),
    )


def duplicate_key(pod: Pod, _: Context) -> Iterator[Violation]:
    """apimachinery's util/yaml/decoder.go converts leniently, sigs.k8s.io/yaml strictly: `already set in map`."""
    for route in pod.owner.duplicates:
        yield Violation(
            Label(route, part=Part.KEY),
            message=f"`{route[-1]}` is written twice in one mapping, and only the last counts, if anything does",
            related=(Label(route, "dropped", Part.EARLIER),),
            container=_container_at(pod, route),
        )


def _container_at(pod: Pod, route: Route) -> str | None:
    return pod.names.get(route[: len(pod.route) + 2])
