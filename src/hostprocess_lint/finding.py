"""The values that travel from the rules to the reports."""

from collections import Counter
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Literal, NamedTuple

from .sourcefile import SourceFile

Route = tuple[str | int, ...]
"""A way into a document: mapping keys and list indices, from the root."""

Kind = Literal["manifest", "chart", "overlay"]
"""What a source is."""

OUTSIDE = "HPC006"
"""The rule about what the repository names and does not hold, which is not the scan's fault."""


class Level(str, Enum):
    """How much a finding matters; declared from worst to mildest, which is the order reports use."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _LEVELS.index(self)


_LEVELS = list(Level)


class Consequence(str, Enum):
    """What happens when the manifest is applied; the value is the folder of the rule's page."""

    ANALYSIS = "analysis"
    REJECTED = "rejected"
    FAILS = "fails"
    MISBEHAVES = "misbehaves"
    SECURITY = "security"
    COMPATIBILITY = "compatibility"


class Precision(str, Enum):
    """How surely a location is the place to change.

    `exact` is proved to be the scalar or key, `line` is the line that made it, `file` only the file.
    """

    EXACT = "exact"
    LINE = "line"
    FILE = "file"


class Part(str, Enum):
    """Which part of a mapping entry a label underlines; `earlier` is the first of two keys of one name."""

    VALUE = "value"
    KEY = "key"
    PAIR = "pair"
    EARLIER = "earlier"


class Span(NamedTuple):
    """A half-open range of character offsets into one text."""

    start: int
    end: int


class Label(NamedTuple):
    """A place in a document, said symbolically, and two to six words about it: the page's own where there are none.

    `within` is the part of a string's value that is meant, where the string is written on one line.
    """

    route: Route
    text: str = ""
    part: Part = Part.PAIR
    within: Span | None = None


class Location(NamedTuple):
    """A region of a file that is in the repository."""

    file: SourceFile
    span: Span
    precision: Precision = Precision.EXACT

    @property
    def path(self) -> str:
        return self.file.path

    @property
    def start(self) -> tuple[int, int]:
        """1-based line and column of the first character."""
        return self.file.position(self.span.start)

    @property
    def end(self) -> tuple[int, int]:
        """1-based line and column just behind the last character."""
        return self.file.position(self.span.end)

    @property
    def key(self) -> tuple[str, int, int]:
        """What makes two locations the same, and the order of reports."""
        return (self.path, *self.span)


class Related(NamedTuple):
    """A consequence of the finding, or a link of the chain that led to it."""

    label: str
    location: Location


class Violation(NamedTuple):
    """What a rule yields: where, symbolically, and what is special about this case.

    `field` is the field that the finding is about where it is not the primary's own (a missing one, say). `message`,
    `hint` and `level` replace the page's. Of `related`, labels are in the same document; a place elsewhere in the scan
    comes as it is. `container` is the container's name where only one is concerned.
    """

    primary: Label
    field: Route | None = None
    message: str | None = None
    related: tuple[Label | Related, ...] = ()
    hint: str | None = None
    level: Level | None = None
    container: str | None = None


class Verdict(NamedTuple):
    """What is wrong with a field of an object that has no text.

    `route` leads there from the root, on into a string that holds a manifest. `field` is what a report calls it,
    `container` the container's name where only one is concerned.
    """

    route: Route
    field: str
    message: str
    hint: str
    container: str | None = None


class Trace(NamedTuple):
    """Where a place in a rendered document comes from: the one location to change, and the chain to it."""

    location: Location
    chain: tuple[Related, ...] = ()


