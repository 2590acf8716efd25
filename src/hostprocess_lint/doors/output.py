"""Where text goes: standard output, a file, or a terminal that waits."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TextIO, TypeVar

from ..errors import UsageError

_Item = TypeVar("_Item")

_LONGEST = 10_000


def deliver(text: str, file: str) -> None:
    """To standard output, or whole to a file. Raises UsageError."""
    content = text.encode("utf-8", "backslashreplace")
    if file != "-":
        from .files import write_whole

        write_whole(file, content)
        return
    if sys.stdout is None:
        raise UsageError("standard output is closed: write to a file with `--output FILE`")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    except OSError as error:
        raise _unwritten(error) from None


def _unwritten(error: OSError) -> Exception:
    """Why standard output took no text; that nobody reads it is no accident."""
    _drop(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return error
    return UsageError(f"standard output cannot be written: {error.strerror}")


def say(text: str) -> None:
    """To whoever started the program, beside the report: one line, in which names stay text."""
    if sys.stderr is None:  # and `print` would take standard output instead
        return
    from ..report.inert import printed  # here, because most runs have nothing to say

    try:
        print(printed(f"hostprocess-lint: {text}", _LONGEST), file=sys.stderr, flush=True)
    except OSError:  # there is nobody left to tell, and the exit code says it
        _drop(sys.stderr)


def _drop(stream: TextIO) -> None:
    """Leads what is still buffered nowhere, or the interpreter would complain at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
    with suppress(OSError):
        stream.flush()


def is_colored(choice: str) -> bool:
    """Whether standard output gets colours: as asked for, else by the variables that terminals have agreed on."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and sys.stdout is not None and sys.stdout.isatty()


def columns() -> int:
    """How wide the terminal is that standard output is; nothing where it is none."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (AttributeError, OSError, ValueError):  # closed, or replaced by what is no file
        return 0


def progress(items: Iterable[_Item]) -> Iterator[_Item]:
    """Passes the items on; on a terminal, a scan that takes a while says how far it is."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield from items
        return
    shown = time.monotonic() + 0.5
    written = False
    try:
        for number, item in enumerate(items, 1):
            if time.monotonic() > shown:
                print(f"\r{number:,} sources looked at …", end="", file=sys.stderr, flush=True)
                shown, written = time.monotonic() + 0.1, True
            yield item
    finally:  # where the run is stopped, too
        if written:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
