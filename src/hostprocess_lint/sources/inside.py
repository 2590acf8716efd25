"""Files that reports show a line of: regular ones, which no link leads out of a directory."""

from __future__ import annotations

import errno
import os
import stat

from .paths import lies_in


def text_inside(path: str, home: str, limit: int) -> str | None:
    """The beginning of a file's text; nothing where it is no regular file, cannot be read, or is not really in `home`.

    Whoever wrote the tree must get neither another file of the machine into a report nor a run to wait.
    """
    try:
        if not lies_in(os.path.realpath(path), os.path.realpath(home)):
            return None
        return _beginning(path, limit).decode("utf-8", "replace")
    except (OSError, ValueError):  # a name that no system takes
        return None


def _beginning(path: str, limit: int) -> bytes:
    # A pipe is opened at once, and never read: what it is, is asked of what was opened.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    with open(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "no regular file")
        return file.read(limit)
