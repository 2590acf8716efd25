"""argv → request → command → exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ..errors import UsageError
from .commands import USAGE, command
from .grammar import request
from .output import say


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit code: 0 clean, 1 findings, 2 usage, 3 not wholly looked at."""
    try:
        asked = request(argv)
        code = command(asked.command)(asked)
        sys.stdout.flush()
        return code
    except UsageError as error:
        say(f"error: {error}")
        return USAGE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains at its end
        return USAGE
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if os.environ.get("HOSTPROCESS_LINT_DEBUG"):
            raise
        say(
            f"internal error: {error!r}: nothing is reported, please report this (HOSTPROCESS_LINT_DEBUG=1 shows where)"
        )
        return USAGE
