"""Manifests that are written as strings inside other manifests, as in a ConfigMap that a ClusterResourceSet applies."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple

from ..documents.document import Document
from ..documents.firstlook import may_hold_pods
from ..documents.nodes import ScalarNode
from ..documents.retrace import offsets
from ..documents.stream import Broken, documents
from ..location import Location, Part, Precision, Route, Span, Trace
from ..rendered import Provenance, Rendered
from ..sourcefile import SourceFile
from .objects import STRING_FIELDS, Object

DEEPEST = 3
"""How deep manifests in strings are followed: a ConfigMap in a ConfigMap's string is real, more is not."""

_MANIFEST = re.compile(r"(?m)(?:^|[{,])[ \t]*[\"']?(?:kind|apiVersion)[\"']?[ \t]*:")


class EmbeddedProvenance(NamedTuple):
    """Maps a place in a string's value to the place where its characters are written, and that on to its source.

    `offsets` is None where the value cannot be retraced; the whole string is meant then.
    """

    outer: Document
    provenance: Provenance
    route: Route
    offsets: list[int] | None

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


def embedded(owner: Object, document: Document, rendered: Rendered) -> Iterator[tuple[Rendered, Document | Broken]]:
    """The documents in the strings of an object, where they read like manifests."""
    for route, text in manifests(owner):
        file, provenance = SourceFile(rendered.text.path, text), _of(document, rendered, route, text)
        inner = rendered._replace(text=file, provenance=provenance, removed=None, from_cluster=False)
        for found in documents(inner.text):
            yield inner, found


def manifests(owner: Object) -> Iterator[tuple[Route, str]]:
    """The strings of an object that read like manifests, and the ways to them."""
    for field, in_base64 in STRING_FIELDS[owner.resource.kind]:
        strings = owner.data.get(field)
        for name, value in strings.items() if isinstance(strings, dict) else ():
            text = _text(value, in_base64) if isinstance(value, str) else None
            if text is not None and reads_like_a_manifest(text):
                yield (*owner.route, field, name), text


def decoded(value: str) -> bytes | None:
    """What base64 stands for; None where it is none."""
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _text(value: str, in_base64: bool) -> str | None:
    """A string as it is meant; None where it is base64 of no text. That is no longer than what it is made of."""
    if not in_base64:
        return value
    raw = decoded(value)
    try:
        return None if raw is None else raw.decode()
    except UnicodeDecodeError:
        return None


def reads_like_a_manifest(value: str) -> bool:
    """Whether it pays to read a string as YAML."""
    return _MANIFEST.search(value) is not None and may_hold_pods(value.encode("utf-8", "replace"))


def _of(document: Document, rendered: Rendered, route: Route, value: str) -> EmbeddedProvenance:
    node = document.node(route)
    found = None
    if isinstance(node, ScalarNode) and node.value == value:  # which is not so where it is base64
        found = offsets(document.text.text, node.start, node.end, node.style, node.value)
    return EmbeddedProvenance(document, rendered.provenance, route, found)
