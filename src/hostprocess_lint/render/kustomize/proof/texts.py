"""The texts of an overlay that have scalars to mark, and where in the repository each of their nodes stands."""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ....documents.nodes import MappingNode, Node, ScalarNode, SequenceNode, Unreadable
from ....location import Route, Span
from ....sources.overlays.closure import Closure
from ....sources.overlays.kustomization import Kustomization
from ....sources.overlays.nodes import child, descend, items, scalar_entries, string
from ....sources.overlays.references import Reference, Role
from ....sources.overlays.yamltext import compose_all


@dataclass(frozen=True, slots=True)
class Text:
    """A YAML text of the repository: a file, or a patch inside a kustomization.

    `shift` has the offsets at which a run of the text begins, there and in the file; it is empty where only the scalar
    that holds the text is known, which is `inside`. `listed` says who names a patch, `targets` which objects those who
    name it select; None is what the patch itself names, or anything.
    """

    path: Path
    file_text: str
    documents: tuple[Node, ...]
    role: Role
    shift: tuple[tuple[int, int], ...] = ((0, 0),)
    inside: ScalarNode | None = None
    listed: tuple[Kustomization, Reference] | None = None
    targets: tuple[Node | None, ...] = (None,)

    def span(self, inner: Span) -> Span | None:
        """A span of the text as a span of the file, if that is known."""
        if not self.shift:
            return None
        return Span(
            self._offset(inner.start), self._offset(max(inner.end - 1, inner.start)) + (inner.end > inner.start)
        )

    def _offset(self, offset: int) -> int:
        inner, outer = self.shift[bisect_right(self.shift, (offset, 1 << 60)) - 1]
        return outer + offset - inner


@dataclass(frozen=True, slots=True)
class TextNode:
    """A node of a text."""

    text: Text
    document: int
    route: Route = ()

    @property
    def node(self) -> Node | None:
        return descend(self.text.documents[self.document], self.route)

    def at(self, *route: str | int) -> TextNode:
        return TextNode(self.text, self.document, (*self.route, *route))


def markable_texts(closure: Closure) -> list[Text]:
    """Every text of the closure that has scalars to mark, kustomizations first; unreadable ones are left out."""
    found = []
    for kustomization in closure.kustomizations.values():
        found.append(Text(kustomization.path, kustomization.text, (kustomization.tree,), Role.CONFIG))
        found += _inline_patches(kustomization)
    targets = _targets(closure)
    for path, member in closure.members.items():
        if member.role in (Role.RESOURCE, Role.PATCH):
            try:
                text = member.content.decode("utf-8")
                documents = tuple(compose_all(text))
            except (Unreadable, UnicodeDecodeError):
                continue
            listed = closure.listed.get(path)
            found.append(Text(path, text, documents, member.role, listed=listed, targets=targets.get(path, (None,))))
    return found


def _targets(closure: Closure) -> dict[Path, tuple[Node | None, ...]]:
    """What the kustomizations that name a patch's file say that it is for; nothing of what a plugin names."""
    found: dict[Path, tuple[Node | None, ...]] = {}
    for directory, kustomization in closure.kustomizations.items():
        for item in _patches(kustomization.tree):
            path = string(item, "path")
            if path:
                real = Path(os.path.realpath(directory / path))
                found[real] = (*found.get(real, ()), child(item, "target"))
    named_by_plugins = (path for path, (_, reference) in closure.listed.items() if reference.role is Role.PLUGIN)
    return found | dict.fromkeys(named_by_plugins, (None,))


def _patches(tree: Node) -> Iterator[Node]:
    for key, value in scalar_entries(tree):
        if key.value in ("patches", "patchesJson6902"):
            yield from items(value)


def _inline_patches(kustomization: Kustomization) -> Iterator[Text]:
    for scalar, target in _inline_scalars(kustomization.tree):
        node = kustomization.inline.get(id(scalar))
        if node is not None:
            yield Text(kustomization.path, kustomization.text, (node,), Role.PATCH, inside=scalar, targets=(target,))
            continue
        try:
            documents = tuple(compose_all(scalar.value))
        except Unreadable:
            continue
        if any(isinstance(document, (MappingNode, SequenceNode)) for document in documents):
            shift = tuple(_shift(kustomization.text, scalar))
            patch = Text(kustomization.path, kustomization.text, documents, Role.PATCH, shift, scalar)
            yield replace(patch, targets=(target,))


def _inline_scalars(tree: Node) -> Iterator[tuple[ScalarNode, Node | None]]:
    for item in _patches(tree):
        patch = child(item, "patch")
        if isinstance(patch, ScalarNode):
            yield patch, child(item, "target")
    for item in items(child(tree, "patchesStrategicMerge")):
        if isinstance(item, ScalarNode):
            yield item, None


def lines_of(text: str) -> list[str]:
    """Lines as YAML counts them: `splitlines` breaks at form feeds and other characters too."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _shift(text: str, scalar: ScalarNode) -> Iterator[tuple[int, int]]:
    """Where the runs of a scalar's value lie in its file; nothing if they are not there as they are."""
    raw = text[scalar.start : scalar.end]
    if scalar.style is None or scalar.style in "'\"":
        quote = 0 if scalar.style is None else 1
        if raw[quote : len(raw) - quote] == scalar.value:
            yield 0, scalar.start + quote
        return
    if scalar.style != "|":
        return
    runs, inner = [], 0
    outer = scalar.start + raw.index("\n") + 1 if "\n" in raw else scalar.end
    for line in lines_of(scalar.value):
        end = text.find("\n", outer)
        written = text[outer : end if end >= 0 else len(text)].rstrip("\r")
        indent = len(written) - len(line.rstrip("\n"))
        if line.strip() and (indent < 0 or written[indent:] != line.rstrip("\n")):
            return
        runs.append((inner, outer + max(indent, 0)))
        inner, outer = inner + len(line), end + 1
    yield from runs
