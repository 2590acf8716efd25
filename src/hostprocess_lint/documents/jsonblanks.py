"""What lies between the tokens of JSON (RFC 8259, section 2)."""

import re

_BLANKS = re.compile(r"[ \t\r\n]*")
_SEPARATORS = re.compile(r"[ \t\r\n,:]*")


def behind_blanks(text: str, at: int) -> int:
    """The offset of the next thing that is no blank, or the text's end."""
    return _BLANKS.match(text, at).end()  # type: ignore[union-attr]  # it matches everywhere


def behind_separators(text: str, at: int) -> int:
    """That of the next key or value: where a text is known to be JSON, commas and colons are as good as blanks."""
    return _SEPARATORS.match(text, at).end()  # type: ignore[union-attr]
