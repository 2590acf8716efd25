"""What a YAML file of a chart says, and where: values files and `Chart.yaml`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from ...documents.document import Document
from ...documents.nodes import node_span
from ...documents.stream import documents
from ...location import Part, Route, Span
from ...sourcefile import SourceFile


class Entry(NamedTuple):
    """A key of a mapping or an item of a list (whose key is the item itself), and what it holds."""

    key: Span
    value: Span

    def span(self, part: Part) -> Span:
        if part is Part.KEY:
            return self.key
        return self.value if part is Part.VALUE else Span(self.key.start, max(self.key.end, self.value.end))


class Entries(NamedTuple):
    """The entries of a YAML text; none where it is not one readable document."""

    document: Document | None

    def get(self, route: Route) -> Entry | None:
        found = self.document.entry(route) if self.document else None
        return Entry(node_span(found[0] or found[1]), node_span(found[1])) if found else None


@lru_cache(maxsize=16)
def yaml_entries(text: str) -> Entries:
    """What a text says, read once: a chart's values are merged, and looked up in as well."""
    found = list(documents(SourceFile("", text)))
    return Entries(found[0] if len(found) == 1 and isinstance(found[0], Document) else None)


def load_mapping(text: str) -> dict[str, Any]:
    """The mapping that Helm, which reads as Kubernetes does, finds in a text; empty for what is none.

    Nobody may change it.
    """
    document = yaml_entries(text).document
    return document.data if document is not None and isinstance(document.data, dict) else {}
