"""Objects that say `hostProcess` outside of their pods × rules → violations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from ..finding import Violation
from ..pods.objects import Object
from ..rules.context import Context
from .unknown import about_known

if TYPE_CHECKING:
    from ..pods.bare import Bare
    from ..pods.pod import Pod
    from ..rules.rule import Rule


def outside_verdicts(
    owner: Object, found: Sequence[Pod], by_subject: Mapping[str, Sequence[Rule]], context: Context
) -> Iterator[tuple[Rule, Iterator[Violation]]]:
    """What rules find in such an object as a whole, and in security contexts that stand in none of the pods found."""
    from ..pods.bare import bare  # here, because most objects have pods

    for rule in by_subject.get("host-process-object", ()):
        yield rule, rule.check(owner, context)
    for alone in bare(owner, found):
        for subject, items in _subjects(alone):
            for rule in by_subject.get(subject, ()):
                said = chain.from_iterable(map(rule.check, items, repeat(context)))
                yield rule, about_known(owner, map(alone.placed, said))


def _subjects(alone: Bare) -> Iterator[tuple[str, Sequence[Any]]]:
    """What rules are called with that judge such contexts, too."""
    yield "host-options", (alone,)
    yield "concerned-options", (alone.pod,)
    yield "host-process-options", alone.pod.containers
