"""The actions of a Go template, `{{ … }}`, found in one pass: an expression begins anew at each that has no end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import AnyStr


def spans(text: AnyStr) -> Iterator[tuple[int, int]]:
    """Where each action begins and ends, up to the first that is not closed."""
    opening = "{{" if isinstance(text, str) else b"{{"
    closing = "}}" if isinstance(text, str) else b"}}"
    end = 0
    while (start := text.find(opening, end)) >= 0 and (found := text.find(closing, start + 2)) >= 0:
        end = found + 2
        yield start, end


def outside(text: AnyStr) -> Iterator[AnyStr]:
    """The pieces between the actions, one more than these; what is not closed is none."""
    done = 0
    for start, end in spans(text):
        yield text[done:start]
        done = end
    yield text[done:]
