"""Which rules a word of the command line or the configuration means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from .rule import Rule


def named_rules(rules: Sequence[Rule], texts: Sequence[str], where: str) -> set[str]:
    """The ids of the rules that some texts name, each with one or several words between commas.

    A word is an id, a name or the leading part of an id, in any case. Raises UsageError that begins with `where`.
    """
    found: set[str] = set()
    for word in (word.strip() for text in texts for word in text.split(",") if word.strip()):
        wanted = word.lower()
        if wanted == "hpc":
            raise UsageError(f"{where}: `{word}` would be every rule: name some, as in `HPC1` or `HPC401`")
        ids = {rule.id for rule in rules if wanted in (rule.id.lower(), rule.name) or _is_prefix(wanted, rule.id)}
        if not ids:
            raise UsageError(f"{where}: {unknown(word, rules)}")
        found |= ids
    return found


def called(word: str, rules: Sequence[Rule]) -> Rule | None:
    """The rule with that id or name, in any case."""
    wanted = word.lower()
    return next((rule for rule in rules if wanted in (rule.id.lower(), rule.name)), None)


def unknown(word: str, rules: Sequence[Rule]) -> str:
    """What is said where no rule is called that."""
    hint = did_you_mean(word, [rule.name for rule in rules])  # an id is near to every other one
    return f"no rule is called `{word}`{hint or '; `hostprocess-lint rules` lists them'}"


def _is_prefix(word: str, rule: str) -> bool:
    """Whether a word begins an id, with at least the letters of it."""
    letters = rule.rstrip("0123456789").lower()
    return len(word) >= len(letters) and rule.lower().startswith(word)
