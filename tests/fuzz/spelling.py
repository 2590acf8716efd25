"""Ways to write the same data: no verdict may hang on which of them somebody has chosen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import yaml


def shared(data: Any, known: dict[str, Any] | None = None) -> Any:
    """The data with one object for all that is equal, which the writer of YAML makes into anchors and aliases."""
    known = {} if known is None else known
    if not isinstance(data, (dict, list)) or not data:
        return data
    made: Any = [shared(each, known) for each in data] if isinstance(data, list) else {}
    if isinstance(data, dict):
        made.update({key: shared(value, known) for key, value in data.items()})
    return known.setdefault(json.dumps(data), made)


def escaped(data: Any) -> str:
    """JSON in which the letters of every string are escapes, the characters beyond 16 bits two of them."""

    def letters(found: re.Match[str]) -> str:
        return "".join(f"\\u{ord(letter):04x}" if letter.isalpha() else letter for letter in found[0])

    return re.sub(r'"[A-Za-z ./-]*"', letters, json.dumps(data))


SPELLINGS: dict[str, Callable[[Any], str]] = {
    "block": lambda data: yaml.safe_dump(data, sort_keys=False),
    "flow": lambda data: yaml.safe_dump(data, sort_keys=False, default_flow_style=True),
    "quoted": lambda data: yaml.safe_dump(data, sort_keys=False, default_style='"'),
    "anchors": lambda data: yaml.safe_dump(shared(data), sort_keys=False),
    "JSON": json.dumps,
    "escaped JSON": escaped,
    "JSON as YAML": lambda data: "# a comment\n" + escaped(data),
    "sorted": lambda data: yaml.safe_dump(data, sort_keys=True),
    "CRLF": lambda data: yaml.safe_dump(data, sort_keys=False, width=10_000).replace("\n", "\r\n"),
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16")
"""How a text becomes a file; the first bytes of one in UTF-16 say which it is."""
