"""A job summary in GitHub's Markdown: what was found, what could not be looked at, and every HostProcess workload."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..finding import Finding, Level
from ..location import Location
from ..outcome import Scan, Skipped
from ..rules.rule import Rule
from ..workload import Workload, WorkloadContainer
from . import Options, prose
from .covered import named_parts, outcome_counts
from .deployments import Deployment, deployments
from .inert import address, markdown, markdown_code
from .places import region
from .shown import active
from .tables import markdown_table, row

_HEADINGS = {Level.ERROR: "Errors", Level.WARNING: "Warnings", Level.NOTE: "Notes"}


def write(scan: Scan, rules: Sequence[Rule], options: Options) -> str:
    findings = list(active(scan))
    return "\n\n".join(["## hostprocess-lint", _counts(scan, findings), *_tables(scan, findings, rules)]) + "\n"


def _tables(scan: Scan, findings: Sequence[Finding], rules: Sequence[Rule]) -> Iterator[str]:
    links = {rule.id: f"[{rule.id}]({address(rule.url)})" for rule in rules}
    for level, heading in _HEADINGS.items():
        rows = [_finding(finding, links) for finding in findings if finding.level is level]
        yield from markdown_table(heading, "Rule | Where | What | To do", rows)
    yield from markdown_table("Not looked at", "Source | Why", list(map(_skipped, scan.skipped)))
    yield from markdown_table(
        "HostProcess workloads", "Workload | Where | Deployed | Containers", list(map(_workload, scan.workloads))
    )
    yield from markdown_table(
        "Coverage", "Where | What", [row(markdown_code(where), markdown(what)) for where, what in named_parts(scan)]
    )


def _counts(scan: Scan, findings: Sequence[Finding]) -> str:
    by_level = [prose.counted(sum(f.level is level for f in findings), level.value) for level in Level]
    looked_at = [prose.counted(scan.sources, "source"), prose.counted(scan.documents, "document")]
    summed = f"**{', '.join(by_level)}** in {' and '.join(looked_at)}."
    if suppressed := len(scan.findings) - len(findings):
        summed += f" {suppressed:,} suppressed."
    if scan.skipped:
        summed += f" **{prose.counted(len(scan.skipped), 'source')} could not be looked at.**"
    return f"{summed} Sources and parts: {outcome_counts(scan)}." if outcome_counts(scan) else summed


def _finding(finding: Finding, links: dict[str, str]) -> str:
    rule = f"{links.get(finding.rule, finding.rule)} {markdown(finding.name)}"
    return row(
        rule, _where(finding.location), markdown(prose.statement(finding)), markdown(prose.sentence(finding.hint))
    )


def _skipped(source: Skipped) -> str:
    return row(markdown_code(source.path), markdown(source.reason))


def _workload(workload: Workload) -> str:
    containers = "<br>".join(map(_container, workload.containers))
    deployed = "<br>".join(markdown(_deployed(each)) for each in deployments(workload))
    return row(markdown(str(workload.resource)), _where(workload.location), deployed, containers)


def _deployed(deployment: Deployment) -> str:
    """`Application argocd/agent: production, cluster east, namespace agents`."""
    named = (("", deployment.environment), ("cluster ", deployment.cluster), ("namespace ", deployment.namespace))
    where = ", ".join(f"{what}{name}" for what, name in named if name)
    return ": ".join(filter(None, (deployment.by, where)))


def _container(container: WorkloadContainer) -> str:
    if not container.host_process:
        return f"{markdown_code(container.name)}: no HostProcess container"
    account = markdown_code(container.account) if container.account else "no account"
    image = markdown_code(container.image) if container.image else "no image"
    return f"{markdown_code(container.name)}: {account}, {image}"


def _where(location: Location) -> str:
    return markdown_code(f"{location.path}:{region(location).start_line}")
