"""What a chart renders without its hooks or tests, where an entry of `helmCharts` leaves these out."""

from __future__ import annotations

import re

from ...documents.document import Document
from ...documents.nodes import Node
from ...documents.stream import documents
from ...pods.view import View
from ...rendered import Rendered
from ...sources.overlays.nodes import string

_HOOK = "helm.sh/hook"
_TESTS = ("test", "test-success", "test-failure")
_SEPARATOR = re.compile(r"(?m)^---(?=\s|\Z)")
_LETTER = re.compile(r"[^\r\n]")


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
    starts = [0, *(match.end() for match in _SEPARATOR.finditer(file.text))]
    ends = [*(match.start() for match in _SEPARATOR.finditer(file.text)), len(file.text)]
    parts = []
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        part = file.text[start:end]
        parts.append(_LETTER.sub(" ", part) if number in left_out else part)
    return rendered._replace(text=type(file)(file.path, "---".join(parts)))


def _hooks(document: Document) -> list[str]:
    data = document.data if isinstance(document.data, dict) else {}
    written = View(View(data.get("metadata"), ()).data.get("annotations"), ()).data.get(_HOOK)
    return [each.strip() for each in written.split(",")] if isinstance(written, str) else []
