"""Locations as SARIF has them: the file, the region, what stands there, and the object that it belongs to."""

from __future__ import annotations

from urllib.parse import quote

from ..finding import Finding, Location, Span
from ..sourcefile import SourceFile
from .inert import Object, visible
from .places import is_outside, region, repository_path, shown_span
from .prose import sentence
from .secret import holds_secret

LONGEST_EXCERPT = 2_000
NEAR = 2
"""How many lines of context are shown, and how many beyond them must be free of secrets as well."""

_ROOT, _OUTSIDE = "%SRCROOT%", "%OUTSIDE%"
BASES = {
    _ROOT: {"description": {"text": "The root directory of the scanned repository."}},
    _OUTSIDE: {"description": {"text": "A directory outside the scanned repository."}},
}
"""Without `uri`, so that the file says nothing about the machine and is the same on any checkout path."""


def artifact(path: str) -> Object:
    uri = quote(repository_path(path), safe="/", errors="replace")
    return {"uri": uri, "uriBaseId": _OUTSIDE if is_outside(path) else _ROOT}


def place(location: Location, label: str) -> Object:
    """A location, with what is written under it."""
    written: Object = {"physicalLocation": _physical(location)}
    if label:
        written["message"] = {"text": sentence(label)}
    return written | {"properties": {"precision": location.precision.value}}


def logical(finding: Finding) -> list[Object]:
    """The field, the container and the resource that a finding is about."""
    resource = finding.resource
    if resource is None:
        return []
    parts = (resource.api_version, resource.kind, resource.namespace, resource.name)
    owner = "/".join(visible(part) for part in parts if part)
    named = [
        (finding.field.rpartition(".")[2], finding.field, "property"),
        (finding.container, finding.container, "object"),
    ]
    within: list[Object] = [
        {"name": visible(name), "fullyQualifiedName": f"{owner}/{visible(path)}", "kind": kind}
        for name, path, kind in named
        if name and path
    ]
    return [*within, {"name": visible(resource.name or resource.kind), "fullyQualifiedName": owner, "kind": "object"}]


def _physical(location: Location) -> Object:
    shown, context = _region(location), _context(location)
    physical: Object = {"artifactLocation": artifact(location.path), "region": shown}
    if _may_be_shown(context):
        shown["snippet"] = _snippet(location)
        if region(context) != region(location):  # the specification wants it larger
            physical["contextRegion"] = _region(context) | {"snippet": _snippet(context)}
    return physical


def _snippet(location: Location) -> Object:
    return {"text": location.file.text[slice(*shown_span(location))]}


def _region(location: Location) -> Object:
    return dict(zip(("startLine", "startColumn", "endLine", "endColumn"), region(location), strict=True))


def _context(location: Location) -> Location:
    """The lines around a location, whole."""
    where = region(location)
    return Location(location.file, _lines(location.file, where.start_line - NEAR, where.end_line + NEAR))


def _may_be_shown(context: Location) -> bool:
    """Whether an excerpt is short and free of secrets: a secret's name and its value may stand on different lines."""
    start, _, end, _ = region(context)
    near = _lines(context.file, start - NEAR, end + NEAR)
    return near.end - near.start <= LONGEST_EXCERPT and not holds_secret(context.file.text[slice(*near)])


def _lines(file: SourceFile, first: int, last: int) -> Span:
    """The span of some lines, as far as the file has them."""
    start, _ = file.line_span(max(first, 1))
    _, end = file.line_span(min(last, len(file.starts)))
    return Span(start, end)
