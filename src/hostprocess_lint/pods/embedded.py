"""Manifests that are written as strings inside other manifests, as in a ConfigMap that a ClusterResourceSet applies, or
in a custom resource.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from ..documents.document import Document
from ..documents.firstlook import UTF16_MARKS, may_hold_pods
from ..documents.nodes import ScalarNode
from ..documents.stream import Broken, documents
from ..location import Location, Part, Precision, Route, Span, Trace
from ..rendered import Provenance, Rendered
from ..sourcefile import SourceFile
from .objects import STRING_FIELDS, Object, is_of_others, objects
from .templates import pods

_MANIFEST = re.compile(r"(?m)(?:^|[{,])[ \t]*[\"']?(?:kind|apiVersion)[\"']?[ \t]*:")


_SAYS = r"(?i)(?:^|[{,\s\"'\\])hostProcess[\"'\\]*\s*:"

_NOT_APPLIED = ("metadata", "status")
"""What of a custom resource says nothing of what its operator is to make; annotations hold it as it was before."""


class EmbeddedProvenance:
    """Maps a place in a string's value to the place where its characters are written, and that on to its source."""

    def __init__(self, outer: Document, provenance: Provenance, route: Route, value: str) -> None:
        self.outer = outer
        self.provenance = provenance
        self.route = route
        self._value = value

    @cached_property
    def offsets(self) -> list[int] | None:
        """Where each character of the value is written; None where that is unknown, and the whole string is meant."""
        node = self.outer.node(self.route)
        if not isinstance(node, ScalarNode) or node.value != self._value:  # as where it is base64
            return None
        from ..documents.retrace import offsets  # here, because few findings point into a string

        return offsets(self.outer.text.text, node.start, node.end, node.style, node.value)

    def locate(self, document: int, route: Route, part: Part, span: Span) -> Trace:
        if self.offsets is None:
            whole = self.provenance.locate(
                self.outer.number, self.route, Part.KEY, self.outer.span(self.route, Part.KEY)
            )
            coarse = Location(whole.location.file, whole.location.span, Precision.LINE)
            return Trace(coarse, whole.chain)
        start = self.offsets[span.start]
        end = self.offsets[span.end - 1] + 1 if span.end > span.start else start
        return self.provenance.locate(self.outer.number, self.route, Part.VALUE, Span(start, end))


def manifest_strings(owner: Object) -> Iterator[tuple[Route, str]]:
    """The strings of an object that read like manifests, and the ways to them."""
    if is_of_others(owner.resource):
        yield from ((route, text) for route, text in _strings(owner) if reads_like_a_manifest(text))
        return
    for field, in_base64 in STRING_FIELDS[owner.resource.kind]:
        strings = owner.data.get(field)
        for name, value in strings.items() if isinstance(strings, dict) else ():
            text = (text_in_base64(value) if in_base64 else value) if isinstance(value, str) else None
            if text is not None and reads_like_a_manifest(text):
                yield (*owner.route, field, name), text


def is_applied(owner: Object, found: Document | Broken) -> bool:
    """Whether a document of an object's string is taken for a manifest: of a custom resource not all are."""
    return not is_of_others(owner.resource) or _is_manifest(found)


def says_unread(owner: Object) -> bool:
    """Whether a string of a custom resource has `hostProcess` for a key and is no manifest: a template or a patch."""
    if not is_of_others(owner.resource):
        return False
    said = (text for _, text in _strings(owner) if re.search(_SAYS, text))
    return any(not all(map(_is_manifest, documents(SourceFile("", text)))) for text in said)


def _is_manifest(found: Document | Broken) -> bool:
    """Whether a document says what it is, and is more than a patch: one for a pod need not name an image."""
    if isinstance(found, Broken):
        return False
    inner = list(objects(found.data))
    containers = [container for each in inner for pod in pods(each) for container in pod.containers]
    return (
        bool(inner)
        and all(each.resource.api_version and each.resource.kind for each in inner)
        and (not containers or any(container.image for container in containers))
    )


def _strings(owner: Object) -> Iterator[tuple[Route, str]]:
    """The strings of a custom resource, in their order."""
    waiting: list[tuple[Route, Any]] = [
        ((*owner.route, key), value) for key, value in reversed(owner.data.items()) if key not in _NOT_APPLIED
    ]
    while waiting:
        route, data = waiting.pop()
        if isinstance(data, str):
            yield route, data
        elif isinstance(data, dict):
            waiting += [((*route, key), value) for key, value in reversed(data.items())]
        elif isinstance(data, list):
            waiting += [((*route, index), data[index]) for index in reversed(range(len(data)))]


def bytes_in_base64(value: str) -> bytes | None:
    """What base64 stands for; None where it is none."""
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def text_in_base64(value: str, otherwise: str | None = None) -> str | None:
    """The text that base64 stands for, which is no longer than what it is made of; None where it is none. It may begin
    with a mark of the byte order, as PowerShell's own files do. What is no UTF-8 is read in the encoding `otherwise`.
    """
    raw = bytes_in_base64(value)
    try:
        return None if raw is None else raw.decode("utf-16" if raw.startswith(UTF16_MARKS) else "utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode(otherwise) if raw is not None and otherwise else None


def reads_like_a_manifest(value: str) -> bool:
    """Whether it pays to read a string as YAML."""
    return _MANIFEST.search(value) is not None and may_hold_pods(value.encode("utf-8", "replace"))


def embedded(document: Document, rendered: Rendered, route: Route, text: SourceFile) -> Rendered:
    """The text of a string of a document, with the way back to where its characters are written."""
    provenance = EmbeddedProvenance(document, rendered.provenance, route, text.text)
    return rendered._replace(text=text, provenance=provenance, removed=None, from_cluster=False)
