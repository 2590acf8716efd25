"""A report becomes a file: whole or not at all, and never through a link that the scanned tree has planted."""

from __future__ import annotations

import os
import stat
from contextlib import suppress

from ..errors import UsageError
from ..sources.paths import lies_in

_DEVICES = ("/dev/", "/proc/")
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def write_whole(file: str, content: bytes) -> None:
    """What is there stays until the new content is complete. Raises UsageError."""
    try:
        if _is_special(file):
            _fill(os.open(file, os.O_WRONLY | getattr(os, "O_BINARY", 0)), content)
        else:
            _refuse_way_out(file)
            _replace(file, content)
    except OSError as error:
        raise UsageError(f"{file}: the report cannot be written: {error.strerror}") from None


def _is_special(file: str) -> bool:
    """A device or a pipe is written to, and never replaced: root would leave the system without its /dev/null.

    `/dev/stdout` is a link to one; in a tree a link to one is a link as any other.
    """
    if os.path.abspath(file).startswith(_DEVICES):
        return os.path.exists(file)
    try:
        mode = os.lstat(file).st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISLNK(mode)


def _refuse_way_out(file: str) -> None:
    """Raises UsageError for a file whose directory seems to lie below the working directory, and does not."""
    directory = os.path.dirname(os.path.abspath(file))
    here = os.getcwd()
    if lies_in(directory, here) and not lies_in(os.path.realpath(directory), os.path.realpath(here)):
        raise UsageError(f"{file}: the report is not written: a symbolic link on the way leads out of {here}")


def _replace(file: str, content: bytes) -> None:
    """A link is replaced itself. The new file's name cannot be known before: nothing can lie there already."""
    partial = f"{file}.{os.urandom(8).hex()}.part"
    descriptor = os.open(partial, _NEW | _PLAIN, 0o666)
    try:
        _fill(descriptor, content)
        os.replace(partial, file)
    except BaseException:
        with suppress(OSError):  # what went wrong first is what is told
            os.unlink(partial)
        raise


def _fill(descriptor: int, content: bytes) -> None:
    with open(descriptor, "wb") as stream:
        stream.write(content)
