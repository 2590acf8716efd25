"""The first look: whether raw bytes could hold a word that a rule can need, without parsing them."""

from __future__ import annotations

import re

WORD = b"hostprocess"
"""The one key without which a pod is none of ours, in lower case."""

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

# The ways in which YAML and JSON spell a character of a key otherwise: an escape, or a line break that an escape
# joins. Each is decoded wherever it could stand, in double quotes or not. That can only find too much: two such
# sequences never overlap, so no real one is lost.
_ESCAPE = re.compile(
    rb"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(?:\r\n|[\r\n]|\xc2\x85|\xe2\x80[\xa8\xa9])[ \t]*)"
)
_BASE64_TAG = re.compile(rb"!!binary|2002:binary")


def may_concern(raw: bytes) -> bool:
    """Whether the bytes of a YAML or JSON file could parse to a key or text with the word in it, in any case.

    False is a proof: the word is not there plainly, nor with escapes decoded, nor in UTF-16, nor behind a tag that
    decodes base64. An alias or an anchor repeats what is written elsewhere in the file.
    """
    if raw.startswith(UTF16_MARKS):
        raw = raw.decode("utf-16", "replace").encode("utf-8", "replace")
    lower = raw.lower()
    if WORD in lower:
        return True
    if b"\\" in raw and WORD in _ESCAPE.sub(_decoded, raw).lower():
        return True
    return b"binary" in lower and _BASE64_TAG.search(raw) is not None or b"%TAG" in raw


def _decoded(escape: re.Match[bytes]) -> bytes:
    digits = escape[1] or escape[2] or escape[3]
    if digits is None:
        return b""
    code = int(digits, 16)
    return chr(code).encode("utf-8", "replace") if code < 0x110000 else b""
