"""Objects × rules → findings: the one place that turns what rules yield into files, lines and columns."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ..finding import Annotation, Finding, Violation
from ..location import Route
from ..outcome import Outcome, Passed, Scan
from ..pods.objects import Object
from ..pods.templates import pods
from ..rules.context import Context
from ..workload import Running
from .annotations import ignores
from .approvals import Approvals
from .concrete import concrete
from .coverage import coverage, looked_at
from .merging import Merging
from .outside import outside_verdicts
from .parsed import Parsed, place_of
from .reading import COMMENT, ScanObjects
from .skips import Skips
from .unknown import about_known
from .verdicts import as_meant, rules_by_subject, verdicts
from .workloads import Inventory

if TYPE_CHECKING:
    from ..pods.running import LivePod
    from ..rules.rule import Rule
    from .cluster import NodeFacts
    from .live import LiveFindings


class _Asked(NamedTuple):
    """Whom a rule is asked about; `spec` is the way to the spec of a pod, `copies` are those of it that run, and
    `nodes` what they run on.
    """

    owner: Object
    parsed: Parsed
    context: Context
    notes: Sequence[Annotation]
    spec: Route = ()
    copies: tuple["LivePod", ...] = ()
    nodes: tuple["NodeFacts", ...] = ()


class ScanFindings:
    """What a scan has read, and found so far.

    `rules` gives those selected; it is called when there is something to say.
    """

    def __init__(self, rules: Callable[[], Sequence["Rule"]], context: Context) -> None:
        self._context = context
        self._rules = rules
        self._merging = Merging()
        self._skips = Skips(rules, context.levels, self._merging)
        self.read = ScanObjects(self._skips)
        self._inventory = Inventory()
        self._approvals = Approvals(context)
        self._live: LiveFindings | None = None
        self._annotations: dict[tuple[object, ...], Annotation] = {}

    @cached_property
    def _by_subject(self) -> dict[str, list["Rule"]]:
        return rules_by_subject(self._rules())

    def result(self, passed: Sequence[Passed]) -> Scan:
        """Judges what was read: only now is it known what other documents say. `passed` needs no judging."""
        read = self.read
        read.finish()
        passed = (*passed, *read.passed)
        self._context = read.facts.told(self._context)
        for owner, parsed in read.objects:
            self._judge(owner, parsed)
        if self._live:
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
            sources=len(read.sources) + looked_at(passed),
            documents=read.documents,
            annotations=tuple(self._annotations.values()),
            texts=tuple(texts.values()),
            listed=self._approvals.listed(),
            coverage=coverage(judged, passed, skipped),
            hosts=read.records.hosts(),
            others=read.records.others(),
        )

    def _judge(self, owner: Object, parsed: Parsed) -> None:
        try:
            owner = owner._replace(maker=self.read.cluster.maker(owner)) if owner.lives else owner
            context = self._context.at(parsed.rendered.origin.path).within(parsed.rendered.kubernetes)
            context = context._replace(as_written=parsed.as_written)
            found = list(pods(owner))
            notes = tuple(ignores(owner, found, parsed))
            self._annotations.update(((item.rule, item.location.key), item) for item in notes)
            if self._inventory.note(owner, found, parsed):
                self._approvals.of(owner.resource, None, context)
                for rule, violations in outside_verdicts(owner, found, self._by_subject, context):
                    self._keep(rule, violations, _Asked(owner, parsed, context, notes))
            copies = self.read.copies.of(owner.data) if owner.lives else ()
            for pod in found:
                meant = as_meant(pod)
                if meant.may_be_host_process:
                    standing = self._approvals.of(meant.resource, meant, context)
                    summed = _summary(copies)
                    same = self._inventory.add(meant, parsed, standing, summed)
                    self.read.records.host(owner, parsed, standing, summed, same)
                for there, running, nodes in self._places(copies, context):
                    asked = _Asked(owner, parsed, there, notes, pod.route, running, nodes)
                    for rule, violations in verdicts(pod, self._by_subject, there):
                        self._keep(rule, about_known(pod.owner, violations), asked)
        except Exception as error:
            self._skips.fault(error, parsed.rendered, place_of(owner, parsed))

    def _places(
        self, copies: tuple["LivePod", ...], context: Context
    ) -> Iterable[tuple[Context, tuple["LivePod", ...], tuple["NodeFacts", ...]]]:
        """Where a pod is judged: on the nodes of its copies, or where the configuration aims at."""
        return self.read.cluster.on_nodes(copies, context) if copies else ((context, (), ()),)

    def _keep(self, rule: "Rule", violations: Iterable[Violation], asked: _Asked) -> None:
        """What one rule finds. A fault of its own is no reason to keep back what the others find."""
        owner, parsed = asked.owner, asked.parsed
        try:
            for violation in violations:
                level = asked.context.levels.get(rule.id, violation.level or rule.level)
                if level:
                    found = concrete(rule, violation, level, owner, parsed, asked.notes)
                    route = violation.field or violation.primary.route
                    if owner.lives:
                        self._keep_live(rule, found, route, asked)
                    else:
                        self._merging.add(found, parsed.document.number, route)
        except Exception as error:
            self._skips.fault(error, parsed.rendered, place_of(owner, parsed), rule)

    def _keep_live(self, rule: "Rule", found: Finding, route: Route, asked: _Asked) -> None:
        from .live import LiveFinding, LiveFindings, admitted  # here and below, because most scans see no cluster

        self._live = self._live or LiveFindings()
        found = admitted(found, rule, asked.owner)
        self._live.add(LiveFinding(found, asked.parsed.document.number, route, asked.copies, asked.nodes), asked.spec)


def _summary(copies: tuple["LivePod", ...]) -> Running | None:
    if not copies:
        return None
    from ..pods.running import summary

    return summary(copies)
