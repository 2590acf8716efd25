"""A fault of ours in one object or file is told there, and the others are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from ...errors import fault
from ...location import Location
from .release import Unknowable

T = TypeVar("T")


def guarded(read: Callable[[], Iterable[T]], location: Location) -> Iterator[T | Unknowable]:
    """What is read, and where it ends for a fault."""
    try:
        yield from read()
    except Exception as error:
        yield Unknowable(fault(error)[0], location, "HPC001")
