"""Nothing is said about values that nobody here knows: encrypted ones."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Violation
from ..pods.objects import Object
from ..pods.unknown import leads_to_unknown


def about_known(owner: Object, violations: Iterator[Violation]) -> Iterator[Violation]:
    """Those about values that are known."""
    if not owner.unknown:
        return violations
    return (violation for violation in violations if not _is_hidden(owner, violation))


def _is_hidden(owner: Object, violation: Violation) -> bool:
    start, field = len(owner.route), violation.field
    return leads_to_unknown(owner.data, violation.primary.route[start:], inside=False) or (
        field is not None and leads_to_unknown(owner.data, field[start:], inside=True)
    )