class Resource(NamedTuple):
    """A Kubernetes object's identity, as written; what is missing is empty (`namespace`: None)."""

    api_version: str
    kind: str
    namespace: str | None
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {f'{self.namespace}/' if self.namespace else ''}{self.name}"

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Group, kind, namespace and name: the same object in another version of its group is the same."""
        return self.api_version.rpartition("/")[0], self.kind, self.namespace or "", self.name


class Released(NamedTuple):
    """An object that deploys a source: what reports call it, where it says so, and where that goes, if it says that."""

    title: str
    location: Location
    cluster: str | None = None
    namespace: str | None = None
    environment: str | None = None


class Origin(NamedTuple):
    """The source that was scanned: its kind, its path, and for a chart the profiles under which something holds.

    `releases` are what deploys it like that.
    """

    kind: Kind
    path: str
    variant: str | None = None
    releases: tuple[Released, ...] = ()


class Annotation(NamedTuple):
    """An object's `hostprocess-lint/ignore.RULE`: the rule as written there, the text, and where it stands."""

    rule: str
    text: str
    location: Location


class Subject(NamedTuple):
    """One of those whom a finding concerns: its identity, and the annotation on the object that speaks of the rule."""

    identity: tuple[str, ...]
    annotation: Annotation | None = None


class Suppressed(NamedTuple):
    """Why a finding does not count, and by what: `comment`, `annotation`, `configuration` or `baseline`."""

    reason: str
    kind: str


class Finding(NamedTuple):
    """Everything that a report can say about one violation; a reporter needs nothing else.

    `label` is what is written under the primary location. `field` is a dotted path. `identity` is what a reader would
    call the finding: rule, API group, kind, namespace, name, container, and the steps of the field, list items by their
    names. `subjects` are all whom the one cause concerns, the named resource first.
    """

    rule: str
    name: str
    level: Level
    consequence: Consequence
    message: str
    hint: str
    resource: Resource | None
    container: str | None
    field: str
    location: Location
    label: str
    related: tuple[Related, ...]
    source: Origin
    identity: tuple[str, ...]
    suppressed: Suppressed | None = None
    subjects: tuple[Subject, ...] = ()

    @property
    def order(self) -> tuple[object, ...]:
        """The order of reports: by path, place and rule."""
        return (*self.location.key, self.rule, self.field, self.identity)

    @property
    def fingerprint(self) -> str:
        """A hash of the identity, which survives moved lines, re-indenting and rendering again."""
        import hashlib  # which loads OpenSSL, and most reports show no fingerprint

        return hashlib.sha256("\0".join(self.identity).encode("utf-8", "surrogatepass")).hexdigest()[:16]


class HostMount(NamedTuple):
    """A directory or file of the node, and where a container finds it."""

    host_path: str
    mount_path: str


class WorkloadContainer(NamedTuple):
    """One container of a HostProcess workload. `kind` is `init`, `regular` or `ephemeral`.

    `unknown` names those of `hostProcess`, `runAsUserName` and `image` that are encrypted, or filled in later.
    """

    name: str
    kind: str
    host_process: bool
    account: str | None
    image: str
    mounts: tuple[HostMount, ...] = ()
    unknown: tuple[str, ...] = ()


class Approval(NamedTuple):
    """An entry of the list of approved workloads: whom it is about, and what it says to people."""

    entry: str
    owner: str
    reason: str
    until: str | None
    location: Location | None


class Standing(NamedTuple):
    """Whether a workload is approved, None where there is no such list, and the entry in force that fits it."""

    approved: bool | None = None
    approval: Approval | None = None


class Running(NamedTuple):
    """How many pods of a cluster are copies of one workload, on which nodes, and why any of them do not start."""

    pods: int
    nodes: tuple[str, ...]
    reasons: tuple[str, ...] = ()


class Listed(NamedTuple):
    """What became of an entry in a scan: whether it fits a workload or an object that cannot be judged, whether it is
    in force, and what keeps it from fitting where that is its case only.
    """

    approval: Approval
    fits: bool
    expired: bool
    nearly: str = ""


class Workload(NamedTuple):
    """One HostProcess pod, with findings or without: a line of the reviewer's inventory.

    `token` says whether the service account's token is mounted as far as the pod decides that. `running` is what a
    cluster says of it, of which `resource` is then what made the pods.
    """

    resource: Resource
    location: Location
    source: Origin
    containers: tuple[WorkloadContainer, ...]
    host_network: bool = False
    token: bool = True
    standing: Standing = Standing()
    running: Running | None = None


