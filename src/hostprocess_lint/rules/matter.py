"""Front matter in which every key has its value on its own line, as nearly every page's: a YAML reader takes longer."""

from __future__ import annotations

import re

from ..documents.scalars import plain_scalar

# A key, and a scalar in single quotes, numbers in brackets, or a plain scalar in which nothing means more than itself.
_LINE = re.compile(
    r"(?P<key>[a-z][a-z-]*): "
    r"(?:'(?P<quoted>(?:[ -&(-~]|'')*)'"
    r"|\[(?P<numbers>[1-9][0-9]{0,8}(?:, [1-9][0-9]{0,8})*)\]"
    r"|(?P<plain>[A-Za-z0-9$](?:[!-\"$-9;-~]|:(?=[!-~])|(?<! )#| (?=[!-~]))*))\Z"
)


def one_liners(text: str) -> dict[str, object] | None:
    """The mapping that YAML makes of some front matter; None where it takes a YAML reader to tell."""
    first, *lines, last = text.split("\n")
    if first != "---" or last:
        return None
    found: dict[str, object] = {}
    for line in lines:
        entry = _LINE.match(line)
        if entry is None or entry["key"] in found or plain_scalar(entry["key"]) != entry["key"]:
            return None
        found[entry["key"]] = _value(entry)
    return found


def _value(entry: re.Match[str]) -> object:
    if entry["plain"] is not None:
        return plain_scalar(entry["plain"])
    if entry["quoted"] is not None:
        return entry["quoted"].replace("''", "'")
    return [int(number) for number in entry["numbers"].split(", ")]
