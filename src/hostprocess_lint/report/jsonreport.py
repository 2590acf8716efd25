"""A report in JSON, as text."""

from __future__ import annotations

import json
from collections.abc import Iterator

from .inert import defused


def json_text(value: object, depth: int) -> str:
    """A report in JSON: a line for each value down to a depth, where a person reads and compares, compact below.

    ASCII only, so that a snippet's controls stay escapes wherever the file is shown. A list may be an iterator down to
    that depth, of what is made as it is written.
    """
    return defused(_written(value, depth, "\n"), "\\u005b") + "\n"


def _written(value: object, depth: int, line: str) -> str:
    """`json.dumps` with an indent would do without its fast encoder, and take three times as long."""
    inner = line + " "
    if depth and value and isinstance(value, dict):
        items = (f"{json.dumps(key)}: {_written(item, depth - 1, inner)}" for key, item in value.items())
        return f"{{{inner}{f',{inner}'.join(items)}{line}}}"
    if depth and isinstance(value, (list, Iterator)):
        items = (_written(item, depth - 1, inner) for item in value)
        return f"[{inner}{written}{line}]" if (written := f",{inner}".join(items)) else "[]"
    return json.dumps(value)
