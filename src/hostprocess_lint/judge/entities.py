"""Objects that another program has parsed × rules → verdicts: what is wrong with which field, and no lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..documents.document import Document
from ..finding import Verdict, Violation
from ..location import Route
from ..pods.objects import Object, objects
from ..pods.templates import pods
from ..rules.context import Context
from .parsed import dotted
from .strings import TOO_DEEP_IN_STRINGS, strings_of
from .unknown import about_known
from .verdicts import subjects, verdicts

if TYPE_CHECKING:
    from ..rules.rule import Rule


def judge_entity(
    data: Any, by_subject: Mapping[str, Sequence[Rule]], context: Context
) -> dict[str, tuple[Verdict, ...]]:
    """By the rules' ids, what each finds in an object and in manifests in its strings.

    A rule that has nothing to judge is not in it, nor is one that is off; HPC001 and HPC005 are in it where a string
    could not be looked into.
    """
    found: dict[str, list[Verdict]] = {}
    for each in _parts(data):
        if isinstance(each, _Unread):
            found.setdefault(each.rule, []).append(each.verdict(by_subject))
            continue
        owner, prefix = each
        for pod in pods(owner):
            for subject in subjects(pod):
                for rule in by_subject.get(subject, ()):
                    if context.levels.get(rule.id, rule.level):
                        found.setdefault(rule.id, [])
            for rule, violations in verdicts(pod, by_subject, context):
                if rule.id in found:
                    found[rule.id] += (
                        _verdict(rule, each, owner, prefix) for each in about_known(pod.owner, violations)
                    )
    return {rule: tuple(verdicts) for rule, verdicts in found.items()}


class _Unread(NamedTuple):
    """A string of an object that reads like a manifest and was not looked into: by which rule, and why."""

    rule: str
    reason: str
    route: Route
    field: str

    def verdict(self, by_subject: Mapping[str, Sequence[Rule]]) -> Verdict:
        rule = next(rule for rule in by_subject["analysis"] if rule.id == self.rule)
        return Verdict(self.route, self.field, f"{rule.title}: {self.reason}", rule.hint)


def _parts(data: Any, prefix: Route = (), depth: int = 0) -> Iterator[tuple[Object, Route] | _Unread]:
    """The objects of an entity and those in its strings, with the way to the string."""
    for owner in objects(data):
        yield owner, prefix
        for route, _, found in strings_of(owner, "", depth):
            way, field = (*prefix, *route), dotted(route, owner)
            if found is None:
                yield _Unread("HPC005", TOO_DEEP_IN_STRINGS, way, field)
            for document in found or ():
                if isinstance(document, Document):
                    yield from _parts(document.data, way, depth + 1)
                else:
                    yield _Unread(document.rule, document.reason, way, field)


def _verdict(rule: Rule, violation: Violation, owner: Object, prefix: Route) -> Verdict:
    route = violation.field or violation.primary.route
    message, hint = violation.message or rule.title, violation.hint or rule.hint
    return Verdict((*prefix, *route), dotted(route, owner), message, hint, violation.container)
