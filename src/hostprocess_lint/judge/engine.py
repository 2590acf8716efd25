"""Documents × rules → findings: the one place that turns routes into files, lines and columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ..documents.document import Broken, Document, documents
from ..documents.firstlook import may_hold_pods
from ..documents.foreign import TEMPLATE_HINT, could_be_object, template_language
from ..finding import (
    Annotation,
    Finding,
    HostMount,
    Kind,
    Label,
    Location,
    NotJudged,
    Origin,
    Outcome,
    Part,
    Passed,
    Precision,
    Related,
    Resource,
    Route,
    Scan,
    Skipped,
    Span,
    Subject,
    Violation,
    Workload,
    WorkloadContainer,
)
from ..pods.pod import STRING_FIELDS, TEMPLATES, Container, Object, Pod, View, objects, pods, says
from ..rendered import Rendered
from ..rules.context import Context, NamespaceLabel, RuntimeClass
from ..rules.rights import Rights
from ..sourcefile import SourceFile
from .analysis import about
from .coverage import coverage

if TYPE_CHECKING:
    from ..rules.rule import Rule

ANNOTATION = "hostprocess-lint/ignore."
"""What an annotation that suppresses begins with; the rule's id or name follows."""

COMMENT = "hostprocess-lint:"
"""Without this no comment suppresses anything."""


class _Parsed(NamedTuple):
    """A document and where its text comes from."""

    document: Document
    rendered: Rendered

    def locate(self, label: Label) -> tuple[Location, tuple[Related, ...]]:
        span = self.document.span(label.route, label.part)
        trace = self.rendered.provenance.locate(self.document.number, label.route, label.part, span)
        return trace.location, trace.chain

    def removed(self, route: Route) -> tuple[Related, ...]:
        """What has taken a missing field out."""
        ask = self.rendered.removed
        return ask(self.document.number, route) if ask and self.document.entry(route) is None else ()


def scan(
    rendered: Iterable[Rendered | Skipped | Passed], rules: Callable[[], Sequence[Rule]], context: Context
) -> Scan:
    """Judges everything that is rendered by every rule.

    `rules` gives those selected; the analysis rules among them speak for what could not be looked at. It is called
    when there is something to say: a scan that has nothing to judge does not wait for the catalogue.
    """
    collector = _Collector(rules, context)
    for item in rendered:
        collector.add(item)
    return collector.result()


