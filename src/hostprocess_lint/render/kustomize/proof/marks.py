"""Marks: scalars of an overlay's sources, replaced by names that a build carries through to its output."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ....documents.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ....location import Route
from ....sources.overlays.closure import Closure
from ....sources.overlays.nodes import descend, items, leaves, scalar_entries, string, with_entry
from ....sources.overlays.references import Role
from ....sources.overlays.yamltext import emit
from ..engine.workspace import documents_text, plain_text
from .scalars import FixedFields, fixed_fields, image_scalars, literal_scalars, markable_scalars
from .texts import Text, TextNode

HOME = "hostprocess-lint/home"
PATCHED = "hostprocess-lint/patched-"
# Private-use characters: no YAML indicator, no letter that a transformer changes, and hardly in any manifest.
_MARK = re.compile("\ue000([\ue100-\ue1ff]+)\ue001")


@dataclass(slots=True)
class Marking:
    """The texts to build with, the places that the marks in their output name, and those of scalars among them."""

    texts: dict[Path, str] = field(default_factory=dict)
    places: list[TextNode] = field(default_factory=list)
    scalars: set[int] = field(default_factory=set)

    def add(self, place: TextNode) -> str:
        """A mark for a place."""
        self.places.append(place)
        return _name(len(self.places) - 1)

    def named(self, text: str) -> list[TextNode]:
        """The places named in a text, in order."""
        return [place for digits in _MARK.findall(text) if (place := self._place(digits))]

    def unmarked(self, text: str) -> str:
        """The text with what stood at each mark's place."""
        pieces = _MARK.split(text)
        places = (self._place(digits) for digits in pieces[1::2])
        pieces[1::2] = [_said(place) if place else "" for place in places]
        return "".join(pieces)

    def _place(self, digits: str) -> TextNode | None:
        number = _number(digits)
        return self.places[number] if number < len(self.places) else None

    def carries(self, node: Node | None) -> bool:
        """Whether a node of a text was given a mark, so that its value without one in the build is another's."""
        return id(node) in self.scalars


def _said(place: TextNode) -> str:
    """What a marked scalar says: of a generator's literal, `key=value`, the value."""
    text = string(place.node)
    return text.partition("=")[2] if place.route[-2:-1] == ("literals",) else text


def is_marked(text: str) -> bool:
    return "\ue000" in text


def _name(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 256)
        digits = chr(0xE100 + digit) + digits
    return f"\ue000{digits}\ue001"


def _number(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number * 256 + ord(digit) - 0xE100
    return number


def mark(closure: Closure, found: list[Text], patches: bool, values: bool) -> Marking:
    """Gives every resource a mark of its own, and with `values` (and `patches`) the scalars that can carry one."""
    marking = Marking()
    fixed = _fixed(closure, found)
    inline: dict[Path, dict[int, str]] = {k.path: {} for k in closure.kustomizations.values()}
    for text in found:
        if text.role is Role.CONFIG:
            if values:
                root = TextNode(text, 0)
                inline[text.path] |= _register(marking, root, image_scalars(text.documents[0]))
                inline[text.path] |= _literals(marking, root, fixed)
        elif text.role is Role.RESOURCE or patches:
            marked = _marked_text(marking, text, fixed if values else None)
            if text.inside is not None:
                inline[text.path][id(text.inside)] = marked
            else:
                marking.texts[text.path] = marked
    for kustomization in closure.kustomizations.values():
        if inline[kustomization.path]:
            marking.texts[kustomization.path] = plain_text(kustomization, inline[kustomization.path])
    return marking


def _fixed(closure: Closure, found: list[Text]) -> FixedFields:
    operations = (o for text in found for tree in text.documents for o in items(tree) if string(o, "op") == "test")
    tested = {string(operation, "path").rpartition("/")[2] for operation in operations}
    return fixed_fields([k.tree for k in closure.kustomizations.values()], frozenset(tested))


def _register(marking: Marking, root: TextNode, chosen: Iterator[tuple[Route, ScalarNode]]) -> dict[int, str]:
    """Marks for the chosen scalars, but for one that an alias repeats where no mark can be, as in a name."""
    found = list(chosen)
    places = Counter(id(scalar) for _, scalar in leaves(root.node))
    places.subtract(id(scalar) for _, scalar in found)
    names: dict[int, str] = {}
    for route, scalar in found:
        if not places[id(scalar)] and id(scalar) not in names:
            names[id(scalar)] = marking.add(root.at(*route))
    marking.scalars.update(names)
    return names


def _literals(marking: Marking, root: TextNode, fixed: FixedFields) -> dict[int, str]:
    """Marks for the values of the literals that ConfigMaps are generated from: replacements may take them further."""
    names: dict[int, str] = {}
    for route, scalar in literal_scalars(root.node):
        key = scalar.value.partition("=")[0]
        if key not in fixed.fields:
            names[id(scalar)] = f"{key}={marking.add(root.at(*route))}"
    return names


def _marked_text(marking: Marking, text: Text, fixed: FixedFields | None) -> str:
    texts = []
    for number, document in enumerate(text.documents):
        root = TextNode(text, number)
        replaced = _register(marking, root, markable_scalars(document, fixed)) if fixed else {}
        texts.append(emit(_signed(marking, root, document), replaced))
    return documents_text(texts)


def _signed(marking: Marking, place: TextNode, document: Node) -> Node:
    """The resource, each resource of a list, or the patch, with one more annotation: the mark of its place."""
    if not isinstance(document, MappingNode) or any(key.value.startswith("$") for key, _ in scalar_entries(document)):
        return document
    listed = descend(document, ("items",))
    if string(document, "kind").endswith("List") and isinstance(listed, SequenceNode):
        signed = [_signed(marking, place.at("items", i), item) for i, item in enumerate(listed.items)]
        return _with(document, "items", SequenceNode(signed, listed.start, listed.end))
    metadata = descend(document, ("metadata",))
    if not isinstance(metadata, MappingNode):
        return document
    annotations = descend(metadata, ("annotations",))
    if not isinstance(annotations, MappingNode):
        annotations = MappingNode([], 0, 0)
    key = HOME if place.text.role is Role.RESOURCE else f"{PATCHED}{len(marking.places)}"
    name = ScalarNode(marking.add(place), '"', 0, 0)
    return _with(document, "metadata", _with(metadata, "annotations", _with(annotations, key, name)))


def _with(mapping: MappingNode, key: str, value: Node) -> MappingNode:
    return with_entry(mapping, ScalarNode(key, '"', 0, 0), value)
