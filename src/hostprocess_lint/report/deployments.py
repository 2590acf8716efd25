"""Where a workload is deployed, once for each release that does it."""

from __future__ import annotations

from typing import NamedTuple

from ..finding import Origin, Released
from ..review.environments import environments
from ..workload import Workload


class Deployment(NamedTuple):
    """One of the ways in which a workload gets somewhere: by what, and where, as far as that is said."""

    by: str
    cluster: str
    namespace: str
    environment: str
    release: Released | None = None


def deployments(workload: Workload) -> tuple[Deployment, ...]:
    """By the releases that deploy its source or, without one, as what the source says of itself."""
    source = workload.source
    namespace = workload.resource.namespace or ""
    if not source.releases:
        by = f"overlay {source.path}" if source.kind == "overlay" else ""
        return (Deployment(by, "", namespace, _environment(source)),)
    return tuple(
        Deployment(
            release.title,
            release.cluster or "",
            workload.resource.namespace or release.namespace or "",
            release.environment or _environment(source._replace(releases=(release,))),
            release,
        )
        for release in source.releases
    )


def _environment(source: Origin) -> str:
    return ", ".join(environments((source,)))