class _Collector:
    """What a scan has found so far."""

    def __init__(self, rules: Callable[[], Sequence[Rule]], context: Context) -> None:
        self._context = context
        self._load = rules
        self._objects: list[tuple[Object, _Parsed]] = []
        self._namespaces: dict[str, tuple[NamespaceLabel, ...]] = {}
        self._runtime_classes: dict[str, RuntimeClass] = {}
        self._rights = Rights()
        self._about_others: list[Rendered] = []
        self._findings: dict[tuple[object, ...], Finding] = {}
        self._workloads: dict[tuple[object, ...], Workload] = {}
        self._not_judged: dict[tuple[object, ...], NotJudged] = {}
        self._skipped: dict[tuple[str, str], Skipped] = {}
        self._annotations: dict[tuple[object, ...], Annotation] = {}
        self._texts: dict[str, SourceFile] = {}
        self._sources: dict[tuple[Kind, str], bool] = {}  # … → whether anything in it could be read
        self._documents = 0
        self._passed: list[Passed] = []

    @cached_property
    def _rules(self) -> Sequence[Rule]:
        return self._load()

    @cached_property
    def _by_subject(self) -> dict[str, list[Rule]]:
        found: dict[str, list[Rule]] = {}
        for rule in self._rules:
            found.setdefault(rule.subject, []).append(rule)
        return found

    def add(self, item: Rendered | Skipped | Passed) -> None:
        if isinstance(item, Passed):
            self._passed.append(item)
        elif isinstance(item, Skipped):
            self._skip(item)
        elif item.about_others:
            self._about_others.append(item)
        else:
            self._read(item)

    def _read(self, item: Rendered) -> None:
        source = (item.origin.kind, item.origin.path)
        if item.origin.kind == "manifest" and COMMENT in item.text.text:
            self._texts[item.text.path] = item.text
        own = item.origin.kind == "manifest" and item.origin.path != "-"
        found = [each for each in documents(item.text) if not own or could_be_object(each)]
        readable = not found or any(isinstance(document, Document) for document in found)
        self._sources[source] = self._sources.get(source, False) or readable
        for document in found:
            self._document(item, document, 0)

    def result(self) -> Scan:
        """Judges what was added: only now is it known what other documents say."""
        self._listen()
        self._context = self._context._replace(
            namespaces=self._namespaces, runtime_classes=self._runtime_classes, rights=self._rights
        )
        for owner, parsed in self._objects:
            self._judge(owner, parsed)
        pointed_at = {item.path: item.file for item in self._places()}
        self._texts.update((path, file) for path, file in pointed_at.items() if COMMENT in file.text)
        judged = [source for source, readable in self._sources.items() if readable]
        return Scan(
            findings=tuple(sorted(self._findings.values(), key=lambda finding: finding.order)),
            workloads=tuple(self._workloads.values()),
            not_judged=tuple(self._not_judged.values()),
            skipped=tuple(item for item in self._skipped.values() if item.outcome is Outcome.NOT_LOOKED_AT),
            sources=len(self._sources) + sum(item.outcome is Outcome.IRRELEVANT for item in self._passed),
            documents=self._documents,
            annotations=tuple(self._annotations.values()),
            texts=tuple(self._texts.values()),
            coverage=coverage(judged, self._passed, self._skipped.values()),
        )

    def _listen(self) -> None:
        """Reads what is only about others, where there is a HostProcess pod that it could be about: most repositories
        have roles and bindings, and few have such a pod.
        """
        concerned = any(pod.is_host_process for owner, _ in self._objects for pod in pods(owner))
        for item in self._about_others:
            source = (item.origin.kind, item.origin.path)
            if concerned:
                self._read(item)
            if not self._sources.get(source):
                self._sources.pop(source, None)
                reason = "no word in it that a HostProcess pod needs"
                self._passed.append(Passed(*source, Outcome.IRRELEVANT, reason))

    def _places(self) -> Iterator[Location]:
        yield from (finding.location for finding in self._findings.values())
        yield from (workload.location for workload in self._workloads.values())

    def _document(self, rendered: Rendered, document: Document | Broken, depth: int) -> None:
        self._documents += 1
        if isinstance(document, Broken):
            if _holds_pods(document.text):  # else it was only read for what it could say about others
                self._broken(rendered, document)
            return
        parsed = _Parsed(document, rendered)
        for each in objects(document.data, (*document.duplicates, *document.overrides)):
            owner = each.by_default_in(rendered.namespace)
            self._note(owner, parsed)
            if owner.resource.kind in STRING_FIELDS:
                from ..pods.embedded import DEEPEST, embedded

                for inner, found in embedded(owner, document, rendered) if depth < DEEPEST else ():
                    self._document(inner, found, depth + 1)

    def _broken(self, rendered: Rendered, document: Broken) -> None:
        location = rendered.provenance.locate(document.number, (), Part.VALUE, document.span).location
        where = f"line {location.start[0]}" if location.precision is not Precision.FILE else "a document"
        reason, hint, kind = f"{where}: {document.reason}", None, rendered.origin.kind
        language = template_language(document.text.text) if kind == "manifest" and document.rule == "HPC001" else None
        if language is not None:  # which breaks most of its documents, and is said once
            reason, hint = f"template text ({language}), which another tool makes into manifests", TEMPLATE_HINT
        self._skip(Skipped(location.path, reason, document.rule, location, hint, kind=kind), rendered.origin)

    def _note(self, owner: Object, parsed: _Parsed) -> None:
        """Keeps an object, and what it says about others."""
        name = owner.resource.name
        if owner.resource.kind == "Namespace":
            self._namespaces[name] = (*self._namespaces.get(name, ()), *_pod_security(owner, parsed))
        elif owner.resource.kind == "RuntimeClass":
            self._runtime_classes[name] = _runtime_class(owner, parsed)
        else:
            self._rights.add(owner, parsed.rendered.origin.path, lambda label: parsed.locate(label)[0])
            self._objects.append((owner, parsed))

    def _judge(self, owner: Object, parsed: _Parsed) -> None:
        context = self._context.at(parsed.rendered.origin.path).within(parsed.rendered.kubernetes)
        found = list(pods(owner))
        annotations = tuple(_annotations(owner, found, parsed))
        self._annotations.update(((item.rule, item.location.key), item) for item in annotations)
        for pod in found:
            if pod.is_host_process:
                self._workload(pod, parsed)
            for rule, violations in verdicts(pod, self._by_subject, context):
                for violation in violations:
                    level = context.levels.get(rule.id, violation.level or rule.level)
                    if level:
                        self._finding(rule, violation._replace(level=level), owner, parsed, annotations)
        custom = owner.resource.kind and owner.resource.kind not in (*TEMPLATES, "CustomResourceDefinition")
        if custom and owner.resource.api_version and not found and says(owner.data, ("hostprocess",)):
            location, _ = parsed.locate(_name_of(owner))
            item = NotJudged(owner.resource, location, parsed.rendered.origin)
            self._not_judged.setdefault((location.key, owner.resource), item)

    def _finding(
        self, rule: Rule, violation: Violation, owner: Object, parsed: _Parsed, annotations: tuple[Annotation, ...]
    ) -> None:
        location, chain = parsed.locate(violation.primary)
        related = [
            item if isinstance(item, Related) else Related(item.text, parsed.locate(item)[0])
            for item in violation.related
        ]
        route = violation.field or violation.primary.route
        container = violation.container
        identity = _identity(rule.id, owner, container, route)
        annotation = next((item for item in annotations if item.rule in (rule.id, rule.name)), None)
        finding = Finding(
            rule=rule.id,
            name=rule.name,
            level=violation.level or rule.level,
            consequence=rule.consequence,
            message=violation.message or rule.title,
            hint=violation.hint or rule.hint,
            resource=owner.resource,
            container=container,
            field=dotted(route, owner),
            location=location,
            label=violation.primary.text or rule.label,
            related=_unique((*related, *parsed.removed(route), *chain), location),
            source=parsed.rendered.origin,
            identity=identity,
            subjects=(Subject(identity, annotation),),
        )
        self._merge(finding)

    def _merge(self, finding: Finding) -> None:
        """One cause, one finding: the same rule at the same place, whoever inherits it and however it was rendered.

        Where it matters more for one than for another (of several Kubernetes versions), the worst is said.
        """
        key: tuple[object, ...] = (finding.rule, finding.location.key)
        if finding.location.precision is Precision.FILE:
            key = (*key, finding.resource, finding.field)
        known = self._findings.get(key)
        if known is None:
            self._findings[key] = finding
            return
        worst = min(known, finding, key=lambda each: each.level.rank)
        self._findings[key] = known._replace(
            level=worst.level,
            message=worst.message,
            hint=worst.hint,
            container=known.container if known.container == finding.container else None,
            related=_unique((*known.related, *finding.related), known.location),
            source=_joined(known.source, finding.source),
            subjects=tuple(dict.fromkeys((*known.subjects, *finding.subjects))),
        )

    def _workload(self, pod: Pod, parsed: _Parsed) -> None:
        location, _ = parsed.locate(_name_of(pod.owner))
        origin = parsed.rendered.origin
        token = pod.written("automountServiceAccountToken")
        workload = Workload(
            resource=pod.resource,
            location=location,
            source=origin,
            containers=tuple(_line(container) for container in pod.containers),
            host_network=pod.data.get("hostNetwork") is True,
            token=token is None or token.value is not False,
        )
        # A chart's profiles may give one pod different accounts: to a reviewer these are two workloads.
        facts = (workload.containers, workload.host_network, workload.token)
        key = (location.key, pod.resource, pod.route, facts)
        known = self._workloads.get(key)
        self._workloads[key] = known._replace(source=_joined(known.source, origin)) if known else workload

    def _skip(self, skipped: Skipped, origin: Origin | None = None) -> None:
        self._skipped.setdefault((skipped.path, skipped.reason), skipped)
        rule = next((rule for rule in self._rules if rule.id == skipped.rule), None)
        level = self._context.levels.get(rule.id, skipped.level or rule.level) if rule else None
        if rule is None or level is None:
            return  # what lies outside of the repository may be nobody's concern: it is counted
        location = skipped.location or Location(SourceFile(skipped.path, ""), Span(0, 0), Precision.FILE)
        source = origin or Origin(skipped.kind, skipped.path)
        found = about(rule, level, skipped.reason, location, source, (skipped.path,))
        self._merge(found._replace(hint=skipped.hint or rule.hint))


