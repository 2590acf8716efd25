"""Findings about the scan itself: what could not be looked at, and what suppresses without need or reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..finding import Finding, Level, Origin, Subject
from ..location import Location
from ..outcome import Skipped

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


def left_out(rule: Rule, level: Level, skipped: Skipped, location: Location, source: Origin) -> Finding:
    """The finding about what is not looked at. A baseline can know it: it concerns its reason."""
    known = skip_identity(skipped)
    found = about(rule, level, skipped.reason, location, source, known[1:])
    subject = Subject((skipped.rule, "", "", "", "", "", known[-1]))
    return found._replace(hint=skipped.hint or rule.hint, subjects=(subject,))


def skip_identity(skipped: Skipped) -> tuple[str, ...]:
    """What makes it the same as before: its reason, and no line or size in it."""
    return (skipped.rule, skipped.path, re.sub(r"[0-9]+", "0", skipped.reason))
