"""What ends a run with exit code 2, and what is said of a fault of our own."""

from __future__ import annotations

import os
from collections.abc import Iterable

HOME = "https://github.com/hostprocess-lint/hostprocess-lint"


class UsageError(Exception):
    """The command line, a configuration or a policy is wrong: the message says what, where and what to do."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What is said behind an unknown word; nothing where none of the known ones is close."""
    from difflib import get_close_matches

    close = get_close_matches(word, sorted(known), 1) or get_close_matches(word.lower(), sorted(known), 1)
    return f"; did you mean `{close[0]}`?" if close else ""


def fault(error: Exception, rule: str = "") -> tuple[str, str]:
    """What is said of an exception that nobody expected, and what to do about it; where it is looked for, raises it."""
    if isinstance(error, UsageError):
        raise error
    reason = f"a fault of hostprocess-lint itself{f' in {rule}' if rule else ''}: {_said(error)}"
    return reason, f"report it at {HOME}/issues with what HOSTPROCESS_LINT_DEBUG=1 shows"


def rule_fault(error: Exception, rule: str, written_in: str) -> tuple[str, str]:
    """The same of a rule that somebody else has written, whatever it raises."""
    return f"the rule {rule} ({written_in}) failed: {_said(error)}", "mend the rule"


def _said(error: Exception) -> str:
    if os.environ.get("HOSTPROCESS_LINT_DEBUG"):
        raise error
    return f"{type(error).__name__}{f': {error}' if str(error) else ''}"
