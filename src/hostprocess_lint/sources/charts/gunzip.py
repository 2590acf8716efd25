"""A gzip file inflated as far as it is asked for: what is wrong behind that is nobody's concern, as for Helm.

Helm stops at a tar archive's end. Python's `gzip` reads ahead, and refuses the whole for bytes behind the stream or a
checksum that Helm never gets to see.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import IO

_MAGIC = b"\x1f\x8b\x08"
_HEADER_CRC, _EXTRA, _NAME, _COMMENT = 2, 4, 8, 16
_CHUNK = 64 * 1024
_TEXT_BYTES = 512  # Go's own limit on a name or comment


class ArchiveError(Exception):
    """An archive is none that Helm reads; the message says why."""


class RefusedArchiveError(Exception):
    """An archive that Helm may read, but that is not read here; the message says why."""


class Inflated:
    """The bytes of a gzip file. Reading raises `ArchiveError` where there is nothing more to be had of a broken one."""

    def __init__(self, packed: IO[bytes], limit: int) -> None:
        self._packed = packed
        self._limit = limit
        self._raw = b""
        self._ready = bytearray()
        self._chunks = self._inflate()

    def read(self, size: int) -> bytes:
        """As many bytes, or fewer at the end."""
        while len(self._ready) < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            self._limit -= len(chunk)
            if self._limit < 0:
                raise RefusedArchiveError("it unpacks to too much")
            self._ready += chunk
        taken = bytes(self._ready[:size])
        del self._ready[:size]
        return taken

    def skip(self, size: int) -> bool:
        """Pass over as many bytes; whether there were as many."""
        while size > 0:
            passed = len(self.read(min(size, _CHUNK)))
            if not passed:
                return False
            size -= passed
        return True

    def _inflate(self) -> Iterator[bytes]:
        while self._member():
            inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            checksum = length = 0
            while not inflater.eof:
                for chunk in _inflated(inflater, self._some()):
                    checksum, length = zlib.crc32(chunk, checksum), length + len(chunk)
                    yield chunk
                self._raw = inflater.unused_data
            if self._exactly(8) != struct.pack("<II", checksum, length & 0xFFFFFFFF):
                raise ArchiveError("its checksum is wrong")

    def _member(self) -> bool:
        """Read a member's header (RFC 1952, 2.3); False at the file's end."""
        if not self._raw and not self._fill():
            return False
        header = self._exactly(10)
        if not header.startswith(_MAGIC):
            raise ArchiveError("it is not gzip")
        if header[3] & _EXTRA:
            self._exactly(int.from_bytes(self._exactly(2), "little"))
        for flag in (_NAME, _COMMENT):
            if header[3] & flag:
                self._text()
        if header[3] & _HEADER_CRC:
            self._exactly(2)
        return True

    def _text(self) -> None:
        for _ in range(_TEXT_BYTES):
            if self._exactly(1) == b"\0":
                return
        raise ArchiveError("its header is too long")

    def _fill(self) -> bool:
        more = self._packed.read(_CHUNK)
        self._raw += more
        return bool(more)

    def _some(self) -> bytes:
        if not self._raw and not self._fill():
            raise ArchiveError("it ends in the middle")
        raw, self._raw = self._raw, b""
        return raw

    def _exactly(self, size: int) -> bytes:
        while len(self._raw) < size:
            if not self._fill():
                raise ArchiveError("it ends in the middle")
        taken, self._raw = self._raw[:size], self._raw[size:]
        return taken


def _inflated(inflater: zlib._Decompress, raw: bytes) -> Iterator[bytes]:
    """What some bytes inflate to; of broken ones all that comes before the fault, and then the error."""
    while raw:
        before = inflater.copy()
        try:
            chunk = inflater.decompress(raw, _CHUNK)
        except zlib.error:
            for position in range(len(raw)):
                try:
                    yield before.decompress(raw[position : position + 1])
                except zlib.error as error:  # noqa: PERF203 - the one that is looked for
                    raise ArchiveError("its compressed data is broken") from error
            return
        yield chunk
        raw = inflater.unconsumed_tail
