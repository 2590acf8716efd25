"""Locations as SARIF has them: the file, the region, what stands there, and the object that it belongs to."""

from __future__ import annotations

from urllib.parse import quote

from ..finding import Finding
from ..location import Location, Span
from ..sourcefile import SourceFile
from .inert import Object, visible
from .places import Region, leads_outside, region, repository_path, shown_span
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
    return {"uri": uri, "uriBaseId": _OUTSIDE if leads_outside(path) else _ROOT}


def sarif_location(location: Location, label: str) -> Object:
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
    where = region(location)
    context = _lines(location.file, where.start_line - NEAR, where.end_line + NEAR)
    around = region(context)
    shown = _region(where)
    physical: Object = {"artifactLocation": artifact(location.path), "region": shown}
    if _may_be_shown(_lines(location.file, around.start_line - NEAR, around.end_line + NEAR)):
        shown["snippet"] = {"text": _text(location)}
        if around != where:  # the specification wants it larger
            physical["contextRegion"] = _region(around) | {"snippet": {"text": _text(context)}}
    return physical


def _region(where: Region) -> Object:
    return dict(zip(("startLine", "startColumn", "endLine", "endColumn"), where, strict=True))


def _may_be_shown(lines: Location) -> bool:
    """Whether lines are few and free of secrets; a secret's value may stand on another line than its name."""
    return lines.span.end - lines.span.start <= LONGEST_EXCERPT and not holds_secret(_text(lines))


def _text(location: Location) -> str:
    return location.file.text[slice(*shown_span(location))]


def _lines(file: SourceFile, first: int, last: int) -> Location:
    """Some lines, as far as the file has them."""
    start, _ = file.line_span(max(first, 1))
    _, end = file.line_span(min(last, len(file.starts)))
    return Location(file, Span(start, end))
