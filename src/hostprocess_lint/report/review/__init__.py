"""A review becomes a page or a list: one module per format, each with `write(review) -> str`."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...review.review import Review

FORMATS = {"html": "page", "markdown": "summary", "json": "data", "csv": "rows"}
"""Format → module of this package, imported when a report asks for it."""


def writer(name: str) -> "Callable[[Review], str]":
    """The `write` function of a format in FORMATS."""
    write: Callable[[Review], str] = import_module(f".{FORMATS[name]}", __name__).write
    return write
