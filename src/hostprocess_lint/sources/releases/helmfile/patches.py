"""What a release changes of what its chart renders: helmfile hands that to Kustomize.

In which order is chartify's to say (`Patch` in patch.go of https://github.com/helmfile/chartify): first `jsonPatches`,
mappings with `target` and `patch`, then `strategicMergePatches`, then `transformers`; each is written there, or in a
file that is named, which may be a template.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ....documents.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ....finding import Resource
from ....location import Part, Route, Span, Trace
from ....outcome import OUTSIDE
from ....pods.objects import Object
from ....pods.view import View
from ..filled import FilledText
from ..objects import ObjectInFile, text
from ..release import Customized, KustomizedField
from .entry import Names, WrittenRelease
from .files import TEMPLATE, filled_file, named_paths, plain_file
from .state import Said, State

_FIELDS = (("jsonPatches", "patches"), ("strategicMergePatches", "patches"), ("transformers", "transformers"))
_OF_A_PATCH = ("target", "patch", "path", "options")


def customized_by_helmfile(entry: WrittenRelease, names: Names, chart: Path, state: State) -> Customized | None:
    """What a release changes of what its chart renders; nothing where it does not."""
    fields = tuple(
        KustomizedField(name, _found(written.text), SequenceNode([node], node.start, node.end))
        for field, kind in _FIELDS
        for said in entry.items(field)
        for written in _written(said, field, names, state)
        for name, node in _nodes(written, kind, chart, state)
    )
    return Customized(fields) if fields else None


def _written(said: Said, field: str, names: Names, state: State) -> Iterator[Said]:
    """An entry, or what the file that it names holds: where that is no patch by itself, or is a template."""
    name = text(said.value)
    if not name or (field == "strategicMergePatches" and not name.endswith(TEMPLATE)):
        yield said
        return
    path = next((each for each in named_paths(name, state, said.location) if each.is_file()), None)
    try:
        if path is None:
            raise ValueError("is not in this repository")
        is_template = name.endswith(TEMPLATE)
        filled = filled_file(path, names.parameters, state) if is_template else plain_file(path, state)
    except ValueError as error:
        state.not_known(f"the patch `{name}`: {error}", said.location, OUTSIDE if path is None else "HPC001")
        return
    yield Said(filled.document.data, filled, ())


def _nodes(said: Said, kind: str, chart: Path, state: State) -> Iterator[tuple[str, Node]]:
    """The field of a kustomization that an entry goes into, and its node; files are named from the chart.

    A transformer that patches is a patch, but for what makes an object of it.
    """
    node = said.text.document.node(said.route)
    if isinstance(node, ScalarNode):
        moved = _moved(node, said, chart, state)
        if moved is not None:
            path = MappingNode([(ScalarNode("path", None, node.start, node.start), moved)], node.start, node.end)
            yield "patches", path
    elif isinstance(node, MappingNode):
        patches = kind == "transformers" and said.view.data.get("kind") == "PatchTransformer"
        pairs: list[tuple[Node, Node]] = []
        for key, value in node.pairs:
            if patches and not (isinstance(key, ScalarNode) and key.value in _OF_A_PATCH):
                continue
            if isinstance(key, ScalarNode) and key.value == "path" and isinstance(value, ScalarNode):
                file = _moved(value, said, chart, state)
                if file is None:
                    return
                pairs.append((key, file))
            else:
                pairs.append((key, value))
        yield "patches" if patches else kind, MappingNode(pairs, node.start, node.end)


def _moved(path: ScalarNode, said: Said, chart: Path, state: State) -> ScalarNode | None:
    found = next((each for each in named_paths(path.value, state, said.location) if each.is_file()), None)
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
