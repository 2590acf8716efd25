"""Go's `filepath.Match` on other systems than Windows, to the byte: which names a pattern of `.helmignore` matches.

Differs from `fnmatch` in what a class may hold, in that `*` and `?` stop at a slash, that a backslash quotes, and that
what follows a `*` is taken where it is first found. Compared with Go 1.24's `match.go`, and by a test with Helm itself.
"""

from __future__ import annotations

from typing import NamedTuple

_SLASH = 0x2F
_MOST = 5_000_000


class BadPatternError(ValueError):
    """A pattern that Go refuses."""


class Class(NamedTuple):
    """`[a-z]`, or with `[^` all others: the code points from and to which, both included."""

    negated: bool
    ranges: tuple[tuple[int, int], ...]


class Chunk(NamedTuple):
    """What stands between stars. `literal` are its bytes where it is nothing but bytes; None in `parts` is a `?`."""

    is_after_star: bool
    parts: tuple[int | Class | None, ...]
    literal: bytes | None


class Work:
    """How much matching may still be done: classes behind stars are tried at each byte."""

    def __init__(self, left: int = _MOST) -> None:
        self.left = left

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise WorkError


class WorkError(Exception):
    """Too much to match."""


Pattern = tuple[Chunk, ...]


def parse_pattern(pattern: bytes) -> Pattern:
    """A pattern taken apart; `BadPatternError` where Go finds it malformed."""
    chunks: list[Chunk] = []
    position = 0
    while position < len(pattern):
        start = position
        while pattern[position : position + 1] == b"*":
            position += 1
        is_after_star = position > start
        parts: list[int | Class | None] = []
        while position < len(pattern) and pattern[position : position + 1] != b"*":
            part, position = _part(pattern, position)
            parts.append(part)
        codes = [part for part in parts if isinstance(part, int)]
        chunks.append(Chunk(is_after_star, tuple(parts), bytes(codes) if len(codes) == len(parts) else None))
    return tuple(chunks)


def matches(pattern: Pattern, name: bytes, work: Work) -> bool:
    """Whether a pattern matches a whole name."""
    work.spend(len(pattern) + 1)
    position = 0
    for index, chunk in enumerate(pattern):
        is_last = index == len(pattern) - 1
        if chunk.is_after_star and not chunk.parts:  # only the last chunk can be empty
            return _SLASH not in name[position:]
        found = _find(chunk, name, position, is_last, work)
        if found is None:
            return False
        position = found
    return position == len(name)


def _find(chunk: Chunk, name: bytes, position: int, is_last: bool, work: Work) -> int | None:
    """Where a chunk ends that begins here, or, behind a star, as near as there is no slash in between."""
    slash = name.find(b"/", position)
    furthest = len(name) if slash < 0 else slash
    if not chunk.is_after_star:
        furthest = position
    if chunk.literal is not None:
        start = name.find(chunk.literal, position, furthest + len(chunk.literal))
        if is_last:  # it must be at the end, which need not be where it is found first
            start = len(name) - len(chunk.literal)
            if not position <= start <= furthest or not name.endswith(chunk.literal):
                return None
        return None if start < 0 else start + len(chunk.literal)
    for start in range(position, furthest + 1):
        work.spend(len(chunk.parts))
        end = _match(chunk.parts, name, start)
        if end is not None and (not is_last or end == len(name)):
            return end
    return None


def _match(parts: tuple[int | Class | None, ...], name: bytes, position: int) -> int | None:
    for part in parts:
        if position >= len(name):
            return None
        if isinstance(part, int):
            if name[position] != part:
                return None
            position += 1
            continue
        code, width = _rune(name, position)
        if part is None:
            if name[position] == _SLASH:
                return None
        elif any(low <= code <= high for low, high in part.ranges) is part.negated:
            return None
        position += width
    return position


def _part(pattern: bytes, position: int) -> tuple[int | Class | None, int]:
    """A byte, a `?` or a class of a pattern, and where the next begins."""
    character = pattern[position : position + 1]
    if character == b"[":
        return _class(pattern, position + 1)
    if character == b"?":
        return None, position + 1
    if character == b"\\":
        position += 1
        if position == len(pattern):
            raise BadPatternError
    return pattern[position], position + 1


def _class(pattern: bytes, position: int) -> tuple[Class, int]:
    negated = pattern[position : position + 1] == b"^"
    position += negated
    ranges: list[tuple[int, int]] = []
    while not ranges or pattern[position : position + 1] != b"]":
        low, position = _escaped(pattern, position)
        high = low
        if pattern[position : position + 1] == b"-":
            high, position = _escaped(pattern, position + 1)
        ranges.append((low, high))
    return Class(negated, tuple(ranges)), position + 1


def _escaped(pattern: bytes, position: int) -> tuple[int, int]:
    if pattern[position : position + 1] in (b"", b"-", b"]"):
        raise BadPatternError
    position += pattern[position] == 0x5C
    if position == len(pattern):
        raise BadPatternError
    code, width = _rune(pattern, position)
    if (code == 0xFFFD and width == 1) or position + width == len(pattern):
        raise BadPatternError
    return code, position + width


def _rune(text: bytes, position: int) -> tuple[int, int]:
    """The character at a byte, and its width; as in Go, a byte that begins none is U+FFFD, and one byte wide."""
    first = text[position]
    if first < 0x80:
        return first, 1
    width = 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    try:
        return ord(text[position : position + width].decode()), width
    except (UnicodeDecodeError, TypeError):
        return 0xFFFD, 1
