"""What a YAML scalar means."""

from __future__ import annotations

import re
from math import isfinite

TAG = "tag:yaml.org,2002:"

# Which plain words are no strings, as in goyaml.v2/resolve.go of sigs.k8s.io/yaml, which kubectl reads YAML with.
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
MAY_BE_NO_STRING = "yYnNtTfFoO~.+-0123456789"
"""The characters that a plain scalar begins with if it is no string."""

# After a `0b` Go reads a number with a sign of its own.
_INTEGER = re.compile(r"(?:[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)|0b[-+][01]+)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_KINDS: dict[str, type | tuple[type, ...]] = {
    f"{TAG}bool": bool,
    f"{TAG}int": int,
    f"{TAG}float": (int, float),
    f"{TAG}null": type(None),
    f"{TAG}timestamp": str,
}
_MAX_DIGITS = 400
"""Longer numbers are strings to us: Python refuses to convert thousands of digits, and no field takes such a one."""


def tagged(tag: str, value: str) -> str | bool | int | float | None:
    """The value of a scalar with this tag. Raises ValueError for a tag that is unknown or does not fit."""
    if tag in ("!", f"{TAG}str", f"{TAG}merge"):
        return value
    if tag == f"{TAG}binary":
        return _binary(value)
    kind = _KINDS.get(tag)
    if kind is None:
        raise ValueError(f"unknown tag {tag.removeprefix(TAG)!r}")
    found = plain_scalar(value)
    if not isinstance(found, kind) or (tag.endswith((":int", ":float")) and isinstance(found, bool)):
        raise ValueError(f"{value!r} is no {tag.removeprefix(TAG)}")
    return found


def plain_scalar(value: str) -> str | bool | int | float | None:
    """The value of a scalar without quotes and tag."""
    first = value[:1]
    if first not in MAY_BE_NO_STRING:  # the empty string is in it, too
        return value
    if value in _WORDS:
        return _WORDS[value]
    if first not in ".+-0123456789" or len(value) > _MAX_DIGITS:
        return value
    number = _number(value if first == "." else value.replace("_", ""))
    return value if number is None else number


def _number(digits: str) -> int | float | None:
    """As strconv.ParseInt, ParseUint and ParseFloat take it, in this order: what is too large for all is a string.

    Decimal digits are kept as they are written.
    """
    if _INTEGER.match(digits):
        integer = _integer(digits)
        if -(2**63) <= integer < 2**64 or digits.lstrip("+-")[0] != "0":
            return integer
    found = float(digits) if _FLOAT.match(digits) else None
    return found if found is not None and isfinite(found) else None


def _integer(digits: str) -> int:
    """`0755` is octal to Go, and so is `0o755`."""
    if digits.startswith(("0b+", "0b-")):
        return int(digits[2:], 2)
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-")
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
        return sign * int(digits, 8)
    return sign * int(digits, 0)


def _binary(value: str) -> str:
    import base64

    try:
        return base64.b64decode("".join(value.split()), validate=True).decode("utf-8", "replace")
    except ValueError:
        raise ValueError("a !!binary value is no base64") from None
