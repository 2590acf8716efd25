"""What a YAML scalar means, and where each character of its value is written."""

from __future__ import annotations

import re

_TAG = "tag:yaml.org,2002:"

# Which plain words are no strings, as in goyaml.v2/resolve.go of sigs.k8s.io/yaml, which kubectl reads YAML with.
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_INTEGER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_KINDS: dict[str, type | tuple[type, ...]] = {
    f"{_TAG}bool": bool,
    f"{_TAG}int": int,
    f"{_TAG}float": (int, float),
    f"{_TAG}null": type(None),
    f"{_TAG}timestamp": str,
}
_MAX_DIGITS = 400
"""Longer numbers are strings to us: Python refuses to convert thousands of digits, and no field takes such a one."""


def resolve(tag: str | None, value: str, plain: bool) -> str | bool | int | float | None:
    """The value of a scalar with this tag. Raises ValueError for a tag that is unknown or does not fit."""
    if tag is None:
        return _plain(value) if plain else value
    if tag in ("!", f"{_TAG}str", f"{_TAG}merge"):
        return value
    if tag == f"{_TAG}binary":
        return _binary(value)
    wanted: dict[str, type | tuple[type, ...]] = {
        "bool": bool,
        "int": int,
        "float": (int, float),
        "null": type(None),
        "timestamp": str,
    }
    kind = wanted.get(tag.removeprefix(_TAG)) if tag.startswith(_TAG) else None
    if kind is None:
        raise ValueError(f"unknown tag {tag.removeprefix(_TAG)!r}")
    found = _plain(value)
    if not isinstance(found, kind) or (tag.endswith((":int", ":float")) and isinstance(found, bool)):
        raise ValueError(f"{value!r} is no {tag.removeprefix(_TAG)}")
    return found


def _plain(value: str) -> str | bool | int | float | None:
    first = value[:1]
    if first not in "yYnNtTfFoO~.+-0123456789":  # the empty string is in it, too
        return value
    if value in _WORDS:
        return _WORDS[value]
    if first not in ".+-0123456789" or len(value) > _MAX_DIGITS:
        return value
    digits = value.replace("_", "")
    if _INTEGER.match(digits):
        return _integer(digits)
    return float(digits) if _FLOAT.match(digits) else value


def _integer(digits: str) -> int:
    """`0755` is octal to Go, and so is `0o755`."""
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-")
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
        return sign * int(digits, 8)
    return sign * int(digits, 0)


def _binary(value: str) -> str:
    import base64

    try:
        return base64.b64decode("".join(value.split()), validate=True).decode("utf-8", "replace")
    except ValueError:
        raise ValueError("a !!binary value is no base64") from None


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