class Record(NamedTuple):
    """An object of the scan as a review reads it: what it says, what it is of, and the place of anything in it.

    `locate` takes a label, whose way starts at the object. It can take long for a chart, and works as long as the
    engines are open. `maker` is what made a pod of a cluster, `running` what is said of it and its copies there.
    """

    resource: Resource
    data: Mapping[str, Any]
    source: Origin
    locate: Callable[[Label], Location]
    standing: Standing = Standing()
    maker: Resource | None = None
    running: Running | None = None


class NotJudged(NamedTuple):
    """An object that says `hostProcess` in a shape that is no pod (a custom resource's own field)."""

    resource: Resource
    location: Location
    source: Origin


class Outcome(str, Enum):
    """What became of a source or of a part of one; the value is the word in JSON."""

    JUDGED = "judged"
    IRRELEVANT = "irrelevant"
    OUTSIDE = "outside"
    NOT_LOOKED_AT = "not_looked_at"
    ACCEPTED = "accepted"
    EXCLUDED = "excluded"

    @property
    def words(self) -> str:
        """As people read it."""
        return self.value.replace("_", " ")


class Passed(NamedTuple):
    """A source that needs no judging: proved to be `IRRELEVANT`, or `EXCLUDED`; or `JUDGED`, and nothing came of it."""

    kind: Kind
    path: str
    outcome: Outcome
    reason: str = ""


class Skipped(NamedTuple):
    """Something in scope that is not looked at, wholly or in part, and why.

    `rule` is the finding that says so in reports: HPC001 for what is not read, HPC002 for what is not rendered,
    HPC005 for what is too large, HPC006 for what lies outside of the repository. `location` is the place to look at,
    where one is known; `hint` and `level` replace the page's. `kind` is that of the source it is a part of. `is_absent`
    where it is not in the repository at all, though it should be.
    """

    path: str
    reason: str
    rule: str = "HPC002"
    location: Location | None = None
    hint: str | None = None
    level: Level | None = None
    kind: Kind = "manifest"
    is_absent: bool = False

    @property
    def outcome(self) -> Outcome:
        return Outcome.OUTSIDE if self.rule == OUTSIDE else Outcome.NOT_LOOKED_AT


class Covered(NamedTuple):
    """One line of the coverage: a source, or a part of one that has an outcome of its own."""

    path: str
    kind: Kind
    outcome: Outcome
    reason: str = ""


class Coverage(NamedTuple):
    """What became of everything in scope."""

    entries: tuple[Covered, ...] = ()

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many ended in each way; every outcome is there."""
        found = Counter(entry.outcome for entry in self.entries)
        return {outcome: found[outcome] for outcome in Outcome}


class Scan(NamedTuple):
    """Everything that one scan found, in the order of the reports.

    `findings` are sorted by path, place and rule, suppressed ones among them. `skipped` is what was in scope and was
    not looked at, and nobody accepts. `sources` and `documents` count what was looked at. `annotations` are those that
    suppress, `texts` the files that were looked at in which a comment may. `remarks` are about what judged, not about
    what was scanned. `listed` is the list of approved workloads with what became of it. `hosts` are the objects with
    HostProcess pods, one for each way in which one is deployed, and `others` those that say what such pods can reach.
    """

    findings: tuple[Finding, ...]
    workloads: tuple[Workload, ...]
    not_judged: tuple[NotJudged, ...]
    skipped: tuple[Skipped, ...]
    sources: int
    documents: int
    annotations: tuple[Annotation, ...] = ()
    texts: tuple[SourceFile, ...] = ()
    coverage: Coverage = Coverage()
    remarks: tuple[str, ...] = ()
    listed: tuple[Listed, ...] = ()
    hosts: tuple[Record, ...] = ()
    others: tuple[Record, ...] = ()
