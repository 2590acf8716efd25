"""One pod × rules → violations: who is asked about what, and of which pod, the one as written or the one as meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..finding import Consequence, Label, Related, Violation
from ..pods.pod import Container, Pod
from ..rules.context import Context

if TYPE_CHECKING:
    from ..pods.mending import Mended
    from ..rules.rule import Rule


DECODING = "host-pod"
"""The subject of the rules about what the API decodes."""


def verdicts(
    pod: Pod, by_subject: Mapping[str, Sequence[Rule]], context: Context
) -> Iterator[tuple[Rule, list[Violation]]]:
    """What each rule that is about such a pod finds in it.

    Of a pod with a misspelt key or a quoted boolean most rules judge what is meant, so that the fault neither hides
    what hangs on it nor brings what is gone with it. What the API server refuses it refuses as written; of an object
    that it cannot decode it says nothing else, and that too is told as meant.
    """
    mended = _mended(pod)
    if mended is None:
        for subject, items in _subjects(pod):
            for rule in by_subject.get(subject, ()):
                yield rule, _found(rule, items, context)
        return
    written, meant = dict(_subjects(pod)), dict(_subjects(mended.pod))
    meant[DECODING] = mended.steps
    for subject in dict.fromkeys((*written, *meant)):
        for rule in by_subject.get(subject, ()):
            both = subject == DECODING
            as_written = rule.consequence is Consequence.REJECTED and not pod.decoded.mistyped
            found = _found(rule, written.get(subject, ()), context) if both or as_written else []
            if both or not as_written:
                found += [_placed(violation, mended) for violation in _found(rule, meant.get(subject, ()), context)]
            yield rule, list(dict.fromkeys(found))


def _found(rule: Rule, items: Sequence[Pod | Container], context: Context) -> list[Violation]:
    return [violation for item in items for violation in rule.check(item, context)]


def as_meant(pod: Pod) -> Pod:
    """The pod that somebody wanted to write."""
    mended = _mended(pod)
    return mended.pod if mended else pod


def _mended(pod: Pod) -> Mended | None:
    if not pod.asks_for_the_host:
        return None
    from ..pods.mending import mended  # here, because most scans find no such pod

    return mended(pod)


def _subjects(pod: Pod) -> Iterator[tuple[str, Sequence[Pod | Container]]]:
    """What rules are called with: a page's `for`, and what of the pod it names."""
    if pod.asks_for_the_host:
        yield DECODING, (pod,)
    if pod.is_concerned:
        yield "concerned-pod", (pod,)
    if pod.is_host_process:
        yield "host-process-pod", (pod,)
        yield "host-process-container", pod.host_process_containers
    if pod.is_windows:
        yield "windows-pod", (pod,)


def _placed(violation: Violation, mended: Mended) -> Violation:
    """The violation of a mended pod with its places as they are in the document."""

    def place(label: Label) -> Label:
        return label._replace(route=mended.written(label.route))

    return violation._replace(
        primary=place(violation.primary),
        field=mended.written(violation.field) if violation.field else None,
        related=tuple(item if isinstance(item, Related) else place(item) for item in violation.related),
    )
