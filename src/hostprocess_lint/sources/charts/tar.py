"""The entries of a tar archive as Go's `archive/tar` reads them, so that what Helm sees of a chart is what is judged.

Python's `tarfile` ends without a word at a header that it does not understand, passes over entries of unknown types,
and takes a time that grows with the square of some headers' length. Compared with `reader.go`, `strconv.go` and
`format.go` of Go 1.24, and by a test with Helm itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .gunzip import ArchiveError, Inflated, RefusedArchiveError

_BLOCK = 512
_ZEROS = bytes(_BLOCK)
_SPECIAL_BYTES = 1024**2  # Go's own limit on what an extended header holds
_EXTENDED, _EXTENDED_FOR_ALL, _LONG_NAME, _LONG_LINK, _SPARSE, _DIRECTORY = b"x", b"g", b"L", b"K", b"S", b"5"
_WITHOUT_DATA = b"123456"
_DIRECTORY_MODE = 0o040000
_NUMBERS = ((100, 108), (108, 116), (116, 124), (136, 148))  # mode, uid, gid and time; Go refuses what is no number
_DEVICES = ((329, 337), (337, 345))
_OCTAL = re.compile(rb"[0-7]+")
_RECORD = re.compile(rb"(\d{1,18}) ")


class TarEntry(NamedTuple):
    """A file, or what else an archive may hold. `size` is what its header says; not always as much follows."""

    name: str
    kind: bytes
    mode: int
    size: int

    @property
    def is_directory(self) -> bool:
        return self.kind == _DIRECTORY or self.mode & ~0o7777 == _DIRECTORY_MODE

    @property
    def is_header(self) -> bool:
        return self.kind in (_EXTENDED, _EXTENDED_FOR_ALL)


class Archive:
    """The entries of an archive one after the other, each with its content until the next is asked for."""

    def __init__(self, stream: Inflated) -> None:
        self._stream = stream
        self._unread = self._padding = 0

    def __iter__(self) -> Iterator[TarEntry]:
        while (entry := self._next()) is not None:
            yield entry

    def content(self) -> bytes:
        """The current entry's bytes."""
        size, self._unread = self._unread, 0
        found = self._stream.read(size)
        if len(found) < size:
            raise ArchiveError("it ends in the middle of a file")
        return found

    def _next(self) -> TarEntry | None:
        extended: dict[bytes, bytes] = {}
        long_name = b""
        while True:
            block = self._header()
            if block is None:
                return None
            kind = block[156:157]
            size = _number(block[124:136])
            self._holds(kind, size)
            if kind in (_EXTENDED, _EXTENDED_FOR_ALL):
                records = _records(self._special())
                if kind == _EXTENDED_FOR_ALL:
                    return TarEntry("", kind, 0, size)
                extended = records
            elif kind in (_LONG_NAME, _LONG_LINK):
                text = self._special().partition(b"\0")[0]
                long_name = text if kind == _LONG_NAME else long_name
            else:
                return self._entry(block, kind, size, extended, long_name)

    def _entry(self, block: bytes, kind: bytes, size: int, extended: dict[bytes, bytes], long_name: bytes) -> TarEntry:
        if kind == _SPARSE or any(key.startswith(b"GNU.sparse.") for key in extended):
            raise RefusedArchiveError("it holds a sparse file")
        size = _decimal(extended[b"size"]) if extended.get(b"size") else size
        name = long_name or extended.get(b"path") or _name(block)
        if kind == b"\0":
            kind = _DIRECTORY if name.endswith(b"/") else b"0"
        self._holds(kind, size)
        return TarEntry(name.decode("utf-8", "surrogateescape"), kind, _number(block[100:108]), size)

    def _header(self) -> bytes | None:
        """The next header; None at the end, which is two blocks of zeros or nothing more."""
        if not self._stream.skip(self._unread):
            raise ArchiveError("it ends in the middle of a file")
        if not self._stream.skip(self._padding):
            return None
        self._unread = self._padding = 0
        block = self._stream.read(_BLOCK)
        if block == _ZEROS:
            block = self._stream.read(_BLOCK)
            if block in (b"", _ZEROS):
                return None
            raise ArchiveError("it goes on behind its end")
        if not block:
            return None
        _check(block)
        return block

    def _holds(self, kind: bytes, size: int) -> None:
        self._unread = 0 if kind in _WITHOUT_DATA else size
        if self._unread < 0:
            raise ArchiveError("it has a size below zero")
        self._padding = -self._unread % _BLOCK

    def _special(self) -> bytes:
        if self._unread > _SPECIAL_BYTES:
            raise ArchiveError("an entry's headers are too long")
        return self.content()


def _check(block: bytes) -> None:
    """Refuse what Go takes for no header."""
    if len(block) < _BLOCK:
        raise ArchiveError("it ends in the middle of a header")
    summed = block[:148] + b" " * 8 + block[156:]
    signed = sum(summed) - 256 * sum(byte > 127 for byte in summed)
    if _octal(block[148:156]) not in (sum(summed), signed):
        raise ArchiveError("a header's checksum is wrong")
    for start, end in (*_NUMBERS, *(_DEVICES if block[257:262] == b"ustar" else ())):
        _number(block[start:end])


def _name(block: bytes) -> bytes:
    """The name in a header, with the prefix where its format has one."""
    name = block[:100].partition(b"\0")[0]
    if block[257:263] == b"ustar\0":
        end = 476 if block[508:512] == b"tar\0" else 500
        prefix = block[345:end].partition(b"\0")[0]
        return prefix + b"/" + name if prefix else name
    if block[257:265] == b"ustar  \0" and not all(_is_time(block[start : start + 12]) for start in (345, 357)):
        prefix = block[345:500].partition(b"\0")[0]  # as some old writers did, though GNU's format has none
        return prefix + b"/" + name if prefix and prefix.isascii() else name
    return name


def _is_time(field: bytes) -> bool:
    try:
        _number(field)
    except ArchiveError:
        return field[:1] == b"\0"
    return True


def _records(data: bytes) -> dict[bytes, bytes]:
    """The records of an extended header: each is its length, a blank, `key=value` and a newline."""
    found: dict[bytes, bytes] = {}
    position = 0
    while position < len(data):
        length = _RECORD.match(data, position)
        end = position + int(length[1]) if length else 0
        if length is None or end - position < 5 or end > len(data) or data[end - 1 : end] != b"\n":
            raise ArchiveError("an extended header is broken")
        key, equals, value = data[length.end() : end - 1].partition(b"=")
        if not equals or not key or b"\0" in (value if key in (b"path", b"linkpath", b"uname", b"gname") else key):
            raise ArchiveError("an extended header is broken")
        found[key] = value
        position = end
    return found


def _number(field: bytes) -> int:
    """A number in octal digits, or as its bytes where the first bit is set."""
    if not field[0] & 0x80:
        return _octal(field)
    number = int.from_bytes(bytes((field[0] & 0x7F,)) + field[1:], "big")
    if field[0] & 0x40:
        number -= 1 << (8 * len(field) - 1)
    if not -(1 << 63) <= number < 1 << 63:
        raise ArchiveError("a header's number is too large")
    return number


def _octal(field: bytes) -> int:
    digits = field.strip(b" \0").partition(b"\0")[0]
    if digits and not _OCTAL.fullmatch(digits):
        raise ArchiveError("a header's number is none")
    return int(digits or b"0", 8)


def _decimal(text: bytes) -> int:
    if not re.fullmatch(rb"[+-]?\d{1,18}", text):
        raise ArchiveError("an extended header is broken")
    return int(text)
