"""Strings of objects that are looked into for manifests."""

from __future__ import annotations

from collections.abc import Iterator

from ..documents.document import Document
from ..documents.stream import Broken, documents
from ..finding import Resource
from ..limits import STRINGS_DEEP
from ..location import Route
from ..pods.objects import Object, may_hold_manifests
from ..sourcefile import SourceFile

TOO_DEEP_IN_STRINGS = f"manifests in strings are more than {STRINGS_DEEP} deep"
"""What is said of a string that is not looked into."""


def strings_of(
    owner: Object, path: str, depth: int
) -> Iterator[tuple[Route, SourceFile, Iterator[Document | Broken] | None]]:
    """The strings of an object that read like manifests: the way to each, its text, and the documents of it that are
    applied; None instead of these for an object that is itself too `depth` in strings of others.
    """
    if not _is_looked_into(owner.resource):
        return
    from ..pods.embedded import is_applied, manifest_strings  # here, because most objects have no such string

    for route, text in manifest_strings(owner):
        file = SourceFile(path, text)
        if depth == STRINGS_DEEP:
            yield route, file, None
        else:
            yield route, file, (each for each in documents(file) if is_applied(owner, each))


def _is_looked_into(resource: Resource) -> bool:
    """Whether strings of an object may be manifests; those of a release are values and patches."""
    if not may_hold_manifests(resource):
        return False
    from ..sources.releases.kinds import is_release  # here, because most scans see built-in kinds only

    return not is_release(resource.api_version, resource.kind)
