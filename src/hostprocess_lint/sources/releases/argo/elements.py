"""The elements of an ApplicationSet: parameters by name, and the texts that these are filled in to."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from ..places import ValueLocator

Fill = Callable[[str, Mapping[str, Any]], str]
"""What a template becomes with some parameters. Raises ValueError where nobody here can say."""


class Element(NamedTuple):
    """What one element of a generator gives, and where that is written; `is_open` says that a server gives more."""

    parameters: Mapping[str, Any]
    places: tuple[ValueLocator, ...] = ()
    is_open: bool = False


def filled_in(data: Any, parameters: Mapping[str, Any], fill: Fill) -> Any:
    """Every string of some data filled in, keys too; of a mapping's nulls nothing is left (`deeplyReplace`)."""
    if isinstance(data, dict):
        known = ((key, value) for key, value in data.items() if value is not None)
        return {fill(key, parameters): filled_in(value, parameters, fill) for key, value in known}
    if isinstance(data, list):
        return [filled_in(item, parameters, fill) for item in data]
    return fill(data, parameters) if isinstance(data, str) else data


def flat(parameters: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Parameters by dotted names, as templates without `goTemplate` know them."""
    found: dict[str, str] = {}
    for key, value in parameters.items():
        if isinstance(value, list):
            value = {str(index): item for index, item in enumerate(value)}
        if isinstance(value, dict):
            found.update(flat(value, f"{prefix}{key}."))
        else:
            found[prefix + key] = said(value)
    return found


def said(value: Any, nothing: str = "<nil>") -> str:
    """As Go's `%v` prints what was JSON, whose numbers are all floats."""
    if value is None:
        return nothing
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, (int, float)) or abs(value) > sys.float_info.max:
        return str(value)
    decimal = Decimal(repr(float(value))).normalize()  # in the fewest digits
    power = decimal.adjusted()
    if not decimal or -4 <= power < 6:
        return format(decimal, "f")
    shown = f"{decimal:e}".partition("e")[0]
    return f"{shown}e{'-' if power < 0 else '+'}{abs(power):02d}"


def normalized(name: str) -> str:
    """As a part of an object's name (SanitizeName in applicationset/utils)."""
    return re.sub(r"[^a-z0-9.-]", "-", name.lower())[:253].strip("-.")
