"""argv → request → command → exit code."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import redirect_stdout

from ..errors import UsageError, fault
from .commands import NOT_LOOKED_AT, USAGE, command
from .grammar import request
from .output import deliver, say
from .request import Request

_BROKEN_PIPE = 128 + 13


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit code: 0 clean, 1 findings, 2 usage, 3 not wholly looked at.

    What is stopped ends as the shell has it of a program that a signal ends: with 128 and the signal's number.
    """
    try:
        asked = _asked(argv)
        return command(asked.command)(asked)
    except UsageError as error:
        say(f"error: {error}")
        return USAGE
    except BrokenPipeError:  # Python ignores SIGPIPE, by which another program would have ended
        return _BROKEN_PIPE
    except KeyboardInterrupt as stopped:
        from .stopping import exit_code

        return exit_code(stopped)
    except Exception as error:
        reason, hint = fault(error)
        say(f"error: {reason}; nothing is reported: {hint}")
        return NOT_LOOKED_AT


def _asked(argv: Sequence[str] | None) -> Request:
    """The request; a help text is delivered as a report is, because argparse keeps silent where it cannot be."""
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            return request(argv)
    except SystemExit as ended:
        if not ended.code:
            deliver(printed.getvalue(), "-")
        raise
