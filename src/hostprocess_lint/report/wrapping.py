"""Lines of prose wrapped at blanks, so that a terminal does not break them within words."""

from __future__ import annotations

import re

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_NARROWEST = 40
"""Below that there is more broken than whole."""


def wrapped(line: str, indent: int, width: int) -> str:
    """A line in several, those behind the first indented; as it is where there is no width. A word stays whole."""
    if width < _NARROWEST or _length(line) <= width:
        return line
    lines: list[str] = []
    start = " " * (len(line) - len(line.lstrip(" ")))
    current, length = start, len(start)
    for word in line.lstrip(" ").split(" "):
        more = _length(word)
        if length + 1 + more > width and current.strip():
            lines.append(current)
            current, length = " " * indent + word, indent + more
        elif current == start:
            current, length = current + word, length + more
        else:
            current, length = f"{current} {word}", length + 1 + more
    return "\n".join([*lines, current])


def _length(text: str) -> int:
    """How many columns it takes: colours take none."""
    return len(_STYLE.sub("", text) if "\x1b" in text else text)
