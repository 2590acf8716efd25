"""Which objects' strings are looked into for manifests."""

from __future__ import annotations

from ..finding import Resource
from ..pods.objects import may_hold_manifests


def is_looked_into(resource: Resource) -> bool:
    """Whether strings of an object may be manifests; those of a release are values and patches."""
    if not may_hold_manifests(resource):
        return False
    from ..sources.releases.kinds import is_release  # here, because most scans see built-in kinds only

    return not is_release(resource.api_version, resource.kind)
