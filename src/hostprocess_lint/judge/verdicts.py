"""Pods × rules → violations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..finding import Violation
from ..pods.bare import bare
from ..pods.pod import Container, Object, Pod
from ..pods.unknown import leads_to_unknown
from ..rules.context import Context

if TYPE_CHECKING:
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


def verdicts(
    pod: Pod, by_subject: Mapping[str, Sequence[Rule]], context: Context
) -> Iterator[tuple[Rule, Iterator[Violation]]]:
    """What each rule that is about such a pod finds in it. The rule runs when its violations are asked for."""
    for subject, items in _subjects(pod):
        for rule in by_subject.get(subject, ()):
            yield rule, _known(pod.owner, _violations(rule, items, context))


def bare_verdicts(
    owner: Object, by_subject: Mapping[str, Sequence[Rule]], context: Context
) -> Iterator[tuple[Rule, Iterator[Violation]]]:
    """What rules about accounts find in security contexts that stand in no pod."""
    for context_alone in bare(owner):
        for rule, violations in verdicts(context_alone.pod, by_subject, context):
            if rule.name in ABOUT_ACCOUNTS:
                yield rule, map(context_alone.placed, violations)


def unreadable_verdicts(
    owner: Object, by_subject: Mapping[str, Sequence[Rule]], context: Context
) -> Iterator[tuple[Rule, Iterator[Violation]]]:
    """What is said about an object that says `hostProcess` and has no pod that could be judged."""
    from ..rules.checks.images import unapproved_object

    for rule in by_subject.get("host-process-pod", ()):
        if rule.name == "unapproved-host-process":
            yield rule, unapproved_object(owner, context)


def _known(owner: Object, violations: Iterator[Violation]) -> Iterator[Violation]:
    """Those about values that are known: nothing can be said about an encrypted one."""
    if not owner.unknown:
        return violations
    return (violation for violation in violations if not _is_hidden(owner, violation))


def _is_hidden(owner: Object, violation: Violation) -> bool:
    start, field = len(owner.route), violation.field
    return leads_to_unknown(owner.data, violation.primary.route[start:], inside=False) or (
        field is not None and leads_to_unknown(owner.data, field[start:], inside=True)
    )


def _violations(rule: Rule, items: Sequence[Pod | Container], context: Context) -> Iterator[Violation]:
    for item in items:
        yield from rule.check(item, context)


def _subjects(pod: Pod) -> Iterator[tuple[str, Sequence[Pod | Container]]]:
    """What rules are called with: a page's `for`, and what of the pod it names."""
    if pod.is_concerned:
        yield "concerned-pod", (pod,)
    if pod.is_host_process:
        yield "host-process-pod", (pod,)
        yield "host-process-container", pod.host_process_containers
    if pod.is_windows:
        yield "windows-pod", (pod,)
