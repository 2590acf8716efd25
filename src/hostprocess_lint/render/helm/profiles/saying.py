"""How a chart's texts say HostProcess, in whatever way YAML lets them spell the key."""

from __future__ import annotations

import re

_LETTERS = "".join(rf"(?:{each}|\\(?:x{ord(each):02x}|u{ord(each):04x}|U{ord(each):08x}))" for each in "hostProcess")
"""The key, with each letter as YAML may spell it: what escapes is as good as what is written plainly."""
KEY = rf"""(?<!\w){_LETTERS}["']?\s*:\s*"""
_PROPERTIES = r"(?:[!&]\S+\s+|#[^\n]*\n\s*)*"
_TRUE = r"""(?:["']?(?:true|yes|on)\b|\*\w)"""
"""What YAML takes for true, in any case as a type is told that is wrong, and an alias, which may be anything."""
MENTION = re.compile(rf"""{KEY}|["'`]{_LETTERS}["'`]""", re.IGNORECASE)
SAYS_MORE = re.compile(rf"""^[^#\n]*?({KEY}{_PROPERTIES}(?:{_TRUE}|["']?\{{\{{))""", re.MULTILINE | re.IGNORECASE)
SAYS_TRUE = re.compile(rf"{KEY}{_PROPERTIES}{_TRUE}", re.IGNORECASE)
_ESCAPED_LETTER = re.compile(r"\\(?:x|u00|U000000)[5-7]", re.IGNORECASE)


def may_name_it(text: str) -> bool:
    """Whether a text could hold the key at all, in letters or escapes: a search for it takes far longer."""
    return "hostprocess" in text.casefold() or _ESCAPED_LETTER.search(text) is not None


def how_often_host_process(text: str) -> int:
    """How often rendered text holds a field `hostProcess: true`, however that is spelt."""
    return sum(1 for _ in SAYS_TRUE.finditer(text)) if may_name_it(text) else 0
