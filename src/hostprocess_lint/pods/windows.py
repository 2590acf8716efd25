"""The fields without which no pod is a HostProcess pod, however they are written."""

from collections.abc import Collection
from typing import Any, NamedTuple

from ..location import Route
from .api.spelling import field_meant, homes, letters
from .api.table import Type

OPTIONS = "WindowsSecurityContextOptions"
"""The API's type of `windowsOptions`."""

FIELDS = {
    "hostprocess": "hostProcess",
    "runasusername": "runAsUserName",
    "windowsoptions": "windowsOptions",
    "hostnetwork": "hostNetwork",
    "os": "os",
}
"""Letters → field."""

_DEEPEST = 7
"""How far below the root of a CronJob `windowsOptions` is."""


class FieldHome(NamedTuple):
    """Where a field belongs: the way to what holds it, from the root of what is decoded, and its name."""

    way: Route
    field: str


def home(key: str, root: Type, way: Route) -> FieldHome | None:
    """Where one of these fields belongs, seen from the mapping that a way leads to; None for other keys."""
    field = FIELDS.get(letters(key))
    found = next(homes(field, root, way, _DEEPEST), None) if field else None
    return FieldHome(found.way, field) if found and field else None


def meant_here(key: str, kind: Type, taken: Collection[str]) -> str | None:
    """The field of a type that a key is a misspelling of. One of these fields is in a wrong place, and not misspelt for
    one that is near: `runAsUserName` in a `securityContext` is not its `runAsUser`.
    """
    name = field_meant(key, kind, taken)
    return None if name and letters(key) in FIELDS and letters(name) != letters(key) else name


def is_about(key: str, value: Any) -> bool:
    """Whether a key reads like one of these fields, or has one below it."""
    return letters(key) in FIELDS or letters(key) == "osname" or _says(value)


def _says(value: Any) -> bool:
    if isinstance(value, dict):
        return any(letters(key) in _TELLING or _says(inner) for key, inner in value.items())
    return isinstance(value, list) and any(_says(item) for item in value)


_TELLING = frozenset(FIELDS) - {"os"}
"""What is no word of other matters."""
