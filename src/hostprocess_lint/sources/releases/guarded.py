"""A fault of ours in one object or file is told there, and the others are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from ...errors import fault
from ...location import Location
from .release import Unknowable

_Item = TypeVar("_Item")


def guarded(read: Callable[[], Iterable[_Item]], location: Location) -> Iterator[_Item | Unknowable]:
    """What is read, and where it ends for a fault."""
    try:
        yield from read()
    except Exception as error:
        yield Unknowable(fault(error)[0], location, "HPC001")
