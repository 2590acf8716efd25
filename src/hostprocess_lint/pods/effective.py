"""What a container runs with: field by field its own value, or else its pod's."""

from typing import Any, Literal, NamedTuple

from ..location import Route
from .view import View, Written

# What a container inherits from the pod, field by field (DetermineEffectiveSecurityContext in
# kubernetes/pkg/securitycontext/util.go). `windowsOptions` is merged in itself, see _WINDOWS.
_INHERITED = ("runAsUser", "runAsGroup", "runAsNonRoot", "seLinuxOptions", "seccompProfile", "appArmorProfile")
_GMSA = ("gmsaCredentialSpecName", "gmsaCredentialSpec")
_WINDOWS = ("hostProcess", "runAsUserName", *_GMSA)


class Effective(NamedTuple):
    """The value that a container runs with, and who set it. `route` leads nowhere when nobody did."""

    value: Any
    scope: Literal["container", "pod", "default"]
    route: Route


def effective(own: View, shared: View, path: tuple[str, ...]) -> Effective:
    """The effective value of a field of a container's `securityContext`, for one of those that a pod passes on."""
    written = own.written("securityContext", *path)
    if path[-1] in _GMSA and written is None:
        # The two go together: a container that sets one takes neither from the pod.
        written = next((Written(None, ()) for name in _GMSA if own.written("securityContext", path[0], name)), None)
    if written is not None:
        return Effective(written.value, "container", written.route)
    inherited = shared.written("securityContext", *path)
    if inherited is not None:
        return Effective(inherited.value, "pod", inherited.route)
    return Effective(None, "default", (*own.route, "securityContext", *path))


def with_inherited(own: View, shared: View) -> dict[str, Any]:
    """A container with what it inherits written into its `securityContext`: what declarative rules see."""
    context, passed_on = own.data.get("securityContext"), shared.data.get("securityContext")
    if not isinstance(passed_on, dict):
        return own.data
    context = dict(context) if isinstance(context, dict) else {}
    options = passed_on.get("windowsOptions")
    inherited: list[tuple[str, ...]] = [(name,) for name in _INHERITED if name in passed_on]
    inherited += [("windowsOptions", name) for name in _WINDOWS if isinstance(options, dict) and name in options]
    for path in inherited:
        value = effective(own, shared, path)
        if value.scope == "pod":
            holder = context
            for step in path[:-1]:
                inner = holder.get(step)
                holder[step] = dict(inner) if isinstance(inner, dict) else {}
                holder = holder[step]
            holder[path[-1]] = value.value
    return {**own.data, "securityContext": context} if context else own.data
