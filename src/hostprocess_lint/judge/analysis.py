"""Findings about the scan itself: what could not be looked at, and what suppresses without need or reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..finding import Finding, Level, Location, Origin

if TYPE_CHECKING:
    from ..rules.rule import Rule


def about(
    rule: Rule, level: Level, what: str, location: Location, source: Origin, identity: tuple[str, ...]
) -> Finding:
    """A finding that concerns no object: the rule's title, and what it is here."""
    return Finding(
        rule=rule.id,
        name=rule.name,
        level=level,
        consequence=rule.consequence,
        message=f"{rule.title}: {what}",
        hint=rule.hint,
        resource=None,
        container=None,
        field="",
        location=location,
        label=rule.label,
        related=(),
        source=source,
        identity=(rule.id, *identity),
    )
