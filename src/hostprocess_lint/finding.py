"""The values that travel from the rules to the reports."""

from enum import Enum
from typing import Literal, NamedTuple

from .location import Label, Location, Related, Route

Kind = Literal["manifest", "chart", "overlay"]
"""What a source is."""


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


class Resource(NamedTuple):
    """A Kubernetes object's identity, as written; what is missing is empty (`namespace`: None)."""

    api_version: str
    kind: str
    namespace: str | None
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {f'{self.namespace}/' if self.namespace else ''}{self.name}".rstrip()

    @property
    def group(self) -> str:
        """The API group, which is empty for what the API has had from the start: kinds of one name are many."""
        return self.api_version.rpartition("/")[0]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Group, kind, namespace and name: the same object in another version of its group is the same."""
        return self.group, self.kind, self.namespace or "", self.name


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
