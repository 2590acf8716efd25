"""The fingerprint of a line as GitHub code scanning computes it (codeql-action, src/fingerprints.ts)."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Collection, Iterator
from operator import mul

_BLOCK = 100
_END = "\uffff" + "\0" * _BLOCK
_POWERS: list[int] = [pow(37, _BLOCK - 1 - n, 2**64) for n in range(_BLOCK)]


def line_hashes(text: str, lines: Collection[int]) -> dict[int, str]:
    """`primaryLocationLineHash` of some 1-based lines of a text, which keeps its byte order mark.

    A line's hash is that of the 100 UTF-16 units that begin with it, spaces and tabs left out, and the count of lines
    so far that begin alike. Equal units are counted in place of equal hashes: only a collision could tell.
    """
    windows = list(_windows(text, max(lines, default=0)))
    wanted = {windows[number - 1] for number in lines}
    seen: Counter[bytes] = Counter()
    hashes = {}
    for number, window in enumerate(windows, 1):
        if window in wanted:
            seen[window] += 1
            if number in lines:
                hashes[number] = f"{_hash(window):x}:{seen[window]}"
    return hashes


def _windows(text: str, count: int) -> Iterator[bytes]:
    """The 100 units at the beginning of each of the first `count` lines."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "")
    units = _units(kept + _END)
    start = 0
    for line in kept.split("\n")[:count]:
        yield units[start : start + 2 * _BLOCK]
        start += len(_units(line)) + 2


def _units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _hash(window: bytes) -> int:
    value: int = sum(map(mul, struct.unpack(f"<{_BLOCK}H", window), _POWERS))
    return value % 2**64
