"""The patches of a release, which helmfile hands to Kustomize with what the chart renders.

`strategicMergePatches` and `jsonPatches` are those of chartify (https://github.com/helmfile/chartify): mappings or
names of files, and entries with `target` and `patch`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ....documents.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ....finding import Resource
from ....location import Part, Route, Span, Trace
from ....pods.objects import Object
from ....pods.view import View
from ..filled import FilledText
from ..objects import ObjectInFile
from ..release import Customized, KustomizedField
from .entry import WrittenRelease
from .files import named
from .state import Said, State

_FIELDS = (("strategicMergePatches", "patchesStrategicMerge"), ("jsonPatches", "patches"))


def customized(entry: WrittenRelease, chart: Path, state: State) -> Customized | None:
    """What a release changes of what its chart renders; nothing where it does not."""
    fields = tuple(
        KustomizedField(name, _found(said.text), SequenceNode([node], node.start, node.end))
        for field, name in _FIELDS
        for said in entry.items(field)
        for node in _patch(said, chart, state)
    )
    return Customized(fields) if fields else None


def _patch(said: Said, chart: Path, state: State) -> Iterator[Node]:
    """The node of a patch; a file that it names is named from the chart."""
    node = said.text.document.node(said.route)
    if isinstance(node, ScalarNode):
        moved = _moved(node, said, chart, state)
        if moved is not None:
            yield MappingNode([(ScalarNode("path", None, node.start, node.start), moved)], node.start, node.end)
    elif isinstance(node, MappingNode):
        pairs: list[tuple[Node, Node]] = []
        for key, value in node.pairs:
            if isinstance(key, ScalarNode) and key.value == "path" and isinstance(value, ScalarNode):
                file = _moved(value, said, chart, state)
                if file is None:
                    return
                pairs.append((key, file))
            else:
                pairs.append((key, value))
        yield MappingNode(pairs, node.start, node.end)


def _moved(path: ScalarNode, said: Said, chart: Path, state: State) -> ScalarNode | None:
    found = next((each for each in named(path.value, state, said.location) if each.is_file()), None)
    if found is None:
        state.not_known(f"the patch `{path.value}` is not in this repository", said.location)
        return None
    return ScalarNode(os.path.relpath(found, chart), '"', path.start, path.end)


def _found(written: FilledText) -> ObjectInFile:
    document = written.document
    found = Object(View(document.data, ()).data, (), Resource("", "", None, ""))
    return ObjectInFile(document.text, document, found, _FilledIn(written) if written.lines else None)


@dataclass(frozen=True, slots=True)
class _FilledIn:
    """Where a document that a template was filled in to is written."""

    text: FilledText

    def locate(self, document: int, route: Route, part: Part, span: Span) -> Trace:
        return Trace(self.text.led_back(span))
