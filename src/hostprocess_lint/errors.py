"""What ends a run with exit code 2."""

from __future__ import annotations

from collections.abc import Iterable


class UsageError(Exception):
    """The command line, a configuration or a policy is wrong: the message says what, where and what to do."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What is said behind an unknown word; nothing where none of the known ones is close."""
    from difflib import get_close_matches

    close = get_close_matches(word, sorted(known), 1) or get_close_matches(word.lower(), sorted(known), 1)
    return f"; did you mean `{close[0]}`?" if close else ""
