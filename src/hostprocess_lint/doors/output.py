"""Where text goes: standard output, a file, or a terminal that waits."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from ..errors import UsageError

_Item = TypeVar("_Item")


def deliver(text: str, file: str) -> None:
    """To standard output, or whole to a file: what is there stays until the new report is complete."""
    if file == "-":
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        return
    # A device or a pipe is written to, and never replaced: root would leave the system without its /dev/null.
    is_special = os.path.exists(file) and not os.path.isfile(file)
    partial = file if is_special else f"{file}.{os.getpid()}.part"
    try:
        with open(partial, "wb") as stream:
            stream.write(text.encode("utf-8", "backslashreplace"))
        if not is_special:
            os.replace(partial, file)
    except OSError as error:
        if not is_special and os.path.exists(partial):
            os.unlink(partial)
        raise UsageError(f"{file}: the report cannot be written: {error.strerror}") from None


def say(text: str) -> None:
    """To whoever started the program, beside the report."""
    print(f"hostprocess-lint: {text}", file=sys.stderr)


def is_colored(choice: str) -> bool:
    """Whether standard output gets colours."""
    if choice == "auto":
        return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and sys.stdout.isatty()
    return choice == "always"


def progress(items: Iterable[_Item]) -> Iterator[_Item]:
    """Passes the items on; on a terminal, a scan that takes a while says how far it is."""
    if not sys.stderr.isatty():
        yield from items
        return
    shown = time.monotonic() + 0.5
    written = False
    for number, item in enumerate(items, 1):
        if time.monotonic() > shown:
            print(f"\r{number:,} sources looked at …", end="", file=sys.stderr, flush=True)
            shown, written = time.monotonic() + 0.1, True
        yield item
    if written:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
