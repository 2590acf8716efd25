"""Text becomes documents, read as Kubernetes reads them: the only reader of YAML marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from .finding import Part, Route, Span
from .scalars import resolve
from .sourcefile import BOM, SourceFile

MAX_DEPTH = 200
"""Levels of nesting; real CustomResourceDefinitions stay below 60."""

MAX_NODES = 1_000_000
"""Values in one document, each alias counted with all that it stands for: what an alias bomb runs into."""

MAX_CHARACTERS = 64 * 2**20
"""Characters in one text."""

MAX_DOCUMENTS = 100_000
"""Documents in one text; whole clusters are dumped in fewer."""

MAX_SCALAR = 4 * 2**20
"""Characters in one scalar; the API server takes no object of more than 3 MiB."""

# A separator begins a line whatever surrounds it: kubectl cuts a stream in this way too, before it parses.
_SEPARATOR = re.compile(r"(?<![^\r\n])---(?=[ \t\r\n]|\Z)")
# One way only to match each character: with two, a document behind thirty empty lines takes hours.
_NOTHING = re.compile(r"(?:---[ \t]*)?(?:[ \t\r\n]|#[^\r\n]*(?![^\r\n]))*\Z")
_BLANKS = r"[ \t\r\n]*"
_DIRECTIVE = r"(?<![^\r\n])%[A-Z]+[ \t]"
_SURROGATES = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"

# A node's anchor and tag, and what may stand between them and its value.
_PROPERTIES = r"(?:[&!][^ \t\r\n\x85\u2028\u2029]*(?:[ \t\r\n\x85\u2028\u2029]+(?:#[^\r\n]*)?)*)+"

_TAG = "tag:yaml.org,2002:"
_COLLECTION_TAGS = frozenset((None, "!", f"{_TAG}map", f"{_TAG}seq", f"{_TAG}set", f"{_TAG}omap"))


class Unreadable(Exception):  # noqa: N818 (it is not a bug)
    """A document that Kubernetes could not read (`rule` HPC001), or one over a limit (HPC005)."""

    def __init__(self, reason: str, start: int, rule: str = "HPC001") -> None:
        super().__init__(reason)
        self.reason = reason
        self.start = start
        self.rule = rule


class Broken(NamedTuple):
    """A part of a text that is no document: where it breaks, and why. `rule` is HPC001 or HPC005."""

    text: SourceFile
    number: int
    span: Span
    reason: str
    rule: str


class Node:
    """One YAML node and its region.

    `kind` is `scalar` (`value` is a string), `list` (of nodes) or `mapping` (of (key, value) nodes). What an alias
    names is one node in several places; its region is where it is written.
    """

    __slots__ = ("anchored", "end", "kind", "start", "style", "tag", "value")

    def __init__(self, kind: str, event: Any, value: Any, base: int) -> None:
        self.kind = kind
        self.tag: str | None = event.tag
        self.style: str | None = (event.style or None) if kind == "scalar" else None  # the C reader says ""
        self.value = value
        self.start: int = event.start_mark.index + base
        self.end: int = event.end_mark.index + base
        self.anchored = event.anchor is not None


class Document:
    """One YAML or JSON document: plain data, and the region of every key and value.

    `data` holds dicts with string keys, lists, strings, numbers, booleans and None. `number` counts the parts between
    the `---` lines of `text`, from 0. `duplicates` are the routes of keys that stand twice in their mapping.

    Raises Unreadable.
    """

    __slots__ = ("data", "duplicates", "number", "root", "text")

    def __init__(self, text: SourceFile, number: int, root: Node) -> None:
        self.text = text
        self.number = number
        self.root = root
        builder = _Builder()
        self.data = builder.build(root, 0)
        self.duplicates: tuple[Route, ...] = tuple(builder.duplicates)

    def scalars(self) -> Iterator[Node]:
        """Every scalar and key, once, in the order of the text."""
        stack, seen = [self.root], set()
        while stack:
            node = stack.pop()
            if node.kind == "scalar":
                yield node
            elif id(node) not in seen:  # aliases would make it a tree of any size
                seen.add(id(node))
                pairs = node.value if node.kind == "mapping" else ((item,) for item in node.value)
                stack.extend(reversed([inner for pair in pairs for inner in pair]))

    def node(self, route: Route) -> Node | None:
        """The node that a route leads to, or None."""
        entry = self._entry(route, earlier=False)
        return entry[1] if entry else None

    def span(self, route: Route, part: Part = Part.VALUE) -> Span:
        """The region of a part of an entry; where there is no such entry, the key of the nearest one above.

        A list item has no key and stands for itself in every part. A collection over several lines is represented by
        its first entry: an underline never runs over a subtree.
        """
        entry = self._entry(route, earlier=part is Part.EARLIER)
        while entry is None:
            route, part = route[:-1], Part.KEY
            entry = self._entry(route, earlier=False)
        key, value = entry
        if key is None:
            return self._brief(value)
        if part in (Part.KEY, Part.EARLIER):
            return Span(key.start, key.end)
        if part is Part.VALUE:
            return self._brief(value)
        return self._pair(key, value)

    def _pair(self, key: Node, value: Node) -> Span:
        """Key and value, where the value is no subtree and stands behind its key (an alias's value may not)."""
        if value.kind == "scalar" or self._one_line(value):
            return Span(key.start, max(self._trimmed(value).end, key.end) if value.start >= key.end else key.end)
        return Span(key.start, key.end)

    def _brief(self, node: Node) -> Span:
        while node.kind != "scalar" and node.value and not self._one_line(node):
            if node.kind == "list":
                node = node.value[0]
            else:
                return self._pair(*node.value[0])
        return self._trimmed(node)

    def _trimmed(self, node: Node) -> Span:
        """A region without anchor and tag, and without the trailing white space that marks of block styles include."""
        start, end = node.start, node.end
        if node.anchored or node.tag is not None:
            properties = re.match(_PROPERTIES, self.text.text[start:end])
            start += properties.end() if properties else 0
        if node.kind != "scalar" or node.style in ("|", ">"):
            end = start + len(self.text.text[start:end].rstrip())
        return Span(start, max(start, end))

    def _one_line(self, node: Node) -> bool:
        text = self.text.text[node.start : self._trimmed(node).end]
        return "\n" not in text and "\r" not in text

    def _entry(self, route: Route, earlier: bool) -> tuple[Node | None, Node] | None:
        key: Node | None = None
        node = self.root
        for depth, step in enumerate(route):
            if isinstance(step, int):
                if node.kind != "list" or step >= len(node.value):
                    return None
                key, node = None, node.value[step]
            else:
                found = _lookup(node, step, first=earlier and depth == len(route) - 1)
                if found is None:
                    return None
                key, node = found
        return key, node


def _lookup(mapping: Node, name: str, first: bool) -> tuple[Node, Node] | None:
    """The entry of a mapping that counts, which is the last one, merged ones included; `first`: the first written."""
    found = None
    if mapping.kind == "mapping":
        for key, value in mapping.value:
            if _is_merge(key):
                sources = value.value if value.kind == "list" else (value,)
                found = next((hit for source in sources if (hit := _lookup(source, name, first))), found)
            elif key.value == name or (key.style is None and not _plain_name(key.value) and _key(key) == name):
                found = key, value
                if first:
                    break
    return found


def _plain_name(word: object) -> bool:
    """Whether a plain key is surely its own name: numbers and words such as `on` become other strings."""
    return isinstance(word, str) and len(word) > 5 and word[0] not in "0123456789+-."


def _is_merge(key: Node) -> bool:
    return key.value == "<<" and (key.tag == f"{_TAG}merge" or (key.tag is None and key.style is None))


def _key(key: Node) -> str:
    """A mapping key as JSON has it. Raises Unreadable for what can be none."""
    if key.kind != "scalar":
        raise Unreadable("a mapping or list cannot be a key", key.start)
    value = _value(key)
    if isinstance(value, str):
        return value
    if value is None:
        raise Unreadable("null cannot be a key", key.start)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _value(node: Node) -> str | bool | int | float | None:
    """What a scalar means. Raises Unreadable."""
    if node.style is not None and node.tag is None:
        return str(node.value)
    try:
        return resolve(node.tag, node.value, plain=node.style is None)
    except ValueError as error:
        raise Unreadable(str(error), node.start) from None


class _Builder:
    """Nodes become data: aliases shared, merge keys merged, duplicate keys noted."""

    def __init__(self) -> None:
        self.duplicates: list[Route] = []
        self._route: list[str | int] = []
        self._count = 0
        self._deepest = 0
        self._built: dict[int, tuple[object, int, int]] = {}
        self._open: set[int] = set()

    def build(self, node: Node, depth: int) -> object:
        self._count += 1
        if node.kind == "scalar":
            return _value(node)
        if self._count > MAX_NODES:
            raise Unreadable(f"it holds more than {MAX_NODES:,} values, aliases expanded", node.start, "HPC005")
        if not node.anchored:
            return self._collection(node, depth)
        if id(node) in self._open:
            raise Unreadable("an anchor's value contains itself", node.start)
        if id(node) in self._built:
            data, size, height = self._built[id(node)]
            self._count += size
            self._deepen(node, depth + height)
            return data
        self._open.add(id(node))
        before, outer, self._deepest = self._count, self._deepest, depth
        data = self._collection(node, depth)
        self._built[id(node)] = data, self._count - before, self._deepest - depth
        self._deepest = max(self._deepest, outer)
        self._open.discard(id(node))
        return data

    def _deepen(self, node: Node, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise Unreadable(f"it is nested more than {MAX_DEPTH} levels deep", node.start, "HPC005")
        self._deepest = max(self._deepest, depth)

    def _collection(self, node: Node, depth: int) -> object:
        self._deepen(node, depth)
        if node.tag not in _COLLECTION_TAGS:
            raise Unreadable(f"unknown tag {str(node.tag).removeprefix(_TAG)!r}", node.start)
        if node.kind == "mapping":
            return self._mapping(node, depth)
        items = []
        for index, item in enumerate(node.value):
            self._route.append(index)
            items.append(self.build(item, depth + 1))
            self._route.pop()
        return items

    def _mapping(self, node: Node, depth: int) -> dict[str, object]:
        data: dict[str, object] = {}
        written: set[str] = set()
        for key, value in node.value:
            if _is_merge(key):
                # Later entries win, merged or not: goyaml.v2 fills its map in the order of the text (tried with
                # kubectl 1.37). Of a list of mappings the first wins.
                for source in reversed(value.value) if value.kind == "list" else (value,):
                    merged = self.build(source, depth + 1)
                    if not isinstance(merged, dict):
                        raise Unreadable("`<<` takes a mapping or a list of mappings", value.start)
                    data.update(merged)
                continue
            name = key.value if key.style is not None and key.tag is None else _key(key)
            self._route.append(name)
            if name in written:
                self.duplicates.append(tuple(self._route))
            written.add(name)
            data[name] = self.build(value, depth + 1)
            self._route.pop()
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
    # JSON spells a character outside the basic plane as two escapes, which YAML refuses; of the same length, no span
    # moves.
    is_json = part.lstrip().startswith("{")
    readable = re.sub(_SURROGATES, r"\\ufffd\\ufffd", part) if is_json else part
    try:
        return Document(text, number, _compose(readable, start))
    except Unreadable as error:
        broken = error
    place = min(max(broken.start, start), end)
    line = text.position(place)[0]
    first, last = text.line_span(line)
    place = min(place, last)
    return Broken(text, number, Span(place if place < last else first, last), broken.reason, broken.rule)


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


def _compose(part: str, base: int) -> Node:
    """The tree of one document, whose text begins at `base`. Raises Unreadable.

    Read event by event with a stack of our own, because PyYAML's composer recurses in C without a limit (100,000
    brackets end the process) and refuses an anchor that is set twice, which YAML allows.
    """
    import yaml  # here, because most scans have nothing to parse

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _tree(loader(part).get_event, base)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark and error.context_mark and mark.index >= len(part):
            mark = error.context_mark  # what is open at the end is shown where it begins
        reason = ", ".join(str(text) for text in (error.context, error.problem) if text)
        raise Unreadable(reason, base + mark.index if mark else base) from None
    except yaml.reader.ReaderError as error:
        raise Unreadable(error.reason, base + _offset_of_byte(part, error.position)) from None
    except yaml.YAMLError as error:
        raise Unreadable(str(error), base) from None


def _offset_of_byte(part: str, position: int) -> int:
    """The C reader counts bytes of the UTF-8 that it is given, the Python reader characters: the former is meant."""
    return len(part.encode("utf-8", "surrogatepass")[: max(position, 0)].decode("utf-8", "ignore"))


def _tree(next_event: Any, base: int) -> Node:
    from yaml import (
        AliasEvent,
        MappingEndEvent,
        MappingStartEvent,
        ScalarEvent,
        SequenceEndEvent,
        SequenceStartEvent,
        StreamEndEvent,
    )

    anchors: dict[str, Node] = {}
    stack: list[tuple[Node, list[Node]]] = []
    top: list[Node] = []
    children = top
    while True:
        event = next_event()
        kind = type(event)
        if kind is ScalarEvent:
            if len(event.value) > MAX_SCALAR:
                start = base + event.start_mark.index
                raise Unreadable(f"it holds a scalar of more than {MAX_SCALAR // 2**20} Mi characters", start, "HPC005")
            node = Node("scalar", event, event.value, base)
            children.append(node)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            node = Node("mapping" if kind is MappingStartEvent else "list", event, [], base)
            children.append(node)
            if len(stack) > MAX_DEPTH:
                raise Unreadable(f"it is nested more than {MAX_DEPTH} levels deep", node.start, "HPC005")
            stack.append((node, children))
            children = []
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            node, outer = stack.pop()
            node.value = list(zip(children[::2], children[1::2], strict=True)) if node.kind == "mapping" else children
            node.end = base + event.end_mark.index
            children = outer
            continue
        elif kind is AliasEvent:
            if event.anchor not in anchors:
                raise Unreadable(f"unknown anchor {event.anchor!r}", base + event.start_mark.index)
            children.append(anchors[event.anchor])
            continue
        elif kind is StreamEndEvent:
            if len(top) != 1:
                reason = "another document begins without a `---` line" if top else "there is no document"
                raise Unreadable(reason, top[1].start if top else base)
            return top[0]
        else:
            continue
        if event.anchor is not None:
            anchors[event.anchor] = node
