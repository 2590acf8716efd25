"""The scan as one JSON object, which other programs rely on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..finding import Finding, Level, Origin, Resource
from ..location import Location
from ..outcome import Scan
from ..workload import Approval, NotJudged, Running, Standing, Workload
from . import Options
from .deployments import Deployment, deployments
from .jsonreport import json_text

if TYPE_CHECKING:
    from ..rules.rule import Rule


_DEPTH = 2
"""A line for each finding: to compare and to search, and quick to write."""


_NO_RESOURCE = Resource("", "", None, "")
"""Of a finding about a file: the contract has an object there."""


def write(scan: Scan, rules: Sequence[Rule], options: Options) -> str:
    levels = Counter(finding.level for finding in scan.findings if finding.suppressed is None)
    return json_text(
        {
            "version": 1,
            "findings": map(finding_of, scan.findings),
            "workloads": map(described, scan.workloads),
            "not_judged": map(located_entry, scan.not_judged),
            "skipped": [{"path": skipped.path, "reason": skipped.reason} for skipped in scan.skipped],
            "coverage": {outcome.value: count for outcome, count in scan.coverage.counts.items()},
            "summary": {
                "sources": scan.sources,
                "documents": scan.documents,
                "workloads": len(scan.workloads),
                "findings": {level.value: levels[level] for level in Level},
                "suppressed": sum(finding.suppressed is not None for finding in scan.findings),
                "skipped": len(scan.skipped),
            },
        },
        depth=_DEPTH,
    )


def finding_of(finding: Finding) -> dict[str, Any]:
    suppressed = finding.suppressed
    return {
        "rule": finding.rule,
        "name": finding.name,
        "level": finding.level.value,
        "consequence": finding.consequence.value,
        "message": finding.message,
        "hint": finding.hint,
        "resource": identified(finding.resource or _NO_RESOURCE),
        "container": finding.container,
        "field": finding.field,
        "location": place_entry(finding.location),
        "related": [{"label": item.label, "location": place_entry(item.location)} for item in finding.related],
        "source": origin_entry(finding.source),
        "fingerprint": finding.fingerprint,
        "suppressed": {"reason": suppressed.reason, "kind": suppressed.kind} if suppressed else None,
        "fixable": False,
    }


def described(workload: Workload) -> dict[str, Any]:
    containers = [
        {
            "name": container.name,
            "kind": container.kind,
            "host_process": container.host_process,
            "account": container.account,
            "image": container.image,
        }
        for container in workload.containers
    ]
    return {
        **located_entry(workload),
        "containers": containers,
        "deployments": [_deployment(deployment) for deployment in deployments(workload)],
        **approval_entry(workload.standing),
        "running": running(workload.running),
    }


def running(found: Running | None) -> dict[str, Any] | None:
    """What a cluster says of a workload's pods."""
    return {"pods": found.pods, "nodes": list(found.nodes), "reasons": list(found.reasons)} if found else None


def _deployment(deployment: Deployment) -> dict[str, Any]:
    return {
        "by": deployment.by or None,
        "cluster": deployment.cluster or None,
        "namespace": deployment.namespace or None,
        "environment": deployment.environment or None,
        "location": place_entry(deployment.release.location) if deployment.release else None,
    }


def approval_entry(standing: Standing) -> dict[str, Any]:
    """Whether a workload is approved, and by which entry."""
    return {"approved": standing.approved, "approval": _approval(standing.approval) if standing.approval else None}


def _approval(approval: Approval) -> dict[str, Any]:
    """A caller of the library can have made it without a place."""
    return {
        "entry": approval.entry,
        "owner": approval.owner,
        "reason": approval.reason,
        "until": approval.until,
        "location": place_entry(approval.location) if approval.location else None,
    }


def located_entry(item: Workload | NotJudged) -> dict[str, Any]:
    return {
        "resource": identified(item.resource),
        "location": place_entry(item.location),
        "source": origin_entry(item.source),
    }


def identified(resource: Resource) -> dict[str, Any]:
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "namespace": resource.namespace,
        "name": resource.name,
    }


def place_entry(location: Location) -> dict[str, Any]:
    line, column = location.start
    end_line, end_column = location.end
    return {
        "path": location.path,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "precision": location.precision.value,
    }


def origin_entry(source: Origin) -> dict[str, Any]:
    return {"kind": source.kind, "path": source.path, "variant": source.variant}
