"""Rules about images, and about which workloads may be HostProcess at all."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from ...finding import Label, Part, Violation
from ...pods.pod import Container, Pod
from ..context import Approved, Context

_MOVING = frozenset(("latest", "canary", "edge", "nightly", "dev", "main", "master", "stable", "unstable"))


def unpinned_image(container: Container, context: Context) -> Iterator[Violation]:
    image = container.image
    if not image or "@" in image or any(sign in image for sign in "${<%"):  # filled in later, by another tool
        return
    _, colon, tag = image.rpartition("/")[2].partition(":")
    if not colon or tag in _MOVING or context.require_digest:
        yield Violation(Label((*container.route, "image"), part=Part.VALUE), container=container.name)


def unapproved_host_process(pod: Pod, context: Context) -> Iterator[Violation]:
    """Silent until a list is configured. Every HostProcess container's image has to fit the entry."""
    approved = context.approved_workloads
    if approved is not None and not any(_approves(entry, pod) for entry in approved):
        yield Violation(Label(pod.because))


def _approves(entry: Approved, pod: Pod) -> bool:
    resource = pod.resource
    asked = ((resource.kind, entry.kind), (resource.namespace or "", entry.namespace), (resource.name, entry.name))
    images = ((container.image, entry.image) for container in pod.host_process_containers)
    return all(pattern is None or fnmatchcase(value, pattern) for value, pattern in (*asked, *images))
