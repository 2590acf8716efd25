"""Charts that come to nothing, known by all that they are rendered from.

A repository of charts has most of them twice, as a directory and packed; and one that may make releases is rendered for
these before it is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b

from ...sources.charts.chart import Chart
from .engine.contract import Installation
from .profiles.profiles import Profile
from .profiles.relevant import given_to

Look = Callable[[bytes], bool]


class Vain:
    """By what was looked for in them: no text of these was wanted, and nothing was to tell."""

    def __init__(self) -> None:
        self._known: set[tuple[bytes, Look]] = set()

    def has(self, made_of: bytes, look: Look) -> bool:
        return (made_of, look) in self._known

    def add(self, made_of: bytes, look: Look) -> None:
        self._known.add((made_of, look))


def made_of(chart: Chart, planned: Iterable[tuple[Profile, Installation]]) -> bytes:
    """A digest of a chart's files and of what it is rendered with; none for one that others have a part in."""
    if chart.is_library or chart.missing:
        return b""
    digest = blake2b()
    for name, member in sorted(chart.members.items()):
        _take(digest, name.encode("utf-8", "surrogatepass"), member.data)
    for each in planned:
        _take(digest, b"", *given_to(*each))
    return digest.digest()


def _take(digest: blake2b, *texts: bytes) -> None:
    """Texts, each with its length before it, so that no others are the same one behind the other."""
    for text in texts:
        digest.update(b"%d:" % len(text))
        digest.update(text)
