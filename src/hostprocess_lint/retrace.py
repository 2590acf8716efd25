"""Where each character of a YAML scalar's value is written."""

from __future__ import annotations

import re


def offsets(text: str, start: int, end: int, style: str | None, value: str) -> list[int] | None:
    """For each character of a scalar's value, and for its end, the offset in the text at which it is written.

    `start` and `end` bound the scalar in `text`, quotes or block header included; `style` is `|`, `>`, `"`, `'` or
    None. The result has `len(value) + 1` entries and is checked character by character; None where the value cannot
    be retraced.
    """
    if style in ("|", ">"):
        found = _block_offsets(text, start, end, value, folded=style == ">")
    else:
        found = _flow_offsets(text, start, end, style)
    if found is None or len(found) != len(value) + 1:
        return None
    plain = (pair for pair in zip(value, found, strict=False) if pair[0] not in " \n" and text[pair[1]] not in "\\'")
    return found if all(character == text[offset] for character, offset in plain) else None


_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")


def _block_offsets(text: str, start: int, end: int, value: str, folded: bool) -> list[int] | None:
    header = _LINE.match(text, start)
    if header is None:
        return None
    found: list[int] = []
    indent = None
    line_start = header.end()
    while len(found) < len(value) and line_start < max(end, line_start + 1) and line_start < len(text):
        line = _LINE.match(text, line_start)
        if line is None:
            return None
        content = line[1]
        if indent is None and content.strip():
            # An explicit indentation indicator keeps leading spaces, so the value itself tells the indentation.
            first = value[len(found) :].split("\n", 1)[0]
            lead = len(first) - len(first.lstrip(" "))
            indent = len(content) - len(content.lstrip(" ")) - lead
        written = content[indent or 0 :] if content.strip() or indent is not None else ""
        if value.startswith(written, len(found)):
            base = line.end(1) - len(written)
            found.extend(range(base, line.end(1)))
        elif written.strip():
            return None
        separator = value[len(found) : len(found) + 1]
        if separator == "\n" or (folded and separator == " "):
            found.append(line.end(1))
        line_start = line.end()
    found.append(found[-1] + 1 if found else header.end())
    return found


_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|(?:\r\n|[\r\n\x85\u2028\u2029])[ \t]*|.)")
_FOLD = re.compile(r"[ \t]*(?:(?:\r\n|[\r\n\x85\u2028\u2029])[ \t]*)+")
_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")


def _flow_offsets(text: str, start: int, end: int, style: str | None) -> list[int]:
    """Offsets in a quoted or plain scalar: escapes are one character, a line break folds to a space."""
    found: list[int] = []
    at, stop = (start + 1, end - 1) if style else (start, end)
    while at < stop:
        if style == '"' and text[at] == "\\":
            escape = _ESCAPE.match(text, at)
            if escape is None:
                break
            if not _BREAK.match(text, at + 1):
                found.append(at)
            at = escape.end()
        elif style == "'" and text[at] == "'":
            found.append(at)
            at += 2
        elif (fold := _FOLD.match(text, at, stop)) is not None:
            breaks = len(_BREAK.findall(fold[0]))
            found.extend([at] * max(breaks - 1, 1))
            at = fold.end()
        else:
            found.append(at)
            at += 1
    found.append(at)
    return found
