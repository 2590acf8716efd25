"""Text becomes documents, read as Kubernetes reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..finding import Part, Route, Span
from ..sourcefile import BOM, SourceFile
from .scalars import MAY_BE_NO_STRING
from .yamlnodes import (
    MAX_CHARACTERS,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    Unreadable,
    compose,
    is_merge,
    node_span,
)

MAX_DOCUMENTS = 100_000
"""Documents in one text; whole clusters are dumped in fewer."""

# A separator begins a line whatever surrounds it: kubectl cuts a stream in this way too, before it parses.
_SEPARATOR = re.compile(r"(?<![^\r\n])---(?=[ \t\r\n]|\Z)")
# One way only to match each character: with two, a document behind thirty empty lines takes hours.
_NOTHING = re.compile(r"(?:---[ \t]*)?(?:[ \t\r\n]|#[^\r\n]*(?![^\r\n]))*\Z")
_BLANKS = r"[ \t\r\n]*"
_DIRECTIVE = r"(?<![^\r\n])%[A-Z]+[ \t]"
_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")


class Broken(NamedTuple):
    """A part of a text that is no document: where it breaks, and why. `rule` is HPC001 or HPC005.

    `part` is the text that was to be a document, where that is known.
    """

    text: SourceFile
    number: int
    span: Span
    reason: str
    rule: str
    part: Span = Span(0, 0)


Enter = Callable[[Route], tuple[Node | None, Node] | None]
"""The key (of a list's item None) and the value that a route leads to."""


class Document:
    """One YAML or JSON document: plain data, and the region of every key and value.

    `data` holds dicts with string keys, lists, strings, numbers, booleans and None. `number` counts the parts between
    the `---` lines of `text`, from 0. `duplicates` are the routes of keys that stand twice in their mapping,
    `overrides` of those that stand there once and are merged in as well.

    Raises Unreadable.
    """

    __slots__ = ("_enter", "_entries", "_known", "_root", "data", "duplicates", "number", "overrides", "text")

    def __init__(self, text: SourceFile, number: int, root: Node) -> None:
        self.text = text
        self.number = number
        self._root: Node | None = root
        self._enter: Enter | None = None
        self._entries: dict[int, dict[str, tuple[Node, Node]] | None] = {}
        self._known: dict[Route, tuple[Node | None, Node] | None] = {}
        builder = _Builder()
        self.data = builder.build(root)
        self.duplicates: tuple[Route, ...] = tuple(builder.duplicates)
        self.overrides: tuple[Route, ...] = tuple(builder.overrides)

    @classmethod
    def lazily(cls, text: SourceFile, data: object, enter: Enter) -> Document:
        """A document whose data is known already, in which no key stands twice. `enter` looks an entry up."""
        document = cls.__new__(cls)
        document.text, document.number, document.data = text, 0, data
        document.duplicates = document.overrides = ()
        document._root, document._enter, document._entries, document._known = None, enter, {}, {}  # noqa: SLF001 - its own
        return document

    @property
    def root(self) -> Node:
        if self._root is None:
            found = self.entry(())
            assert found is not None
            self._root = found[1]
        return self._root

    def nodes(self) -> Iterator[Node]:
        """Every node, keys included, in the order of the text; collections once."""
        stack, seen = [self.root], set()
        while stack:
            node = stack.pop()
            if isinstance(node, ScalarNode):
                yield node
            elif id(node) not in seen:  # aliases would make it a tree of any size
                seen.add(id(node))
                yield node
                inner = node.items if isinstance(node, SequenceNode) else [each for pair in node.pairs for each in pair]
                stack.extend(reversed(inner))

    def node(self, route: Route) -> Node | None:
        """The node that a route leads to, or None."""
        entry = self.entry(route)
        return entry[1] if entry else None

    def span(self, route: Route, part: Part = Part.VALUE) -> Span:
        """The region of a part of an entry; where there is no such entry, the key of the nearest one above.

        A list item has no key and stands for itself in every part. A collection over several lines is represented by
        its first entry: an underline never runs over a subtree.
        """
        entry = self.entry(route, earlier=part is Part.EARLIER)
        while entry is None:
            route, part = route[:-1], Part.KEY
            entry = self.entry(route)
        key, value = entry
        if key is None:
            return self._brief(value)
        if part in (Part.KEY, Part.EARLIER):
            return node_span(key)
        if part is Part.VALUE:
            return self._brief(value)
        return self._pair(key, value)

    def _pair(self, key: Node, value: Node) -> Span:
        """Key and value, where the value is no subtree and stands behind its key (an alias's value may not)."""
        if isinstance(value, ScalarNode) or self._one_line(value):
            return Span(key.start, max(value.end, key.end) if value.start >= key.end else key.end)
        return node_span(key)

    def _brief(self, node: Node) -> Span:
        while not isinstance(node, ScalarNode) and not self._one_line(node):
            if isinstance(node, MappingNode):
                return self._pair(*node.pairs[0]) if node.pairs else node_span(node)
            if not node.items:
                break
            node = node.items[0]
        return node_span(node)

    def _one_line(self, node: Node) -> bool:
        text = self.text.text[node.start : node.end]
        return "\n" not in text and "\r" not in text

    def entry(self, route: Route, earlier: bool = False) -> tuple[Node | None, Node] | None:
        """The key (of a list's item None) and the value that a route leads to; `earlier`: the first of equal keys."""
        if self._root is None and self._enter is not None:
            return self._enter(route)
        if route in self._known and not earlier:
            return self._known[route]
        if not route:
            return None, self.root
        above = self.entry(route[:-1])
        found = self._step(above[1], route[-1], earlier) if above else None
        if not earlier:
            self._known[route] = found  # most places of one object are asked for by way of the same ones
        return found

    def _step(self, node: Node, step: str | int, earlier: bool) -> tuple[Node | None, Node] | None:
        if isinstance(step, str):
            return self._named(node, step, first=earlier)
        return (None, node.items[step]) if isinstance(node, SequenceNode) and step < len(node.items) else None

    def _named(self, mapping: Node, name: str, first: bool) -> tuple[Node, Node] | None:
        """The entry of a mapping; a large one is read once, however often it is asked."""
        if first or not isinstance(mapping, MappingNode) or len(mapping.pairs) < _LARGE:
            return _lookup(mapping, name, first)
        if id(mapping) not in self._entries:
            self._entries[id(mapping)] = _indexed(mapping)
        entries = self._entries[id(mapping)]
        return _lookup(mapping, name, first) if entries is None else entries.get(name)


_LARGE = 32
"""From how many entries on an index is worth it."""


def _indexed(mapping: MappingNode) -> dict[str, tuple[Node, Node]] | None:
    """The entries by their names, the last of each; None where others are merged in."""
    if any(is_merge(key) for key, _ in mapping.pairs):
        return None
    return {_key(key): (key, value) for key, value in mapping.pairs}


_TELLING = f"<{MAY_BE_NO_STRING}"
"""What a key begins with that may be another one than is written, or merges others in."""


def _lookup(mapping: Node, name: str, first: bool) -> tuple[Node, Node] | None:
    """The entry of a mapping that counts, which is the last one, merged ones included; `first`: the first written."""
    found = None
    if isinstance(mapping, MappingNode):
        for key, value in mapping.pairs:
            if isinstance(key, ScalarNode) and key.value != name and key.tag is None and key.value[:1] not in _TELLING:
                continue  # most keys mean what they say, and this is asked for each step of each place
            if is_merge(key):
                sources = value.items if isinstance(value, SequenceNode) else (value,)
                found = next((hit for source in sources if (hit := _lookup(source, name, first))), found)
            elif _key(key) == name:
                found = key, value
            if first and found:
                break
    return found


def _key(key: Node) -> str:
    """A mapping key as JSON has it. Raises Unreadable for what can be none."""
    if not isinstance(key, ScalarNode):
        raise Unreadable("a mapping or list cannot be a key", key.start)
    value = key.meaning
    if isinstance(value, str):
        return value
    if value is None:
        raise Unreadable("null cannot be a key", key.start)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


class _Builder:
    """Nodes become data: aliases shared, merge keys merged, and noted what is written twice or over what is merged."""

    def __init__(self) -> None:
        self.duplicates: list[Route] = []
        self.overrides: list[Route] = []
        self._route: list[str | int] = []
        self._built: dict[int, object] = {}

    def build(self, node: Node) -> object:
        if isinstance(node, ScalarNode):
            return node.meaning
        if not node.anchored:
            return self._collection(node)
        if id(node) not in self._built:
            self._built[id(node)] = self._collection(node)
        return self._built[id(node)]

    def _collection(self, node: MappingNode | SequenceNode) -> object:
        if isinstance(node, MappingNode):
            return self._mapping(node)
        return [
            item.meaning if item.__class__ is ScalarNode else self._below(i, item) for i, item in enumerate(node.items)
        ]

    def _below(self, step: str | int, node: Node) -> object:
        self._route.append(step)
        data = self.build(node)
        self._route.pop()
        return data

    def _mapping(self, node: MappingNode) -> dict[str, object]:
        data: dict[str, object] = {}
        written: set[str] = set()
        for key, value in node.pairs:
            name = key.value if isinstance(key, ScalarNode) and key.is_text else _key(key)
            if name == "<<" and is_merge(key):
                # Later entries win, merged or not: goyaml.v2 fills its map in the order of the text (tried with
                # kubectl 1.37). Of a list of mappings the first wins. An alias of a list is refused; what an alias
                # stands for is written before its key.
                listed = value.items if isinstance(value, SequenceNode) and value.start > key.start else [value]
                for source in reversed(listed):
                    merged = self.build(source)
                    if not isinstance(merged, dict):
                        raise Unreadable("`<<` takes a mapping or a list of mappings", key.start)
                    self.overrides.extend((*self._route, each) for each in data if each in merged)
                    data.update(merged)
                continue
            if name in data:
                (self.duplicates if name in written else self.overrides).append((*self._route, name))
            written.add(name)
            data[name] = value.meaning if isinstance(value, ScalarNode) else self._below(name, value)
        return data


def documents(text: SourceFile) -> Iterator[Document | Broken]:
    """The documents of a text in their order, empty ones left out; a broken one does not hide its neighbours."""
    if len(text.text) > MAX_CHARACTERS:
        yield Broken(text, 0, Span(0, 0), f"it has more than {MAX_CHARACTERS // 2**20} Mi characters", "HPC005")
        return
    count = 0
    for number, (start, end) in enumerate(_parts(text.text)):
        if _NOTHING.match(text.text, start, end):
            continue
        for found in _read(text, number, start, end):
            if count == MAX_DOCUMENTS:
                yield Broken(text, number, Span(start, start), f"it has more than {count:,} documents", "HPC005")
                return
            count += 1
            yield found


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """The regions between separators. Directives belong to the separator that ends them."""
    start = before = 1 if text.startswith(BOM) else 0
    for match in _SEPARATOR.finditer(text):
        if match.start() > start and not re.search(_DIRECTIVE, text[before : match.start()]):
            yield start, match.start()
            start = match.start()
        before = match.end()
    yield start, len(text)


def _read(text: SourceFile, number: int, start: int, end: int) -> Iterator[Document | Broken]:
    """The document of a part; of JSON, what kubectl reads without separators as well: one value after the other."""
    found = _one(text, number, start, end)
    if not isinstance(found, Broken):
        yield found
        return
    for first, last in _json_values(text.text, start, end):
        yield found if (first, last) == (start, end) else _one(text, number, first, last)


def _one(text: SourceFile, number: int, start: int, end: int) -> Document | Broken:
    part = text.text[start:end]
    try:
        return Document(text, number, _as_json(text.text, start, end) or compose(part, start))
    except Unreadable as error:
        broken = error
    place = min(max(broken.start, start), end)
    line = text.position(place)[0]
    first, last = text.line_span(line)
    place = min(place, last)
    where = Span(place if place < last else first, last)
    return Broken(text, number, where, broken.reason, broken.rule, Span(start, end))


def _as_json(text: str, start: int, end: int) -> Node | None:
    """What JSON spells in a way that YAML does not have: a character beyond the basic plane is two escapes there, which
    YAML refuses (tried with kubectl 1.37, of a stream that begins with a brace and of one that does not).
    """
    at = _after_blanks(text, start)
    if not text.startswith("{", at) or not _PAIR.search(text, at, end):
        return None
    import json

    from .jsonnodes import nodes

    try:
        stop = json.JSONDecoder(parse_constant=_no_number).raw_decode(text, at)[1]
    except (ValueError, RecursionError):
        return None
    return nodes(text, at) if _after_blanks(text, stop) >= end else None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _json_values(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The regions of the JSON objects that stand one behind the other; the last one goes on to the end."""
    import json

    decoder = json.JSONDecoder()
    while text.startswith("{", at := _after_blanks(text, start)):
        try:
            stop = decoder.raw_decode(text, at)[1]
        except (ValueError, RecursionError):
            break
        if stop >= end or not text.startswith("{", _after_blanks(text, stop)):
            break
        yield start, stop
        start = stop
    yield start, end


def _after_blanks(text: str, start: int) -> int:
    blanks = re.compile(_BLANKS).match(text, start)
    return blanks.end() if blanks else start
