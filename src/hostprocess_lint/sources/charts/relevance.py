"""Whether a chart could make anything that a rule needs, by the words in its files: before any engine runs."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable

from ...documents.firstlook import may_concern

_WORDS = (b"hostprocess", b"windowsoptions")
_LETTERS = re.compile(rb"[a-z]+")
_NO_LETTERS = re.compile(rb"[%\\][a-z]")  # the verbs of `printf`, and escapes
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{12,}={0,2}")


def may_make(texts: Iterable[bytes]) -> bool:
    """Whether templates and values with these texts could render one of the words.

    A word counts as well where it can be put together from whole runs of letters, as `printf "host%s" "Process"` does,
    and where it is base64. What a template makes by replacing letters in other words is not thought of.
    """
    whole = b"\n".join(texts)
    if may_concern(whole):
        return True
    pieces = frozenset(_LETTERS.findall(_NO_LETTERS.sub(b" ", whole.lower())))
    if any(_is_made_of(word, pieces) for word in _WORDS):
        return True
    return any(may_concern(_decoded(each)) for each in _BASE64.findall(whole))


def _is_made_of(word: bytes, pieces: frozenset[bytes]) -> bool:
    reached = {0}
    for end in range(1, len(word) + 1):
        if any(word[start:end] in pieces for start in reached):
            reached.add(end)
    return len(word) in reached


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return b""
