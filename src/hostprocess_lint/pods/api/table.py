"""The API's types, read from the table beside this module; `scripts/api_types.py` writes it."""

import json
import os
from functools import cache, cached_property
from typing import Any, NamedTuple


class Field(NamedTuple):
    """A field of a type.

    `wraps` is `[]` for a list, `{}` for a mapping of any keys and empty else; `kind` is what is in it: a scalar's kind,
    or the name of a type. `since` and `until` are the minor versions of Kubernetes 1 that know the field; 0 says that
    there is no bound.
    """

    wraps: str
    kind: str
    since: int = 0
    until: int = 0

    def known_to(self, minor: int) -> bool:
        return self.since <= minor and (not self.until or minor <= self.until)


class Type:
    """A type of the API: a name and its fields, which are read when they are first asked for."""

    def __init__(self, name: str, written: dict[str, str]) -> None:
        self.name = name
        self._written = written

    @cached_property
    def fields(self) -> dict[str, Field]:
        return {name: _field(text) for name, text in self._written.items()}


class Table:
    """All types by name, and those of the kinds by `apiVersion kind`."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._types = {name: Type(name, written) for name, written in data["types"].items()}
        self._kinds: dict[str, str] = data["kinds"]

    def named(self, name: str) -> Type | None:
        """The type of that name; None for a scalar's kind."""
        return self._types.get(name)

    def of(self, api_version: str, kind: str) -> Type | None:
        """The type of a kind. An object that names no version is taken for one of the version that there is."""
        if api_version:
            name = self._kinds.get(f"{api_version} {kind}")
        else:
            name = next((found for key, found in self._kinds.items() if key.endswith(f" {kind}")), None)
        return self._types[name] if name else None


@cache
def table() -> Table:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "types.json")
    with open(path, encoding="utf-8") as file:
        return Table(json.load(file))


def _field(text: str) -> Field:
    """`[]Container`, `string >=34`, `string >=26 <=30`."""
    kind, *bounds = text.split(" ")
    limits = {bound[:2]: int(bound[2:]) for bound in bounds}
    wraps = kind[:2] if kind[:2] in ("[]", "{}") else ""
    return Field(wraps, kind[len(wraps) :], limits.get(">=", 0), limits.get("<=", 0))
