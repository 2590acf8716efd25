"""What becomes of everything in scope, and of a scan as a whole."""

from collections import Counter
from enum import Enum
from typing import NamedTuple

from .finding import Annotation, Finding, Kind, Level
from .location import Location
from .sourcefile import SourceFile
from .workload import Listed, NotJudged, Record, Workload

OUTSIDE = "HPC006"
"""The rule about what the repository names and does not hold, which is not the scan's fault."""


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
    """A source that needs no judging: proved to be `IRRELEVANT`, or `EXCLUDED`; or `JUDGED`, and nothing came of it.

    `is_asked_for` is one that is left out though its path was given.
    """

    kind: Kind
    path: str
    outcome: Outcome
    reason: str = ""
    is_asked_for: bool = False


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
    is_asked_for: bool = False


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
