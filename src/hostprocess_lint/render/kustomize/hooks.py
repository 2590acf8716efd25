"""What a chart renders without its hooks or tests, where an entry of `helmCharts` leaves these out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...documents.document import Document
from ...documents.nodes import Node
from ...documents.stream import SEPARATOR, documents, parts
from ...pods.view import View
from ...rendered import Rendered
from ...sourcefile import SourceFile
from ...sources.overlays.nodes import string

_HOOK = "helm.sh/hook"
_TESTS = ("test", "test-success", "test-failure")


def without_hooks(rendered: Rendered, entry: Node) -> Rendered:
    """A rendered text in which what `skipHooks` or `skipTests` leaves out is blank; all else stays where it is."""
    all_hooks, tests = (string(entry, field) == "true" for field in ("skipHooks", "skipTests"))
    if not (all_hooks or tests) or _HOOK not in rendered.text.text:
        return rendered
    file = rendered.text
    left_out = {
        each.number
        for each in documents(file)
        if isinstance(each, Document) and (hooks := _hooks(each)) and (all_hooks or not set(hooks).isdisjoint(_TESTS))
    }
    return rendered._replace(text=SourceFile(file.path, "".join(_without(file.text, left_out))))


def _without(text: str, left_out: set[int]) -> Iterator[str]:
    """A text in which some documents, by their numbers, are blank behind the separators that count the others."""
    at = 0
    for number, (start, end) in enumerate(parts(text)):
        if number in left_out:
            inner = start + len(SEPARATOR) * text.startswith(SEPARATOR, start)
            yield text[at:inner]
            yield re.sub(r"[^\r\n]", " ", text[inner:end])
            at = end
    yield text[at:]


def _hooks(document: Document) -> list[str]:
    data = document.data if isinstance(document.data, dict) else {}
    written = View(View(data.get("metadata"), ()).data.get("annotations"), ()).data.get(_HOOK)
    return [each.strip() for each in written.split(",")] if isinstance(written, str) else []
