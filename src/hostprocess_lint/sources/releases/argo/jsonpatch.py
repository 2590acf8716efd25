"""JSON patches (RFC 6902), as far as ApplicationSets use them: `add`, `replace` and `remove`."""

from __future__ import annotations

from copy import deepcopy
from typing import Any


def patched(data: Any, operations: list[Any]) -> Any:
    """Some data after a list of operations. Raises ValueError where one cannot be done."""
    result = deepcopy(data)
    for operation in operations:
        if not isinstance(operation, dict) or operation.get("op") not in ("add", "replace", "remove"):
            raise ValueError("an operation of a patch that is not `add`, `replace` or `remove`")
        steps = [step.replace("~1", "/").replace("~0", "~") for step in str(operation.get("path")).split("/")[1:]]
        if not steps:
            raise ValueError("a patch of the whole")
        _apply(_inner(result, steps[:-1]), steps[-1], operation)
    return result


def _inner(data: Any, steps: list[str]) -> Any:
    for step in steps:
        if isinstance(data, dict) and step in data:
            data = data[step]
        elif isinstance(data, list) and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        else:
            raise ValueError(f"a patch of `{step}`, which is not there")
    return data


def _apply(target: Any, step: str, operation: dict[str, Any]) -> None:
    kind, value = operation["op"], operation.get("value")
    if isinstance(target, dict):
        if kind == "remove":
            target.pop(step, None)
        else:
            target[step] = value
    elif isinstance(target, list):
        index = len(target) if step == "-" else int(step) if step.isdigit() else -1
        if not 0 <= index <= len(target) - (kind != "add"):
            raise ValueError(f"a patch of item {step}, which is not there")
        if kind == "add":
            target.insert(index, value)
        elif kind == "remove":
            del target[index]
        else:
            target[index] = value
    else:
        raise ValueError(f"a patch of `{step}`, which is in no mapping or list")
