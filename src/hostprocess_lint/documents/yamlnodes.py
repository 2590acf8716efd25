"""One YAML document becomes a tree of nodes that know where they stand: the only reader of YAML marks."""

from __future__ import annotations

import re
from typing import Any

from ..finding import Span
from .lists import ITEMS
from .scalars import MAY_BE_NO_STRING, plain_scalar, tagged

MAX_DEPTH = 200
"""Levels of nesting; real CustomResourceDefinitions stay below 60."""

MAX_VALUES = 1_000_000
"""Values in one document, each alias counted with all that it stands for: what an alias bomb runs into."""

MAX_LIST_VALUES = 4_000_000
"""Values in one list of objects without aliases: `kubectl get pods -A -o yaml` of some 10,000 pods."""

MAX_CHARACTERS = 64 * 2**20
"""Characters in one text, and in all that the aliases of a document stand for."""

MAX_SCALAR = 4 * 2**20
"""Characters in one scalar; the API server takes no object of more than 3 MiB."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_CHARACTER = "while parsing a quoted scalar, found invalid Unicode character escape code"
# To goyaml.v2/scannerc.go of sigs.k8s.io/yaml it is a token of its own there (tried with kubectl 1.37).
_NO_QUESTION = "did not find expected ',' before `?`: between brackets and braces it takes quotes"

TOO_DEEP = f"it is nested more than {MAX_DEPTH} levels deep"

_BREAKS = "\r\n\x85\u2028\u2029"
_BLANKS = f" \t{_BREAKS}"
# A node's anchor and tag, and what may stand between them and its value.
_PROPERTIES = re.compile(rf"(?:[&!][^{_BLANKS}]*(?:[{_BLANKS}]+(?:#[^{_BREAKS}]*)?)*)+")

_TAG = "tag:yaml.org,2002:"
_COLLECTION_TAGS = frozenset((None, "!", f"{_TAG}map", f"{_TAG}seq", f"{_TAG}set", f"{_TAG}omap"))


class Unreadable(Exception):  # noqa: N818 (it is not a bug)
    """A document that Kubernetes could not read (`rule` HPC001), or one over a limit (HPC005)."""

    def __init__(self, reason: str, start: int = 0, rule: str = "HPC001") -> None:
        super().__init__(reason)
        self.reason = reason
        self.start = start
        self.rule = rule


class ScalarNode:
    """`style` is the quote or block indicator, None for a plain one. A tag fits its value."""

    __slots__ = ("end", "start", "style", "tag", "value")

    def __init__(self, value: str, style: str | None, start: int, end: int, tag: str | None = None) -> None:
        self.value = value
        self.style = style
        self.start = start
        self.end = end
        self.tag = tag

    @property
    def is_text(self) -> bool:
        """Whether it is a string, as its first character or its quotes show."""
        return self.tag is None and (self.style is not None or self.value[:1] not in MAY_BE_NO_STRING)

    @property
    def meaning(self) -> str | bool | int | float | None:
        """The value that Kubernetes reads."""
        if self.tag is not None:
            return tagged(self.tag, self.value)
        return plain_scalar(self.value) if self.style is None else self.value


class MappingNode:
    """Its entries in their order."""

    __slots__ = ("anchored", "end", "pairs", "start", "tag")

    def __init__(
        self, pairs: list[tuple[Node, Node]], start: int, end: int, tag: str | None = None, anchored: bool = False
    ) -> None:
        self.pairs = pairs
        self.start = start
        self.end = end
        self.tag = tag
        self.anchored = anchored


class SequenceNode:
    """A list."""

    __slots__ = ("anchored", "end", "items", "start", "tag")

    def __init__(self, items: list[Node], start: int, end: int, tag: str | None = None, anchored: bool = False) -> None:
        self.items = items
        self.start = start
        self.end = end
        self.tag = tag
        self.anchored = anchored


Node = ScalarNode | MappingNode | SequenceNode
"""A node and its region, which begins behind anchor and tag and ends with the last text of its own.

