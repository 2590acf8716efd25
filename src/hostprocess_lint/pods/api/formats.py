"""Values that Go decodes by code of its own: numbers of a size, quantities, times."""

from __future__ import annotations

import re
from datetime import datetime
from math import isfinite
from typing import TypeGuard

_SIZES = {"int32": 2**31, "int64": 2**63}

# ParseQuantity of k8s.io/apimachinery/pkg/api/resource: it takes a number without digits, too, where a suffix does not
# make it one for its slower way.
_QUANTITY = re.compile(r"[+-]?([0-9]*(?:\.[0-9]*)?)([eEinumkKMGTP]*[-+]?[0-9]*)\Z")
_SUFFIXES = frozenset(("", "n", "u", "m", *"kMGTPE", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"))
_EXPONENT = r"[eE][-+]?[0-9]{1,18}\Z"
_NEEDS_DIGITS = r"[PE]i|[eE]-0*[1-9][0-9]"
_TRIMMED = " \x85\xa0"
"""The blanks that stand for themselves in JSON, which is what is trimmed."""

_TIME = r"([0-9]{4}-[0-9]{2}-[0-9]{2}T)([0-9]{1,2})(:[0-9]{2}:[0-9]{2})(?:[.,][0-9]+)?(?:Z|[+-]([0-9]{2}):([0-9]{2}))\Z"


def is_whole(value: object, size: str) -> TypeGuard[int | float]:
    """Whether a number is one of that many bits. `80.0` becomes `80` on its way through JSON."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    if isinstance(value, float):
        if not isfinite(value) or not value.is_integer():
            return False
        from decimal import Decimal  # here, because few numbers have a point

        value = int(Decimal(repr(value)))  # the digits that JSON has, not those of the binary number
    return -_SIZES[size] <= value < _SIZES[size]


def is_quantity(value: object) -> bool:
    """Whether it is an amount, as in `512Mi`."""
    if isinstance(value, bool):
        return False
    if isinstance(value, (int, float)):
        return isfinite(value)
    if not isinstance(value, str):
        return False
    text = value.strip(_TRIMMED)
    found = _QUANTITY.match(text) if text else None
    if found is None or (found[1] in ("", ".") and re.match(_NEEDS_DIGITS, found[2])):
        return False
    return found[2] in _SUFFIXES or re.match(_EXPONENT, found[2]) is not None


def is_int_or_string(value: object) -> bool:
    return isinstance(value, str) or is_whole(value, "int32")


def is_time(value: object) -> bool:
    """Whether it is a time by RFC 3339, as Go's time.Parse takes it: an hour of one digit and a year of zeros, too."""
    found = re.match(_TIME, value) if isinstance(value, str) else None
    if found is None or int(found[4] or 0) > 24 or int(found[5] or 0) > 60:
        return False
    day = re.sub("^0000", "2000", found[1])  # years that leap, of which Python has the later one only
    try:
        datetime.strptime(f"{day}{found[2]:0>2}{found[3]}", "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007 (only checked)
    except ValueError:
        return False
    return not found[3].endswith(("60", "61"))
