"""Documents × rules → findings: the one place that turns what rules yield into files, lines and columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ..documents.document import Document
from ..documents.firstlook import may_hold_pods, may_matter
from ..documents.foreign import TEMPLATE_HINT, could_be_object, template_language
from ..documents.stream import Broken, documents
from ..errors import fault
from ..finding import Annotation, Kind, Origin, Violation
from ..location import Location, Part, Precision, Route, Span
from ..outcome import Outcome, Passed, Scan, Skipped
from ..pods.objects import STRING_FIELDS, Object, objects
from ..pods.running import Copies, lives, summary
from ..pods.templates import pods
from ..rendered import Rendered
from ..rules.context import Context
from ..sourcefile import BOM, SourceFile
from .analysis import left_out
from .annotations import ignores
from .approvals import Approvals
from .cluster import Cluster, OnNodes
from .concrete import concrete
from .coverage import coverage
from .facts import TOLD_BY, ScanFacts
from .live import LiveFindings, admitted
from .merging import Merging
from .parsed import Parsed, name_of
from .partial import about_known, bare_verdicts
from .records import Records
from .verdicts import as_meant, rules_by_subject, unreadable_verdicts, verdicts
from .workloads import Inventory

if TYPE_CHECKING:
    from ..rules.rule import Rule

COMMENT = "hostprocess-lint:"
"""Without this no comment suppresses anything."""


def judge(
    rendered: Iterable[Rendered | Skipped | Passed], rules: Callable[[], Sequence[Rule]], context: Context
) -> Scan:
    """Judges everything that is rendered by every rule.

    `rules` gives those selected; the analysis rules among them speak for what could not be looked at. It is called
    when there is something to say: a scan that has nothing to judge does not wait for the catalogue.
    """
    found = _Judge(rules, context)
    for item in rendered:
        found.add(item)
    return found.result()


class _Asked(NamedTuple):
    """Whom a rule is asked about, and where it runs; `spec` is the way to the spec of a pod."""

    owner: Object
    parsed: Parsed
    there: OnNodes
    notes: Sequence[Annotation]
    spec: Route = ()


class _Judge:
    """What a scan has found so far."""

    def __init__(self, rules: Callable[[], Sequence[Rule]], context: Context) -> None:
        self._context = context
        self._load = rules
        self._facts = ScanFacts()
        self._merging = Merging()
        self._inventory = Inventory()
        self._approvals = Approvals(context)
        self._records = Records()
        self._cluster = Cluster()
        self._copies = Copies()
        self._live = LiveFindings()
        self._objects: list[tuple[Object, Parsed]] = []
        self._about_others: list[Rendered] = []
        self._skipped: dict[tuple[str, str, str], Skipped] = {}
        self._annotations: dict[tuple[object, ...], Annotation] = {}
        self._texts: dict[str, SourceFile] = {}
        self._sources: dict[tuple[Kind, str], bool] = {}  # … → whether anything in it could be read
        self._templated: set[str] = set()
        self._documents = 0
        self._passed: list[Passed] = []

    @cached_property
    def _rules(self) -> Sequence[Rule]:
        return self._load()

    @cached_property
    def _by_subject(self) -> dict[str, list[Rule]]:
        return rules_by_subject(self._rules)

    def add(self, item: Rendered | Skipped | Passed) -> None:
        if isinstance(item, Passed):
            self._passed.append(item)
        elif isinstance(item, Skipped):
            self._skip(item)
        elif item.about_others:
            self._about_others.append(item)
        else:
            self._read(item)

    def result(self) -> Scan:
        """Judges what was added: only now is it known what other documents say."""
        self._listen()
        self._context = self._facts.told(self._context)
        for owner, parsed in self._objects:
            self._judge(owner._replace(maker=self._cluster.maker(owner)) if owner.lives else owner, parsed)
        self._live.merged(self._merging)
        pointed_at = {item.path: item.file for item in (*self._merging.locations(), *self._inventory.locations())}
        self._texts.update((path, file) for path, file in pointed_at.items() if COMMENT in file.text)
        judged = [source for source, readable in self._sources.items() if readable]
        return Scan(
            findings=self._merging.findings(),
            workloads=self._inventory.workloads(),
            not_judged=self._inventory.not_judged(),
            skipped=tuple(item for item in self._skipped.values() if item.outcome is Outcome.NOT_LOOKED_AT),
            sources=len(self._sources) + sum(item.outcome is not Outcome.EXCLUDED for item in self._passed),
            documents=self._documents,
            annotations=tuple(self._annotations.values()),
            texts=tuple(self._texts.values()),
            listed=self._approvals.listed(),
            coverage=coverage(judged, self._passed, self._skipped.values()),
            hosts=self._records.hosts(),
            others=self._records.others(),
        )

    def _read(self, item: Rendered) -> None:
        source = (item.origin.kind, item.origin.path)
        if item.origin.kind == "manifest" and COMMENT in item.text.text:
            self._texts[item.text.path] = item.text
        own = item.origin.kind == "manifest" and item.origin.path != "-"
        readable, empty = False, True
        try:
            for document in self._documents_of(item):
                if not own or could_be_object(document):
                    self._document(item, document, 0)
                    readable, empty = readable or isinstance(document, Document), False
        except Exception as error:
            self._broke(error, item, None)
        if own and empty:
            reason = "no document in it has `apiVersion` and `kind`"
            self._passed.append(Passed(*source, Outcome.IRRELEVANT, reason))
        else:
            self._sources[source] = self._sources.get(source, False) or readable or empty

    def _documents_of(self, item: Rendered) -> Iterable[Document | Broken]:
        """The documents of a text; of a list in a JSON file, as kubectl prints it, the items that matter, one by one.

        Copies of a pod are counted there: a cluster has thousands of them.
        """
        if item.origin.kind == "manifest" and item.text.text.lstrip(f"{BOM} \t\r\n").startswith("{"):
            from ..documents.jsontext import json_documents

            copies, there = Copies(), item.from_cluster
            found = json_documents(item.text, lambda text, data: _may_matter(text) and copies.is_first(data, there))
            if found is not None:
                self._copies.add(copies)
                return found
        return documents(item.text)

    def _listen(self) -> None:
        """Reads what is only about others, where there is a HostProcess pod that it could be about: most repositories
        have roles and bindings, and few have such a pod.
        """
        concerned = any(as_meant(pod).is_host_process for owner, _ in self._objects for pod in pods(owner))
        for item in self._about_others:
            source = (item.origin.kind, item.origin.path)
            if concerned:
                self._read(item)
            if not concerned or self._sources.get(source) is False:
                self._sources.pop(source, None)
                reason = "no word in it that a HostProcess pod needs"
                self._passed.append(Passed(*source, Outcome.IRRELEVANT, reason))

    def _document(self, rendered: Rendered, document: Document | Broken, depth: int) -> None:
        self._documents += 1
        if isinstance(document, Broken):
            self._unreadable(rendered, document)
            return
        parsed = Parsed(document, rendered)
        for each in objects(document.data, (*document.duplicates, *document.overrides)):
            there = lives(each.data, rendered.from_cluster)
            owner = each.by_default_in(rendered.namespace)._replace(lives=there)
            self._facts.note(owner, parsed)
            self._cluster.note(owner, parsed)
            self._records.note(owner, parsed)
            if owner.resource.kind not in TOLD_BY and self._copies.is_first(owner.data, there):
                self._objects.append((owner, parsed))
            if owner.resource.kind in STRING_FIELDS:
                from ..pods.embedded import DEEPEST, embedded

                for inner, found in embedded(owner, document, rendered) if depth < DEEPEST else ():
                    self._document(inner, found, depth + 1)

    def _unreadable(self, rendered: Rendered, broken: Broken) -> None:
        if not _holds_pods(broken.text):
            return  # it was only read for what it could say about others
        location = rendered.provenance.locate(broken.number, (), Part.VALUE, broken.span).location
        where = f"line {location.start[0]}" if location.precision is not Precision.FILE else "a document"
        reason, hint, kind = f"{where}: {broken.reason}", None, rendered.origin.kind
        language = template_language(broken) if kind == "manifest" else None
        if language is not None:  # which breaks most documents of a file, and is said once
            if location.path in self._templated:
                return
            self._templated.add(location.path)
            reason, hint = f"template text ({language}), which another tool makes into manifests", TEMPLATE_HINT
        self._skip(Skipped(location.path, reason, broken.rule, location, hint, kind=kind), rendered.origin)

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
            copies = self._copies.of(owner.data) if owner.lives else ()
            for pod in found:
                meant = as_meant(pod)
                if meant.may_be_host_process:
                    standing = self._approvals.of(meant.resource, meant, context)
                    running = summary(copies) if copies else None
                    same = self._inventory.add(meant, parsed, standing, running)
                    self._records.host(owner, parsed, standing, running, same)
                for there in self._cluster.on_nodes(copies, context) if copies else (OnNodes(context),):
                    for rule, violations in verdicts(pod, self._by_subject, there.context):
                        self._keep(rule, about_known(owner, violations), _Asked(owner, parsed, there, notes, pod.route))
        except Exception as error:
            self._broke(error, parsed.rendered, _place(owner, parsed))

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
            self._broke(error, parsed.rendered, _place(owner, parsed), rule.id)

    def _broke(self, error: Exception, item: Rendered, location: Location | None, rule: str = "") -> None:
        """A fault of ours is told at the source that shows it, and the scan goes on."""
        kind, path = item.origin[:2]
        if location is None and kind == "manifest":
            location = Location(item.text, Span(*item.text.line_span(1)), Precision.FILE)
        reason, hint = fault(error, rule)
        self._skip(Skipped(path, reason, "HPC001" if kind == "manifest" else "HPC002", location, hint, kind=kind))

    def _skip(self, skipped: Skipped, origin: Origin | None = None) -> None:
        location = skipped.location or Location(SourceFile(skipped.path, ""), Span(0, 0), Precision.FILE)
        self._skipped.setdefault((skipped.path, skipped.rule, skipped.reason), skipped._replace(location=location))
        rule = next((rule for rule in self._rules if rule.id == skipped.rule), None)
        level = self._context.levels.get(rule.id, skipped.level or rule.level) if rule else None
        if rule is None or level is None:
            return  # what lies outside of the repository may be nobody's concern: it is counted
        source = origin or Origin(skipped.kind, skipped.path)
        self._merging.add(left_out(rule, level, skipped, location, source), 0, ())


def _may_matter(text: str) -> bool:
    """Whether an item of a list could: of a node that is what it says about itself."""
    return may_matter(text.encode("utf-8", "surrogatepass")) or '"nodeInfo"' in text


def _place(owner: Object, parsed: Parsed) -> Location | None:
    """Where an object stands, if that can still be found out."""
    try:
        return parsed.locate(name_of(owner))[0]
    except Exception:
        return None


@lru_cache(maxsize=2)
def _holds_pods(text: SourceFile) -> bool:
    """Whether a text could hold a pod that concerns us; asked for each of its documents that is broken."""
    return may_hold_pods(text.text.encode("utf-8", "surrogatepass"))