What an alias names is one node in several places; its region is where it is written. No node contains itself.
"""


def node_span(node: Node) -> Span:
    return Span(node.start, node.end)


def is_merge(key: Node) -> bool:
    """Whether a key merges other mappings in."""
    if not isinstance(key, ScalarNode) or key.value != "<<":
        return False
    return key.tag == f"{_TAG}merge" or (key.tag is None and key.style is None)


def compose(part: str, base: int) -> Node:
    """The tree of one document, whose text begins at `base`. Raises Unreadable.

    Read event by event with a stack of our own, because PyYAML's composer recurses in C without a limit (100,000
    brackets end the process) and refuses an anchor that is set twice, which YAML allows.
    """
    import yaml  # here, because most scans have nothing to parse

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _tree(loader(part).get_event, part, base)
    except yaml.MarkedYAMLError as error:
        if "nesting depth" in str(error.problem):  # libyaml has a limit of its own from 0.2.6 on
            raise _over(TOO_DEEP, base) from None
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


def _tree(next_event: Any, part: str, base: int) -> Node:  # noqa: C901 - one loop over events; a call for each is slow
    from yaml import (
        AliasEvent,
        MappingEndEvent,
        MappingStartEvent,
        ScalarEvent,
        SequenceEndEvent,
        SequenceStartEvent,
        StreamEndEvent,
    )

    anchors: dict[str, Node | int] = {}  # a number, where it begins, as long as a collection is open
    stack: list[tuple[Any, int, list[Node]]] = []
    top: list[Node] = []
    size = _Size()
    children = top
    end = 0
    while True:
        event = next_event()
        kind = type(event)
        if kind is ScalarEvent:
            value, style, tag = event.value, event.style or None, event.tag  # the C reader says "" for plain ones
            start, end = event.start_mark.index, event.end_mark.index
            if len(value) > MAX_SCALAR:
                raise _over(f"it holds a scalar of more than {MAX_SCALAR // 2**20} Mi characters", base + start)
            if style is None and "?" in value and stack and stack[-1][0].flow_style:  # the C reader lets it through
                raise Unreadable(_NO_QUESTION, base + start + part[start:end].index("?"))
            if style == '"' and not value.isascii() and _SURROGATE.search(value):  # Python's reader lets them through
                raise Unreadable(_NO_CHARACTER, base + start)
            if tag is not None or event.anchor is not None:
                start = _behind_properties(event, part, base, end)
            if style == "|" or style == ">":
                end = start + len(part[start:end].rstrip(_BLANKS))  # the mark lies at the next token
            node: Node = ScalarNode(value, style, base + start, base + end, tag)
            children.append(node)
            if event.anchor is not None:
                anchors[event.anchor] = node
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            start = event.start_mark.index
            size.add(base + start, 0, depth=len(stack))
            if event.anchor is not None:
                anchors[event.anchor] = base + start
            if event.tag is not None or event.anchor is not None:
                start = _behind_properties(event, part, base, len(part))
            stack.append((event, base + start, children))
            children = []
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            opened, start, outer = stack.pop()
            if opened.flow_style or not children:
                end = event.end_mark.index
            # A block ends with its last entry: the mark lies at the next token, behind comments.
            anchor = opened.anchor
            if kind is MappingEndEvent:
                pairs = list(zip(children[::2], children[1::2], strict=True))
                size.add(start, len(pairs))
                node = MappingNode(pairs, start, base + end, opened.tag, anchor is not None)
            else:
                size.add(start, len(children))
                node = SequenceNode(children, start, base + end, opened.tag, anchor is not None)
            outer.append(node)
            children = outer
            if len(stack) == 2 and _is_list(stack):
                size.next_object()
            if anchor is not None and anchors[anchor] == opened.start_mark.index + base:
                anchors[anchor] = node
        elif kind is AliasEvent:
            named = anchors.get(event.anchor)
            if named is None:
                raise Unreadable(f"unknown anchor {event.anchor!r}", base + event.start_mark.index)
            if isinstance(named, int):
                raise Unreadable("an anchor's value contains itself", named)
            children.append(named)
            end = event.end_mark.index
            size.repeat(named, len(stack))
        elif kind is StreamEndEvent:
            if len(top) != 1:
                reason = "another document begins without a `---` line" if top else "there is no document"
                raise Unreadable(reason, top[1].start if top else base)
            return top[0]


def _is_list(stack: list[tuple[Any, int, list[Node]]]) -> bool:
    """Whether what is open is a list of objects: the `items` of the document's mapping."""
    before = stack[1][2]
    return bool(before) and isinstance(before[-1], ScalarNode) and before[-1].value == ITEMS


class _Size:
    """How much a document holds so far, aliases expanded."""

    def __init__(self) -> None:
        self._values = 0
        self._before = 0
        self._repeated = 0
        self._known: dict[int, tuple[int, int, int]] = {}

    def add(self, start: int, values: int, repeated: int = 0, depth: int = 0) -> None:
        """Raises Unreadable over a limit."""
        self._values += values
        self._repeated += repeated
        if depth > MAX_DEPTH:
            raise _over(TOO_DEEP, start)
        if self._values > MAX_VALUES:
            raise _over(f"it holds more than {MAX_VALUES:,} values, aliases expanded", start)
        if self._before + self._values > MAX_LIST_VALUES:
            raise _over(f"its list holds more than {MAX_LIST_VALUES:,} values", start)
        if self._repeated > MAX_CHARACTERS:
            raise _over(f"its aliases stand for more than {MAX_CHARACTERS // 2**20} Mi characters", start)

    def next_object(self) -> None:
        """Begins anew for the next object of a list: each is limited by itself, unless aliases tie them together."""
        if not self._known:
            self._before += self._values
            self._values = 0

    def repeat(self, node: Node, depth: int) -> None:
        """The same for an alias."""
        values, characters, levels = self._of(node)
        self.add(node.start, values, characters, depth + levels - 1)

    def _of(self, node: Node) -> tuple[int, int, int]:
        """The values and characters in a node, and its levels."""
        if isinstance(node, ScalarNode):
            return 0, len(node.value), 0
        if id(node) not in self._known:
            pairs = ((item,) for item in node.items) if isinstance(node, SequenceNode) else node.pairs
            values = characters = levels = 0
            for pair in pairs:
                values += 1
                for each in pair:
                    inner = self._of(each)
                    values, characters, levels = values + inner[0], characters + inner[1], max(levels, inner[2])
            self._known[id(node)] = values, characters, levels + 1
        return self._known[id(node)]


def _behind_properties(event: Any, part: str, base: int, end: int) -> int:
    """Where a node with an anchor or a tag begins itself. Raises Unreadable for a tag that does not fit it."""
    start = int(event.start_mark.index)
    try:
        if event.tag is not None and hasattr(event, "value"):
            tagged(event.tag, event.value)
        elif event.tag not in _COLLECTION_TAGS:
            raise ValueError(f"unknown tag {event.tag.removeprefix(_TAG)!r}")
    except ValueError as error:
        raise Unreadable(str(error), base + start) from None
    properties = _PROPERTIES.match(part, start, end)
    return properties.end() if properties else start


def _over(reason: str, start: int) -> Unreadable:
    return Unreadable(reason, start, "HPC005")
