"""Rules about images, and about which workloads may be HostProcess at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from ...finding import Label, Part, Resource, Violation
from ...pods.pod import Container, Object, Pod
from ..context import Approved, Context
from .groups import command_words

_MOVING = frozenset(("latest", "canary", "edge", "nightly", "dev", "main", "master", "stable", "unstable"))
# What in a tag stays with one build: a whole version, a date or number of a build, a commit.
_FIXED = re.compile(r"(?:\d+\.){2}\d|\d{6}|\b(?=\w*\d)[0-9a-f]{7,40}\b")


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
    return not _MOVING.isdisjoint(words) and not _FIXED.search(tag)


def unapproved_host_process(pod: Pod, context: Context) -> Iterator[Violation]:
    """Silent until a list is configured. Every HostProcess container has to fit the entry."""
    approved = context.approved_workloads
    if approved is not None and not any(_approves(entry, pod.resource, pod) for entry in approved):
        yield Violation(Label(pod.because))


def unapproved_object(owner: Object, context: Context) -> Iterator[Violation]:
    """The same for an object that says `hostProcess` in a shape which nobody can look into."""
    approved = context.approved_workloads
    if approved is not None and not any(_approves(entry, owner.resource, None) for entry in approved):
        yield Violation(
            Label((*owner.route, "metadata", "name"), "says hostProcess", Part.KEY),
            field=owner.route,
            message="object that says `hostProcess`, and cannot be judged, is not on the list of approved ones",
        )


def _approves(entry: Approved, resource: Resource, pod: Pod | None) -> bool:
    """An entry about containers approves of none where they are not known."""
    asked = ((resource.kind, entry.kind), (resource.namespace or "", entry.namespace), (resource.name, entry.name))
    if not all(pattern is None or fnmatchcase(value, pattern) for value, pattern in asked):
        return False
    if pod is None:
        return entry.image is None and entry.account is None and entry.command is None
    return all(_fits(entry, container) for container in pod.host_process_containers)


def _fits(entry: Approved, container: Container) -> bool:
    account = container.account.value
    name = account.lower() if isinstance(account, str) else ""
    asked = (
        (container.image, entry.image),
        (name, entry.account.lower() if entry.account is not None else None),
        (command_words(container), entry.command),
    )
    return all(pattern is None or fnmatchcase(value, pattern) for value, pattern in asked)
