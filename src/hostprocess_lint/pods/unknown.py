"""Values that the text does not say: encrypted ones, and variables that something fills in before it is applied."""

from __future__ import annotations

import re
from typing import Any

from ..documents.scalars import plain_scalar
from ..location import Route
from .view import View

MARKS = ("ENC[", "${", "<<")
"""What each of them begins with."""

NOT_REPLACED = "kustomize.toolkit.fluxcd.io/substitute"

# What SOPS writes in the place of a value, and what Flux's `postBuild` and envsubst replace; not what PowerShell reads,
# nor the variable of the container runtime, which is known on the node only.
_ENCRYPTED = r"(?s)ENC\[[A-Z0-9_]+,.*\]\Z"
_VARIABLE = (
    r"\$\{(?!env:|CONTAINER_SANDBOX_MOUNT_POINT\b)[A-Za-z_][A-Za-z0-9_]*(?::?[-=](?P<default>[^{}]*))?[^{}]*\}\Z"
)


# What a template of the Flux Operator's makes of its inputs, which has these for braces (`newTemplate` in its
# internal/builder).
_ACTION = r"(?s)<<-?\s[^<>]*\binputs\b[^<>]*>>\Z"


def is_unknown(value: object) -> bool:
    """Whether a value is known only to who decrypts or fills in; never so in part of a string, which is text."""
    if not isinstance(value, str) or not value.startswith(MARKS):
        return False
    variable = re.match(_VARIABLE, value)
    if variable is not None:
        return variable["default"] is None
    return re.match(_ENCRYPTED, value) is not None or re.match(_ACTION, value) is not None


def may_hold_unknown(data: Any) -> bool:
    """Whether data may hold such values: for nearly all of it this is all that is asked."""
    if isinstance(data, dict):
        return any(map(may_hold_unknown, data.values()))
    if isinstance(data, list):
        return any(map(may_hold_unknown, data))
    return isinstance(data, str) and data.startswith(MARKS)


def with_defaults(data: Any) -> Any:
    """The same data in which variables with a default have it, read as a text is: `true` is no string."""
    if isinstance(data, dict):
        return {key: with_defaults(value) for key, value in data.items()}
    if isinstance(data, list):
        return [with_defaults(item) for item in data]
    variable = re.match(_VARIABLE, data) if isinstance(data, str) and data.startswith("${") else None
    return data if variable is None or variable["default"] is None else plain_scalar(variable["default"])


def leads_to_unknown(data: Any, route: Route, inside: bool) -> bool:
    """Whether a way into data ends at or runs into a value that is unknown; `inside`: or at a collection of such."""
    value = data
    for step in route:
        if is_unknown(value):
            return True
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    if not inside:
        return is_unknown(value)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return is_unknown(value) or any(is_unknown(item) for item in inner)


def is_left_alone(data: Any) -> bool:
    """Whether an object's own labels or annotations say that Flux replaces nothing in it, so that `${…}` is text
    (SubstituteVariables in fluxcd/pkg/kustomize).
    """
    metadata = View(View(data, ()).data.get("metadata"), ())
    return any(metadata.text(field, NOT_REPLACED) == "disabled" for field in ("labels", "annotations"))


def encrypted_routes(data: Any, route: Route) -> tuple[Route, ...]:
    """The ways to all values that are encrypted."""
    return tuple(way for way in unknowns(data, route) if not _at(data, way[len(route) :]).startswith("${"))


def _at(data: Any, route: Route) -> Any:
    for step in route:
        data = data[step]
    return data


def unknowns(data: Any, route: Route) -> tuple[Route, ...]:
    """The ways to all values that are unknown."""
    if isinstance(data, dict):
        return tuple(way for key, value in data.items() for way in unknowns(value, (*route, key)))
    if isinstance(data, list):
        return tuple(way for index, item in enumerate(data) for way in unknowns(item, (*route, index)))
    return (route,) if is_unknown(data) else ()
