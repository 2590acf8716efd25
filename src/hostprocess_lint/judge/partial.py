"""What is judged though not all of it is known: encrypted values, and accounts that stand in no pod."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..finding import Violation
from ..pods.objects import Object
from ..pods.unknown import leads_to_unknown
from ..rules.context import Context

if TYPE_CHECKING:
    from ..pods.pod import Pod
    from ..rules.rule import Rule

ABOUT_ACCOUNTS = (
    "account-domain-case",
    "bare-service-account",
    "container-account",
    "disallowed-account",
    "escaped-account",
    "gmsa-ignored",
    "invalid-account-name",
    "local-group-account",
    "privileged-group",
    "system-account",
)
"""The rules that need to know no more of a pod than its `windowsOptions`."""


def about_known(owner: Object, violations: Iterator[Violation]) -> Iterator[Violation]:
    """Those about values that are known: nothing can be said about an encrypted one."""
    if not owner.unknown:
        return violations
    return (violation for violation in violations if not _is_hidden(owner, violation))


def _is_hidden(owner: Object, violation: Violation) -> bool:
    start, field = len(owner.route), violation.field
    return leads_to_unknown(owner.data, violation.primary.route[start:], inside=False) or (
        field is not None and leads_to_unknown(owner.data, field[start:], inside=True)
    )


def bare_verdicts(
    owner: Object, found: Sequence[Pod], by_subject: Mapping[str, Sequence[Rule]], context: Context
) -> Iterator[tuple[Rule, Iterator[Violation]]]:
    """What rules about accounts, and about misspelt fields, find in security contexts that stand in none of the pods
    found.
    """
    from ..pods.bare import bare  # here, because most objects have pods
    from ..rules.checks.decoding import misspelt_option

    misspelt = [rule for rule in by_subject.get("host-pod", ()) if rule.name == "misplaced-field"]
    for alone in bare(owner, found):
        for rule in misspelt:
            yield rule, about_known(owner, misspelt_option((*alone.at, "windowsOptions"), alone.options))
        for subject, items in (("concerned-pod", (alone.pod,)), ("host-process-container", alone.pod.containers)):
            for rule in by_subject.get(subject, ()):
                if rule.name in ABOUT_ACCOUNTS:
                    said = (violation for item in items for violation in rule.check(item, context))
                    yield rule, about_known(owner, map(alone.placed, said))
