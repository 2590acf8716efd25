"""Scans made by hand, for the tests of the reports: real texts, without an engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hostprocess_lint.finding import Consequence, Finding, Level, Origin, Resource
from hostprocess_lint.location import Location, Precision, Related, Span
from hostprocess_lint.outcome import Scan, Skipped
from hostprocess_lint.report import Options
from hostprocess_lint.rules.rule import Rule
from hostprocess_lint.sourcefile import SourceFile
from hostprocess_lint.workload import NotJudged, Workload, WorkloadContainer

MANIFEST = """\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: win-agent
  namespace: kube-system
spec:
  template:
    spec:
      hostNetwork: true
      containers:
      - name: agent
        image: example.com/agent:1.0
        securityContext:
          windowsOptions:
            hostProcess: true
            runAsUserName: NT AUTHORITY\\SYSTEM
      nodeSelector:
        kubernetes.io/os: windows
"""
ACCOUNT = "NT AUTHORITY\\SYSTEM"
RESOURCE = Resource("apps/v1", "DaemonSet", "kube-system", "win-agent")
FIELD = "spec.template.spec.containers.0.securityContext.windowsOptions.runAsUserName"
HOSTILE = (
    "x`]]>\n::error::owned\r##[error]y ##vso[task.x](http://evil) <b>@all #1 | {0} "
    "\x1b[31m\u202e\x85\ud800 'q' --> &amp; www.evil.example %0A::error::z"
)
"""What an author may try as a name."""


def rule(
    number: str = "HPC401",
    name: str = "system-account",
    level: Level = Level.NOTE,
    consequence: Consequence = Consequence.SECURITY,
    severity: str | None = "6.5",
    cwe: tuple[int, ...] = (250,),
) -> Rule:
    body = (
        f"Why {name} matters, see [the other](../fails/missing-account.md#when).\n\n"
        "## Problematic\n\n```yaml\nhostProcess: true  # expect: system-account\n```\n\n"
        "## References\n\n- [Kubernetes](https://kubernetes.io/docs/)\n"
    )
    return Rule(
        id=number,
        name=name,
        title="`HostProcess` container runs as SYSTEM",
        label="most powerful account on the node",
        level=level,
        consequence=consequence,
        subject="host-process-container",
        hint="use `NT AUTHORITY\\LocalService`, or a local group made for this workload",
        security_severity=severity,
        cwe=cwe,
        summary=body.partition("\n\n")[0],
        body=body,
        path=f"policies/{consequence.value}/{name}.md",
        check=lambda _, __: iter(()),
    )


RULES = (
    rule("HPC411", "remote-code", Level.WARNING, severity="9.1", cwe=(494, 829)),
    rule(),
    rule("HPC101", "missing-host-network", Level.ERROR, Consequence.REJECTED, None, ()),
    rule("HPC001", "not-parsed", Level.ERROR, Consequence.ANALYSIS, None, ()),
)


def at(file: SourceFile, text: str, precision: Precision = Precision.EXACT, occurrence: int = 1) -> Location:
    """Where a piece of text stands in a file."""
    start = -1
    for _ in range(occurrence):
        start = file.text.index(text, start + 1)
    return Location(file, Span(start, start + len(text)), precision)


def finding(
    location: Location,
    rule: Rule = RULES[1],
    related: Sequence[Related] = (),
    resource: Resource | None = RESOURCE,
    container: str | None = "agent",
    **changes: Any,
) -> Finding:
    identity = f"{rule.id} {resource} {container}"
    made = Finding(
        rule=rule.id,
        name=rule.name,
        level=rule.level,
        consequence=rule.consequence,
        message="`HostProcess` container runs as `NT AUTHORITY\\SYSTEM`",
        hint=rule.hint,
        resource=resource,
        container=container,
        field=FIELD,
        location=location,
        label="the most powerful account on the node",
        related=tuple(related),
        source=Origin("manifest", location.path),
        identity=(identity,),
    )
    return made._replace(**changes)


def scan(*findings: Finding, workloads: Sequence[Workload] = (), skipped: Sequence[Skipped] = ()) -> Scan:
    unjudged = tuple(NotJudged(w.resource, w.location, w.source) for w in workloads[:1])
    return Scan(findings, tuple(workloads), unjudged, tuple(skipped), sources=1, documents=1)


def agent(text: str = MANIFEST, path: str = "deploy/agent.yaml") -> Finding:
    """The usual finding: an account, and a related location."""
    file = SourceFile(path, text)
    return finding(
        at(file, ACCOUNT), related=[Related("makes it a HostProcess container", at(file, "hostProcess: true"))]
    )


def hostile(path: str = "deploy/agent.yaml") -> Scan:
    """A scan in which everything that an author chooses is hostile."""
    place = agent(path=path).location
    resource = Resource(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    source = Origin("chart", HOSTILE, HOSTILE)
    bad = finding(
        place,
        RULES[2],
        [Related(HOSTILE, place)],
        resource,
        HOSTILE,
        message=f"`{HOSTILE}` is bad",
        hint=HOSTILE,
        field=HOSTILE,
        label=HOSTILE,
        source=source,
    )
    container = WorkloadContainer(HOSTILE, "regular", True, HOSTILE, HOSTILE)
    clean = Workload(Resource("v1", "Pod", None, HOSTILE), place, source, (container,))
    return scan(bad, workloads=[clean], skipped=[Skipped(HOSTILE, HOSTILE)])


OPTIONS = Options(exit_code=1)
