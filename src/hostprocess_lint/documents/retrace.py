"""Where each character of a YAML scalar's value is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BREAK = r"\r\n|[\r\n\x85\u2028\u2029]"
_LINE = re.compile(rf"([^\r\n\x85\u2028\u2029]*)({_BREAK}|\Z)")
_BLANKS = re.compile(rf"(?:[ \t]|{_BREAK})+")
_EMPTY_LINES = re.compile(rf"(?:[ \t]*(?:{_BREAK}))*")
_FIRST_TEXT = re.compile("(?:\\A|[\n\u2028\u2029])( *)[^ \n\u2028\u2029]")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|(\r\n|[\r\n\x85\u2028\u2029])|.)")

_Character = tuple["str | None", int]
"""A character of a value, None where an escape stands for it, and its offset in the text."""


def offsets(text: str, start: int, end: int, style: str | None, value: str) -> list[int] | None:
    """For each character of a scalar's value, and for its end, the offset in the text at which it is written.

    `start` and `end` bound the scalar in `text`, quotes or block header included; `style` is `|`, `>`, `"`, `'` or
    None. The result has `len(value) + 1` entries and is checked character by character; None where the value cannot
    be retraced.
    """
    if style not in ("|", ">"):
        inner = (start + 1, end - 1) if style else (start, end)
        return _proved(list(_flow(text, *inner, style)), value, inner[1])
    header = _LINE.match(text, start)
    empty = _EMPTY_LINES.match(text, end)  # they lie behind the region, but may belong to the value
    lines = list(_lines(text, header.end() if header else end, empty.end() if empty else end))
    found = _block(lines, _indent(lines, value), style == ">")[: len(value)]
    return _proved(found, value, found[-1][1] + 1 if found else start)


def _proved(found: list[_Character], value: str, end: int) -> list[int] | None:
    if len(found) != len(value) or any(read not in (None, it) for (read, _), it in zip(found, value, strict=True)):
        return None
    return [*(offset for _, offset in found), end]


def _as_read(line_end: str) -> str:
    return line_end if line_end in "\u2028\u2029" else "\n"


def _lines(text: str, start: int, end: int) -> Iterator[tuple[str, int, str]]:
    """Content, offset and line end of each line that begins in a region."""
    while start < end:
        line = _LINE.match(text, start)
        if line is None:
            return
        yield line[1], start, line[2]
        start = line.end()


def _indent(lines: list[tuple[str, int, str]], value: str) -> int:
    """How far a block scalar is indented. With an indicator in its header its first line may begin with spaces of its
    own: those that it has in the value as well.
    """
    first = next((content for content, _, _ in lines if content.strip(" ")), None)
    if first is not None:
        own = _FIRST_TEXT.search(value)
        return len(first) - len(first.lstrip(" ")) - (len(own[1]) if own else 0)
    return max((len(content) for content, _, _ in lines), default=0) - max(map(len, value.split("\n")))


def _block(lines: list[tuple[str, int, str]], indent: int, folded: bool) -> list[_Character]:
    """A block scalar as libyaml reads it (yaml_parser_scan_block_scalar), with all the line ends that it may keep."""
    found: list[_Character] = []
    pending: list[_Character] = []
    joins = False
    for content, start, line_end in lines:
        written = content[indent:]
        ending: _Character = _as_read(line_end), start + len(content)
        if not written and not content.strip(" "):
            pending.append(ending)
            continue
        if content[:indent].strip(" "):
            break
        flush_left = not written.startswith((" ", "\t"))
        if folded and joins and flush_left and pending and pending[0][0] == "\n":
            first = pending.pop(0)
            pending = pending or [(" ", first[1])]
        found += pending
        found += zip(written, range(start + indent, start + len(content)), strict=True)
        pending = [ending] if line_end else []
        joins = flush_left
    return found + pending


def _flow(text: str, start: int, end: int, style: str | None) -> Iterator[_Character]:
    """A quoted or plain scalar as libyaml reads it (yaml_parser_scan_flow_scalar)."""
    at = start
    while at < end:
        escape = _ESCAPE.match(text, at, end) if style == '"' else None
        blanks = _BLANKS.match(text, escape.start(1) if escape and escape[1] else at, end)
        if blanks is not None:
            yield from _joined(blanks, escaped=escape is not None)
            at = blanks.end()
        elif escape is not None:
            yield None, at
            at = escape.end()
        else:
            yield text[at], at
            at += 2 if style == "'" and text[at] == "'" else 1


def _joined(blanks: re.Match[str], escaped: bool) -> Iterator[_Character]:
    """What blanks and line ends become: an escaped line end nothing, a single one a space."""
    ends = [(_as_read(found[0]), blanks.start() + found.start()) for found in re.finditer(_BREAK, blanks[0])]
    if escaped:
        yield from ends[1:]
    elif not ends:
        yield from zip(blanks[0], range(*blanks.span()), strict=True)
    elif ends[0][0] == "\n":
        yield from ends[1:] or [(" ", ends[0][1])]
    else:
        yield from ends