@lru_cache(maxsize=2)
def _holds_pods(text: SourceFile) -> bool:
    """Whether a text could hold a pod that concerns us; asked for each of its documents that is broken."""
    return may_hold_pods(text.text.encode("utf-8", "surrogatepass"))


def verdicts(
    pod: Pod, by_subject: Mapping[str, Sequence[Rule]], context: Context
) -> Iterator[tuple[Rule, list[Violation]]]:
    """What each rule that is about such a pod finds in it."""
    for subject, items in _subjects(pod):
        for rule in by_subject.get(subject, ()):
            yield rule, [violation for item in items for violation in rule.check(item, context)]


def _subjects(pod: Pod) -> Iterator[tuple[str, Sequence[Pod | Container]]]:
    """What rules are called with: a page's `for`, and what of the pod it names."""
    if pod.is_concerned:
        yield "concerned-pod", (pod,)
    if pod.is_host_process:
        yield "host-process-pod", (pod,)
        yield "host-process-container", pod.host_process_containers
    if pod.is_windows:
        yield "windows-pod", (pod,)


def _pod_security(namespace: Object, parsed: _Parsed) -> Iterator[NamespaceLabel]:
    labels = View(namespace.data, namespace.route)
    for mode in ("enforce", "warn", "audit"):
        label = labels.written("metadata", "labels", f"pod-security.kubernetes.io/{mode}")
        if label:
            yield NamespaceLabel(mode, str(label.value), parsed.locate(Label(label.route))[0])


