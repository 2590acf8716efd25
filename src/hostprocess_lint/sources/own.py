"""Files that people write for us: a configuration, a policy, a baseline. They may be part of the scanned tree."""

from __future__ import annotations

import os
import stat

from ..errors import UsageError
from ..limits import FILE_BYTES
from .paths import lies_in, repository, unreadable


def read_own(path: str, what: str, limit: int = FILE_BYTES) -> bytes:
    """What is in such a file: a regular one, of a size that is asked first, and no link out of its repository.

    A tree that is hostile must get neither other files into a report nor a run to hang. Raises UsageError.
    """
    try:
        mode = os.stat(path)
        if not stat.S_ISREG(mode.st_mode):
            raise UsageError(f"{path}: the {what} is no regular file")
        home = repository(os.path.dirname(os.path.abspath(path)))
        if home is not None and not lies_in(os.path.realpath(path), os.path.realpath(home)):
            raise UsageError(f"{path}: the {what} is a link out of the repository: put the file itself there")
        with open(path, "rb") as file:
            content = file.read(limit + 1) if mode.st_size <= limit else b""
    except OSError as error:
        raise UsageError(f"{path}: the {what} cannot be read: {unreadable(error)}") from None
    if max(len(content), mode.st_size) > limit:
        raise UsageError(f"{path}: the {what} has more than {limit // 2**20} MiB")
    return content
