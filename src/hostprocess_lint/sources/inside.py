"""Files that are read for a look only: regular ones, which no link leads out of a directory."""

from __future__ import annotations

import errno
import os
import stat

from .paths import lies_in


def text_inside(path: str, home: str, limit: int) -> str | None:
    """The beginning of a file's text, on the terms of `bytes_inside`."""
    found = bytes_inside(path, home, limit)
    return None if found is None else found.decode("utf-8", "replace")


def bytes_inside(path: str, home: str, limit: int) -> bytes | None:
    """The beginning of a file; nothing where it is no regular one, cannot be read, or is not really in `home`.

    Whoever wrote the tree must get neither another file of the machine into a report nor a run to wait.
    """
    try:
        return _beginning(path, limit) if lies_in(os.path.realpath(path), os.path.realpath(home)) else None
    except (OSError, ValueError):  # a name that no system takes
        return None


def _beginning(path: str, limit: int) -> bytes:
    # A pipe is opened at once, and never read: what it is, is asked of what was opened.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    with open(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "no regular file")
        return file.read(limit)
