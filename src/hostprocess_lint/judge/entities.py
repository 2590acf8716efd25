"""Objects that another program has parsed × rules → verdicts: what is wrong with which field, and no lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..documents.document import Document
from ..documents.stream import documents
from ..finding import Verdict, Violation
from ..location import Route
from ..pods.embedded import DEEPEST, is_applied, manifests
from ..pods.objects import Object, objects
from ..pods.templates import pods
from ..rules.context import Context
from ..sourcefile import SourceFile
from .parsed import dotted
from .partial import about_known
from .strings import is_looked_into
from .verdicts import subjects, verdicts

if TYPE_CHECKING:
    from ..rules.rule import Rule


def judge_entity(
    data: Any, by_subject: Mapping[str, Sequence[Rule]], context: Context
) -> dict[str, tuple[Verdict, ...]]:
    """By the rules' ids, what each finds in an object and in manifests in its strings.

    A rule that has nothing to judge is not in it, nor is one that is off.
    """
    found: dict[str, list[Verdict]] = {}
    for owner, prefix in _owners(data):
        for pod in pods(owner):
            for subject in subjects(pod):
                for rule in by_subject.get(subject, ()):
                    if context.levels.get(rule.id, rule.level):
                        found.setdefault(rule.id, [])
            for rule, violations in verdicts(pod, by_subject, context):
                if rule.id in found:
                    found[rule.id] += (_verdict(rule, each, owner, prefix) for each in about_known(owner, violations))
    return {rule: tuple(verdicts) for rule, verdicts in found.items()}


def _owners(data: Any, prefix: Route = (), depth: int = 0) -> Iterator[tuple[Object, Route]]:
    """The objects of an entity and those in its strings, with the way to the string."""
    for owner in objects(data):
        yield owner, prefix
        if depth < DEEPEST and is_looked_into(owner.resource):
            for route, text in manifests(owner):
                for document in documents(SourceFile("", text)):
                    if isinstance(document, Document) and is_applied(owner, document):
                        yield from _owners(document.data, (*prefix, *route), depth + 1)


def _verdict(rule: Rule, violation: Violation, owner: Object, prefix: Route) -> Verdict:
    route = violation.field or violation.primary.route
    message, hint = violation.message or rule.title, violation.hint or rule.hint
    return Verdict((*prefix, *route), dotted(route, owner), message, hint, violation.container)
