"""Mappings over one another: values over values, and patches over what they change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def layered(low: Mapping[str, Any], high: Mapping[str, Any], atomic: frozenset[str] = frozenset()) -> dict[str, Any]:
    """`high` over `low`: mappings are merged but for `atomic` ones, all else is replaced. A null stays: Helm takes a
    default away for one.
    """
    result = dict(low)
    for key, value in high.items():
        below = result.get(key)
        if isinstance(below, dict) and isinstance(value, dict) and key not in atomic:
            result[key] = layered(below, value, atomic)
        else:
            result[key] = value
    return result


def merge_patched(low: Any, high: Any) -> Any:
    """What a JSON merge patch (RFC 7396) makes of some data: a null takes an entry away."""
    if not (isinstance(low, dict) and isinstance(high, dict)):
        return _without_nulls(high)
    result = dict(low)
    for key, value in high.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patched(result.get(key), value)
    return result


def _without_nulls(data: Any) -> Any:
    return {k: _without_nulls(v) for k, v in data.items() if v is not None} if isinstance(data, dict) else data
