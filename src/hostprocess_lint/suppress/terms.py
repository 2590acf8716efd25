"""What suppressions are judged by, and the findings about those that are wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ..config.config import Ignored
from ..finding import Finding, Origin
from ..judge.analysis import about
from ..location import Location
from ..rules.context import Context
from ..rules.rule import Rule
from ..rules.selection import called


class Terms(NamedTuple):
    """What suppressions are judged by.

    `rules` are all there are, `chosen` the ids of those that this scan judged by. `whole` says whether the scan had
    everything in it that the configuration's `ignore:` speaks of.
    """

    rules: Sequence[Rule]
    chosen: frozenset[str]
    context: Context
    today: date
    ignored: Sequence[Ignored]
    whole: bool


def misused(
    rule: str, what: str, location: Location, source: Origin | None, terms: Terms, hint: str | None = None
) -> Finding | None:
    """The finding that something which suppresses is wrong, with its own hint, unless its rule is not judged by."""
    page = called(rule, terms.rules)
    level = terms.context.at(location.path).levels.get(rule, page.level) if page else None
    if page is None or level is None or rule not in terms.chosen:
        return None
    found = about(page, level, what, location, source or Origin("manifest", location.path), (location.path, what))
    return found._replace(hint=hint or page.hint)
