"""Every HostProcess workload, what it runs and what of the node it holds: a reviewer's first question."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

from ..outcome import Scan
from ..workload import NotJudged, Workload, WorkloadContainer
from .deployments import deployments
from .inert import cell, printed
from .json import described, located_entry
from .jsonreport import json_text
from .prose import account

_COLUMNS = (
    *("resource", "container", "account", "image", "mounts", "network", "token", "source", "rendered with"),
    *("deployed by", "cluster", "namespace", "environment"),
)
_JSON_DEPTH = 5


def inventory_table(scan: Scan) -> str:
    """Aligned columns for people, none of them empty: a line for each container, or each object that was not judged."""
    rows = [tuple(map(printed, row)) for row in _rows(scan)]
    columns = [each for each in zip(_COLUMNS, *rows, strict=True) if any(each[1:])]
    widths = [max(map(len, column)) for column in columns]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in zip(*columns, strict=True)]
    return "".join(f"{line}\n" for line in lines) or "no HostProcess workload\n"


def comma_separated(scan: Scan) -> str:
    """The same rows for a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for row in _rows(scan):
        writer.writerow(map(cell, row))
    return text.getvalue()


def inventory_json(scan: Scan) -> str:
    return json_text(
        {
            "version": 1,
            "workloads": [each for workload in scan.workloads for each in _workloads(workload)],
            "not_judged": [located_entry(item) for item in scan.not_judged],
            "skipped": [{"path": skipped.path, "reason": skipped.reason} for skipped in scan.skipped],
        },
        _JSON_DEPTH,
    )


FORMATS: dict[str, Callable[[Scan], str]] = {"table": inventory_table, "json": inventory_json, "csv": comma_separated}


def _rows(scan: Scan) -> Iterator[tuple[str, ...]]:
    """A workload once for each release that deploys it, and each of its containers."""
    for workload in scan.workloads:
        for deployment in deployments(workload):
            for container in workload.containers:
                yield (*_row(workload, container), *deployment[:4])
    for item in scan.not_judged:
        about = (str(item.resource), "not judged", "", "", "", "", "", _source(item), item.source.variant or "")
        yield (*about, "", "", item.resource.namespace or "", "")


def _row(workload: Workload, container: WorkloadContainer) -> tuple[str, ...]:
    kind = "" if container.kind == "regular" else f" ({container.kind})"
    return (
        str(workload.resource),
        f"{container.name}{kind}",
        account(container),
        container.image,
        ", ".join(f"{mount.host_path} → {mount.mount_path}" for mount in container.mounts),
        "host" if workload.host_network else "pod",
        "mounted" if workload.token else "not mounted",
        _source(workload),
        workload.source.variant or "",
    )


def _source(item: Workload | NotJudged) -> str:
    return f"{item.location.path}:{item.location.start[0]}"


def _workloads(workload: Workload) -> Iterator[dict[str, Any]]:
    """What the report of a scan says about a workload, and what only a reviewer asks for; once for each release."""
    for deployment in deployments(workload):
        releases = (deployment.release,) if deployment.release else ()
        shown = described(workload._replace(source=workload.source._replace(releases=releases)))
        containers = [
            {**one, "mounts": [mount._asdict() for mount in container.mounts]}
            for one, container in zip(shown["containers"], workload.containers, strict=True)
        ]
        unknown = [{"container": each.name, "field": name} for each in workload.containers for name in each.unknown]
        facts = {"host_network": workload.host_network, "service_account_token": workload.token, "unknown": unknown}
        yield {**shown, **facts, "containers": containers}
