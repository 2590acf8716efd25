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

_ACTION = re.compile(rb"\{\{.*?\}\}", re.DOTALL)
_HARMLESS = re.compile(
    rb"""(?:trimPrefix|trimSuffix|trimAll|split\w*|replace)\s+["`][^"`a-zA-Z\\]*["`]|trunc\s+\(?-?(?:[2-9]\d|\d{3})"""
)
"""What every chart does with its names: their separators go, and what is long is cut. Runs of letters stay whole."""

_REWRITES = re.compile(
    rb"""\b(?:(?:must)?[rR]egex\w+|b32dec|b64dec|decryptAES|substr|slice|initials|abbrev\w*|(?:camel|kebab|snake)case
    |shuffle|wrap\w*|trunc|trimPrefix|trimSuffix|trimAll|split\w*|replace)\b
    |\btpl\s+\(\s*(?:print\w*|cat|join|concat)\b
    |["`][^"`]*%[^"`a-z]{0,8}[cU]|\\[0-7]{3}""",
    re.VERBOSE,
)
"""What takes letters out of a text or makes others of them, and what puts a template together."""

_TEMPLATE_IN_TEXT = re.compile(rb"""\{\{[^"`]*["`][^"`]*\{\{""")


def may_make(texts: Iterable[bytes]) -> bool:
    """Whether templates and values with these texts could render one of the words.

    A word counts as well where it can be put together from whole runs of letters, as `printf "host%s" "Process"` does,
    and where it is base64. A chart that cuts or decodes texts may make any word.
    """
    whole = b"\n".join(texts)
    if may_concern(whole):
        return True
    pieces = frozenset(_LETTERS.findall(_NO_LETTERS.sub(b" ", whole.lower())))
    pieces |= frozenset(_LETTERS.findall(whole.lower()))
    if any(_is_made_of(word, pieces) for word in _WORDS):
        return True
    if any(_REWRITES.search(_HARMLESS.sub(b"", action)) for action in _ACTION.findall(whole)):
        return True
    if re.search(rb"\btpl\b", whole) and _TEMPLATE_IN_TEXT.search(whole):
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
