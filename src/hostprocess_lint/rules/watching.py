"""Policies whose `select` never leads anywhere: with a mistake in it one forbids nothing, and nobody sees that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

from ..finding import Violation
from .context import Context
from .rule import Rule


class Watched:
    """Some rules, loaded when they are asked for, and of each policy whether what it selects was ever there."""

    def __init__(self, load: Callable[[], Iterable[Rule]]) -> None:
        self._load = load
        self._led: dict[str, bool] = {}
        self._selects: dict[str, str] = {}

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(self._watched(rule) for rule in self._load())

    def told(self) -> tuple[str, ...]:
        """A sentence about each that was asked for nothing."""
        return tuple(self._selects[rule] for rule, led in self._led.items() if not led)

    def _watched(self, rule: Rule) -> Rule:
        if rule.is_ours:
            return rule
        from .declarative import Declarative  # here, because most scans have the catalogue's rules only

        declarative = rule.check
        if not isinstance(declarative, Declarative) or declarative.verdict != "forbid":
            return rule
        select = f"`select: {declarative.written}` leads nowhere in all that was scanned"
        self._selects[rule.id] = f"{rule.id} ({rule.path}): {select}: a wrong path would forbid nothing"

        def check(subject: Any, context: Context) -> Iterator[Violation]:
            if not self._led.get(rule.id):
                self._led[rule.id] = any(value is not None for _, value in declarative.selected(subject))
            return declarative(subject, context)

        return rule._replace(check=check, needs=frozenset())
