"""Rules about images, and about which workloads may be HostProcess at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...finding import Resource, Violation
from ...location import Label, Part, Related
from ...pods.objects import Object
from ...pods.pod import Container, Pod
from ..approvals import fitting_entries, nearly
from ..context import Approved, Context

_MOVING = frozenset(("latest", "canary", "edge", "nightly", "dev", "main", "master", "stable", "unstable"))
# What in a tag stays with one build: a whole version, a date or number of a build, a commit.
_FIXED = r"(?:\d+\.){2}\d|\d{6}|\b(?=\w*\d)[0-9a-f]{7,40}\b"


def unpinned_image(container: Container, context: Context) -> Iterator[Violation]:
    image = container.image
    if not image or "@" in image or any(sign in image for sign in "${<%"):  # filled in later, by another tool
        return
    _, colon, tag = image.rpartition("/")[2].partition(":")
    if not colon or _moves(tag) or context.require_digest:
        yield Violation(Label((*container.route, "image"), part=Part.VALUE), container=container.name)


def _moves(tag: str) -> bool:
    """Whether a tag has one of the words by which people know it for the newest: `canary-windows-hp`, `LATEST`."""
    words = re.split(r"[-._]", tag.lower())
    return not _MOVING.isdisjoint(words) and not re.search(_FIXED, tag)


def unapproved_host_process(found: Pod | Object, context: Context) -> Iterator[Violation]:
    """Silent until a list is configured. Every HostProcess container of a pod has to fit the entry; of an object that
    nobody can look into, nothing but its name is known.
    """
    entries = context.approved_workloads
    pod = found if isinstance(found, Pod) else None
    if entries is None or any(not entry.expired for entry in fitting_entries(entries, found.resource, pod)):
        return
    close = tuple(_close(entries, found.resource, pod))
    if pod:
        yield Violation(Label(pod.because), related=close)
    else:
        yield Violation(
            Label((*found.route, "metadata", "name"), "says hostProcess", Part.KEY),
            field=found.route,
            message="object that says `hostProcess`, and cannot be judged, is not on the list of approved ones",
            related=close,
        )


def _close(entries: tuple[Approved, ...], resource: Resource, pod: Pod | None) -> Iterator[Related]:
    """The entries that have expired, or are written in another case."""
    for entry in fitting_entries(entries, resource, pod):
        if entry.location:
            yield Related(f"was approved until {entry.until}", entry.location)
    for entry in entries:
        if entry.location and nearly(entry, resource, pod):
            yield Related("would fit but for its case", entry.location)