def _runtime_class(owner: Object, parsed: _Parsed) -> RuntimeClass:
    view = View(owner.data, owner.route)
    selector = view.written("scheduling", "nodeSelector")
    return RuntimeClass(
        handler=view.text("handler") or "",
        node_selector=selector.value if selector and isinstance(selector.value, dict) else {},
        location=parsed.locate(Label((*owner.route, "handler")))[0],
    )


def _name_of(owner: Object) -> Label:
    """What stands for an object as a whole."""
    return Label((*owner.route, "metadata", "name"), part=Part.KEY)


def _line(container: Container) -> WorkloadContainer:
    from ..rules.checks.volumes import host_path_mounts  # here, because most scans find no workload

    account = container.account.value
    return WorkloadContainer(
        name=container.name,
        kind=container.kind,
        host_process=container.is_host_process,
        account=account if isinstance(account, str) else None,
        image=container.image,
        mounts=tuple(
            HostMount(path.value, mount.text("mountPath") or "") for mount, path, _ in host_path_mounts(container)
        ),
    )


def _annotations(owner: Object, found: Sequence[Pod], parsed: _Parsed) -> Iterator[Annotation]:
    """What the annotations of an object and of its pod templates say about rules."""
    metadata = [View(owner.data.get("metadata"), (*owner.route, "metadata")), *(pod.metadata for pod in found)]
    for view in {view.route: view for view in metadata}.values():
        written = view.written("annotations")
        for key, value in written.value.items() if written and isinstance(written.value, dict) else ():
            if written and key.startswith(ANNOTATION):
                text = value if isinstance(value, str) else ""
                yield Annotation(key[len(ANNOTATION) :], text, parsed.locate(Label((*written.route, key)))[0])


def _unique(related: Iterable[Related], primary: Location) -> tuple[Related, ...]:
    """Each label at each place once, and nothing that the primary location shows already."""
    found = {(item.label, item.location.key): item for item in related if item.location.key != primary.key}
    return tuple(found.values())


def _joined(known: Origin, other: Origin) -> Origin:
    """One origin with the profiles of both."""
    variants = (known.variant or "").split(", ")
    if other.variant is None or known.variant is None or other.variant in variants:
        return known
    return known._replace(variant=", ".join((*variants, other.variant)))


def dotted(route: Route, owner: Object) -> str:
    """A route as people write it, from the object on: `spec.containers[0].image`."""
    shown = ""
    for step in route[len(owner.route) :]:
        if isinstance(step, int):
            shown += f"[{step}]"
        elif "." in step:
            shown += f"['{step}']"
        else:
            shown += f".{step}" if shown else step
    return shown


def _identity(rule: str, owner: Object, container: str | None, route: Route) -> tuple[str, ...]:
    """What a reader would call the thing, never where it stands: list items count by their names."""
    data: object = owner.data
    named: list[str] = []
    for step in route[len(owner.route) :]:
        if isinstance(data, dict):
            data = data.get(str(step))
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        name = data.get("name") if isinstance(step, int) and isinstance(data, dict) else None
        named.append(name if isinstance(name, str) else str(step))
    resource: Resource = owner.resource
    group = resource.api_version.rpartition("/")[0]
    return (rule, group, resource.kind, resource.namespace or "", resource.name, container or "", *named)
