"""Pods × rules → violations: who is asked about what, and of which pod, the one as written or the one as meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import TYPE_CHECKING

from ..finding import Consequence, Violation
from ..location import Label, Related, Route
from ..pods.pod import Container, Pod
from ..rules.context import Context

if TYPE_CHECKING:
    from ..pods.mending import Mended
    from ..rules.rule import Rule

DECODING = ("host-pod", "host-options")
"""The subjects of the rules about what the API decodes."""

_Items = Sequence[Pod | Container]


def rules_by_subject(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Some rules, by what they are about."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        found.setdefault(rule.subject, []).append(rule)
    return found


def verdicts(
    pod: Pod, by_subject: Mapping[str, Sequence[Rule]], context: Context
) -> Iterator[tuple[Rule, Iterator[Violation]]]:
    """What each rule that is about such a pod finds in it. The rule runs when its violations are asked for.

    Of a pod with a misspelt key or a quoted boolean most rules judge what is meant, so that the fault neither hides
    what hangs on it nor brings what is gone with it. What the API server refuses it refuses as written; of an object
    that it cannot decode it says nothing else, and that too is told as meant.
    """
    mended = _mended(pod)
    written = dict(_subjects(pod))
    meant = {**dict(_subjects(mended.pod)), **dict.fromkeys(DECODING, mended.steps)} if mended else {}
    keys = pod.keys | mended.pod.keys if mended else pod.keys
    for subject in dict.fromkeys((*written, *meant)):
        for rule in by_subject.get(subject, ()):
            if rule.needs and rule.needs.isdisjoint(keys):
                continue
            if mended is None:
                yield rule, _violations(rule, written[subject], context)
            else:
                as_written = rule.consequence is Consequence.REJECTED and not pod.decoded.mistyped
                first = written.get(subject, ()) if as_written or subject in DECODING else ()
                then = meant.get(subject, ()) if not as_written or subject in DECODING else ()
                yield rule, _both(rule, first, then, context, mended)


def subjects(pod: Pod) -> tuple[str, ...]:
    """What rules may be about in a pod, as written or as meant."""
    return tuple(dict.fromkeys(subject for each in (pod, as_meant(pod)) for subject, _ in _subjects(each)))


def as_meant(pod: Pod) -> Pod:
    """The pod that somebody wanted to write."""
    return meant_pod(pod)[0]


def meant_pod(pod: Pod) -> tuple[Pod, Callable[[Route], Route]]:
    """The pod that somebody wanted to write, and where what is in it is written."""
    mended = _mended(pod)
    return (mended.pod, mended.written) if mended else (pod, lambda route: route)


def _mended(pod: Pod) -> Mended | None:
    if not pod.asks_for_the_host or not (pod.decoded.unknown or pod.decoded.mistyped):
        return None
    from ..pods.mending import mended  # here, because most pods have no such fault

    return mended(pod)


def _subjects(pod: Pod) -> Iterator[tuple[str, _Items]]:
    """What rules are called with: a page's `for`, and what of the pod it names."""
    if pod.asks_for_the_host:
        yield from ((subject, (pod,)) for subject in DECODING)
    if pod.is_concerned:
        yield "concerned-pod", (pod,)
        yield "concerned-options", (pod,)
    if pod.is_host_process:
        yield "host-process-pod", (pod,)
        yield "host-process-object", (pod,)
        yield "created-pod", (pod,)
        yield "host-process-container", pod.host_process_containers
        yield "host-process-options", pod.host_process_containers
    if pod.is_windows:
        yield "windows-pod", (pod,)


def _violations(rule: Rule, items: _Items, context: Context) -> Iterator[Violation]:
    return chain.from_iterable(map(rule.check, items, repeat(context)))


def _both(rule: Rule, written: _Items, meant: _Items, context: Context, mended: Mended) -> Iterator[Violation]:
    """What a rule finds in what is written, and besides in what is meant."""
    known = set()
    for violation in _violations(rule, written, context):
        known.add(violation.primary)
        yield violation
    ask = context.as_written

    def as_written(route: Route) -> str:
        return ask(mended.written(route)) if ask else ""

    for violation in _violations(rule, meant, context._replace(as_written=as_written) if ask else context):
        placed = _placed(violation, mended)
        if placed.primary not in known:
            yield placed


def _placed(violation: Violation, mended: Mended) -> Violation:
    """The violation of a mended pod with its places as they are in the document."""

    def place(label: Label) -> Label:
        return label._replace(route=mended.written(label.route))

    return violation._replace(
        primary=place(violation.primary),
        field=mended.written(violation.field) if violation.field else None,
        related=tuple(item if isinstance(item, Related) else place(item) for item in violation.related),
    )
