"""Rules about commands, arguments and what they refer to."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import Context
from ..finding import Label, Part, Violation
from ..pod import Container, Written


def words(container: Container) -> list[Written]:
    """The strings of `command` and `args`, in their order."""
    found = []
    for field in ("command", "args"):
        listed = container.written(field)
        if listed and isinstance(listed.value, list):
            for index, word in enumerate(listed.value):
                if isinstance(word, str):
                    found.append(Written(word, (*listed.route, index)))
    return found


def multiline_command(container: Container, context: Context) -> Iterator[Violation]:
    """containerd 1.7 puts `cmd /c` before the command line, and cmd stops at a line break (containerd#9942).

    A line break at the very end cuts nothing off.
    """
    if context.containerd < (1, 7):
        return
    line = words(container)
    for word in line:
        text = word.value.rstrip("\r\n") if word is line[-1] else word.value
        if "\n" in text or "\r" in text:
            yield Violation(Label(word.route, "cut off at its first line end", Part.VALUE), container=container.name)
