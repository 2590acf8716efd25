"""Front matter in which every key has its value on its own line, as nearly every page's: a YAML reader takes longer."""

from __future__ import annotations

import re

from ..documents.scalars import plain_scalar

# A key, and a scalar in single quotes, numbers in brackets, a mapping of one key, or a plain scalar.
_LINE = re.compile(
    r"([a-z][a-z-]*): (?:'([ -~…]*)'|\[([1-9][0-9]{0,8}(?:, [1-9][0-9]{0,8})*)\]|(\{.*\})"
    r"|([A-Za-z0-9$](?:[ -~…]*[!-9;-~…])?))\Z"
)
_PAIR = re.compile(r"\{([a-z][a-z-]*): (?:\[([a-z][a-z*-]*)\]|'([ -&(-~]*)'|\"([0-9.]*)\"|([a-z]+))\}")
"""A mapping of one key: its value is a word in brackets, in quotes, or bare."""


def one_liners(text: str) -> dict[str, object] | None:
    """The mapping that YAML makes of some front matter; None where it takes a YAML reader to tell."""
    first, *lines, last = text.split("\n")
    if first != "---" or last:
        return None
    found: dict[str, object] = {}
    for line in lines:
        entry = _LINE.match(line)
        if entry is None:
            return None
        key, quoted, numbers, mapping, plain = entry.groups()
        if key in found or plain_scalar(key) != key:
            return None
        if quoted is not None:
            if "'" in quoted.replace("''", ""):
                return None
            found[key] = quoted.replace("''", "'")
        elif numbers is not None:
            found[key] = [int(number) for number in numbers.split(", ")]
        elif mapping is not None:
            pair = _PAIR.fullmatch(mapping)
            if pair is None or plain_scalar(pair[1]) != pair[1]:
                return None
            found[key] = {pair[1]: _value(pair)}
        elif ": " in plain or " #" in plain:  # where a plain scalar ends
            return None
        else:
            found[key] = plain_scalar(plain)
    return found


def _value(pair: re.Match[str]) -> object:
    _, listed, single, double, plain = pair.groups()
    if listed is not None:
        return [plain_scalar(listed)]
    return plain_scalar(plain) if plain is not None else single if single is not None else double
