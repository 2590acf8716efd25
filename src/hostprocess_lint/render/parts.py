"""Files that overlays read: judged in what an overlay makes of them, and by themselves where none does."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from ..outcome import Passed, Skipped
from ..rendered import Rendered
from ..sources.source import Source

Item = Rendered | Skipped | Passed


class Parts:
    """Manifests that may be parts, held back until every overlay is built."""

    def __init__(self) -> None:
        self._held: dict[str, Item] = {}
        self._taken: set[str] = set()

    def hold(self, source: Source, item: Item) -> None:
        self._held[os.path.realpath(source.file)] = item

    def taken(self, items: Iterable[Item]) -> Iterator[Item]:
        """Passes on what overlays become."""
        for item in items:
            if isinstance(item, Rendered):
                self._taken |= item.parts
            yield item

    def left(self) -> Iterator[Item]:
        """What no overlay was built with."""
        for path, item in self._held.items():
            if path not in self._taken and not (isinstance(item, Rendered) and _is_patch(item)):
                yield item


def _is_patch(rendered: Rendered) -> bool:
    """Whether a text can only be somebody's patch: the API server refuses a pod that has no container with an image."""
    from ..documents.document import Document
    from ..documents.stream import documents
    from ..pods.objects import objects
    from ..pods.templates import pods

    found = [each for each in documents(rendered.text) if isinstance(each, Document)]
    owners = [owner for each in found for owner in objects(each.data, (*each.duplicates, *each.overrides))]
    described = [pod for owner in owners for pod in pods(owner)]
    return bool(described) and not any(container.image for pod in described for container in pod.containers)
