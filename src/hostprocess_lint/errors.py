"""What ends a run with exit code 2."""

from __future__ import annotations


class UsageError(Exception):
    """The command line, a configuration or a policy is wrong: the message says what, where and what to do."""
