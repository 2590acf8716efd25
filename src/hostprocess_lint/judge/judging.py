"""Documents × rules → findings: the one place that turns what rules yield into files, lines and columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

from ..finding import Annotation, Violation
from ..location import Location, Route
from ..outcome import Outcome, Passed, Scan, Skipped
from ..pods.objects import Object
from ..pods.running import summary
from ..pods.templates import pods
from ..rendered import Rendered
from ..rules.context import Context
from .annotations import ignores
from .approvals import Approvals
from .cluster import OnNodes
from .concrete import concrete
from .coverage import coverage
from .live import LiveFindings, admitted
from .merging import Merging
from .parsed import Parsed, name_of
from .partial import about_known, bare_verdicts
from .reading import COMMENT, ScanObjects
from .skips import Skips
from .verdicts import as_meant, rules_by_subject, unreadable_verdicts, verdicts
from .workloads import Inventory

if TYPE_CHECKING:
    from ..rules.rule import Rule


def judge(
    rendered: Iterable[Rendered | Skipped | Passed], rules: Callable[[], Sequence[Rule]], context: Context
) -> Scan:
    """Judges everything that is rendered by every rule.

    `rules` gives those selected; the analysis rules among them speak for what could not be looked at. It is called
    when there is something to say: a scan that has nothing to judge does not wait for the catalogue.
    """
    found = _Judge(cache(rules), context)
    for item in rendered:
        found.read.add(item)
    return found.result()


class _Asked(NamedTuple):
    """Whom a rule is asked about, and where it runs; `spec` is the way to the spec of a pod."""

    owner: Object
    parsed: Parsed
    there: OnNodes
    notes: Sequence[Annotation]
    spec: Route = ()


class _Judge:
    """What a scan has read, and found so far."""

    def __init__(self, rules: Callable[[], Sequence[Rule]], context: Context) -> None:
        self._context = context
        self._rules = rules
        self._merging = Merging()
        self._skips = Skips(rules, context.levels, self._merging)
        self.read = ScanObjects(self._skips)
        self._inventory = Inventory()
        self._approvals = Approvals(context)
        self._live = LiveFindings()
        self._annotations: dict[tuple[object, ...], Annotation] = {}

    @cached_property
    def _by_subject(self) -> dict[str, list[Rule]]:
        return rules_by_subject(self._rules())

    def result(self) -> Scan:
        """Judges what was read: only now is it known what other documents say."""
        read = self.read
        read.finish()
        self._context = read.facts.told(self._context)
        for owner, parsed in read.objects:
            self._judge(owner._replace(maker=read.cluster.maker(owner)) if owner.lives else owner, parsed)
        self._live.merged(self._merging)
        pointed_at = {item.path: item.file for item in (*self._merging.locations(), *self._inventory.locations())}
        texts = {**read.texts, **{path: file for path, file in pointed_at.items() if COMMENT in file.text}}
        judged = [source for source, readable in read.sources.items() if readable]
        skipped = self._skips.all()
        return Scan(
            findings=self._merging.findings(),
            workloads=self._inventory.workloads(),
            not_judged=self._inventory.not_judged(),
            skipped=tuple(item for item in skipped if item.outcome is Outcome.NOT_LOOKED_AT),
            sources=len(read.sources) + sum(item.outcome is not Outcome.EXCLUDED for item in read.passed),
            documents=read.documents,
            annotations=tuple(self._annotations.values()),
            texts=tuple(texts.values()),
            listed=self._approvals.listed(),
            coverage=coverage(judged, read.passed, skipped),
            hosts=read.records.hosts(),
            others=read.records.others(),
        )

    def _judge(self, owner: Object, parsed: Parsed) -> None:
        try:
            context = self._context.at(parsed.rendered.origin.path).within(parsed.rendered.kubernetes)
            context = context._replace(as_written=parsed.as_written)
            found = list(pods(owner))
            notes = tuple(ignores(owner, found, parsed))
            self._annotations.update(((item.rule, item.location.key), item) for item in notes)
            if not found and self._inventory.note(owner, parsed):
                self._approvals.of(owner.resource, None, context)
                for judged in (unreadable_verdicts, bare_verdicts):
                    for rule, violations in judged(owner, self._by_subject, context):
                        self._keep(rule, violations, _Asked(owner, parsed, OnNodes(context), notes))
            copies = self.read.copies.of(owner.data) if owner.lives else ()
            for pod in found:
                meant = as_meant(pod)
                if meant.may_be_host_process:
                    standing = self._approvals.of(meant.resource, meant, context)
                    running = summary(copies) if copies else None
                    same = self._inventory.add(meant, parsed, standing, running)
                    self.read.records.host(owner, parsed, standing, running, same)
                for there in self.read.cluster.on_nodes(copies, context) if copies else (OnNodes(context),):
                    for rule, violations in verdicts(pod, self._by_subject, there.context):
                        self._keep(rule, about_known(owner, violations), _Asked(owner, parsed, there, notes, pod.route))
        except Exception as error:
            self._skips.fault(error, parsed.rendered, _place(owner, parsed))

    def _keep(self, rule: Rule, violations: Iterable[Violation], asked: _Asked) -> None:
        """What one rule finds. A fault of its own is no reason to keep back what the others find."""
        owner, parsed = asked.owner, asked.parsed
        try:
            for violation in violations:
                level = asked.there.context.levels.get(rule.id, violation.level or rule.level)
                if level:
                    found = concrete(rule, violation, level, owner, parsed, asked.notes)
                    route = violation.field or violation.primary.route
                    if owner.lives:
                        found = admitted(found, rule, owner)
                        self._live.add(found, parsed.document.number, route, asked.there, asked.spec)
                    else:
                        self._merging.add(found, parsed.document.number, route)
        except Exception as error:
            self._skips.fault(error, parsed.rendered, _place(owner, parsed), rule.id)


def _place(owner: Object, parsed: Parsed) -> Location | None:
    """Where an object stands, if that can still be found out."""
    try:
        return parsed.locate(name_of(owner))[0]
    except Exception:
        return None
