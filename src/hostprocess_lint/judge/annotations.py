"""What the annotations of objects say about rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..finding import Annotation
from ..location import Label
from ..pods.objects import Object
from ..pods.pod import Pod
from ..pods.view import View
from .parsed import Parsed

ANNOTATION = "hostprocess-lint/ignore."
"""What an annotation that suppresses begins with; the rule's id or name follows."""


def ignores(owner: Object, found: Sequence[Pod], parsed: Parsed) -> Iterator[Annotation]:
    """Those of an object and of its pod templates."""
    metadata = [View(owner.data.get("metadata"), (*owner.route, "metadata")), *(pod.metadata for pod in found)]
    for view in {view.route: view for view in metadata}.values():
        written = view.written("annotations")
        for key, value in written.value.items() if written and isinstance(written.value, dict) else ():
            if written and key.startswith(ANNOTATION):
                text = value if isinstance(value, str) else ""
                yield Annotation(key[len(ANNOTATION) :], text, parsed.locate(Label((*written.route, key)))[0])
