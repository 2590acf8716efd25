"""Pods × rules → violations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..finding import Violation
from ..pods.pod import Container, Pod
from ..rules.context import Context

if TYPE_CHECKING:
    from ..rules.rule import Rule


def verdicts(
    pod: Pod, by_subject: Mapping[str, Sequence[Rule]], context: Context
) -> Iterator[tuple[Rule, Iterator[Violation]]]:
    """What each rule that is about such a pod finds in it. The rule runs when its violations are asked for."""
    for subject, items in _subjects(pod):
        for rule in by_subject.get(subject, ()):
            yield rule, _violations(rule, items, context)


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
