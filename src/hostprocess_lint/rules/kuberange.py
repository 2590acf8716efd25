"""A chart's `kubeVersion`: the newest Kubernetes that it lets itself be installed on."""

from __future__ import annotations

import re
from collections.abc import Callable

_Version = list[int]
_Comparison = tuple[Callable[[_Version, _Version, _Version], bool], _Version, _Version]

_PART = re.compile(r"(?P<operator>[<>=!~^]*)\s*v?(?P<version>[\dxX*]+(?:\.[\dxX*]+){0,2})(?:[-+][\w.+-]*)?(?=[\s,]|$)")
_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")
_LAST = 999
_COMPARED: dict[str, Callable[[_Version, _Version, _Version], bool]] = {
    "": lambda version, low, high: low <= version <= high,
    "=": lambda version, low, high: low <= version <= high,
    "!=": lambda version, low, high: not low <= version <= high,
    ">": lambda version, low, high: version > high,
    ">=": lambda version, low, high: version >= low,
    "<": lambda version, low, high: version < low,
    "<=": lambda version, low, high: version <= high,
    "~": lambda version, low, high: low <= version and version[:2] <= high[:2],
    "^": lambda version, low, high: low <= version and version[0] == low[0],
}
"""How Helm (Masterminds/semver) compares a version with the lowest and highest that a written one may stand for."""


def newest(allowed: str, limit: tuple[int, int]) -> tuple[int, int] | None:
    """The newest Kubernetes 1.x up to `limit` in a range; None where the range does not say, or holds none."""
    alternatives = [_comparisons(each) for each in _HYPHEN.sub(r">=\1, <=\2", allowed).split("||")]
    if not allowed.strip() or any(each is None for each in alternatives):
        return None
    patches = {0, _LAST, *(low[2] for each in alternatives for _, low, _ in each or ())}
    for minor in range(limit[1], -1, -1):
        for patch in patches:
            version = [1, minor, patch]
            if any(all(holds(version, low, high) for holds, low, high in each or ()) for each in alternatives):
                return 1, minor
    return None


def _comparisons(text: str) -> list[_Comparison] | None:
    """What must hold together; None for what is no range."""
    found = list(_PART.finditer(text))
    if not found or _PART.sub("", text).strip(" ,"):
        return None
    held: list[_Comparison] = []
    for part in found:
        operator = part["operator"].replace("=>", ">=").replace("=<", "<=").replace("~>", "~")
        if operator not in _COMPARED:
            return None
        numbers = [int(each) if each.isdecimal() else None for each in [*part["version"].split("."), "x", "x"][:3]]
        low, high = ([other if each is None else each for each in numbers] for other in (0, _LAST))
        held.append((_COMPARED[operator], low, high))
    return held
