"""One YAML document becomes a tree of nodes that know where they stand: the only reader of YAML marks."""

from __future__ import annotations

import re
from sys import intern
from typing import Any

from ..limits import MAX_DEPTH, MAX_SCALAR
from .lists import ITEMS
from .nodes import MappingNode, Node, ScalarNode, SequenceNode, Unreadable
from .scalars import TAG, tagged
from .size import TOO_DEEP, Size, over_limit

_SURROGATE = "[\ud800-\udfff]"
_NO_CHARACTER = "while parsing a quoted scalar, found invalid Unicode character escape code"
# To goyaml.v2/scannerc.go of sigs.k8s.io/yaml it is a token of its own there (tried with kubectl 1.37).
_NO_QUESTION = "did not find expected ',' before `?`: between brackets and braces it takes quotes"

_BREAKS = "\r\n\x85\u2028\u2029"
_BLANKS = f" \t{_BREAKS}"
# A node's anchor and tag, and what may stand between them and its value.
_PROPERTIES = rf"(?:[&!][^{_BLANKS}]*(?:[{_BLANKS}]+(?:#[^{_BREAKS}]*)?)*)+"

_COLLECTION_TAGS = frozenset((None, "!", f"{TAG}map", f"{TAG}seq", f"{TAG}set", f"{TAG}omap"))


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
            raise over_limit(TOO_DEEP, base) from None
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
    size = Size()
    children = top
    end = 0
    while True:
        event = next_event()
        kind = type(event)
        if kind is ScalarEvent:
            value = intern(event.value)  # most keys and values are the same in all documents
            style, tag = event.style or None, event.tag  # the C reader says "" for plain ones
            start, end = event.start_mark.index, event.end_mark.index
            if len(value) > MAX_SCALAR:
                raise over_limit(f"it holds a scalar of more than {MAX_SCALAR // 2**20} Mi characters", base + start)
            anchor = event.anchor
            if style is None and "?" in value and stack and stack[-1][0].flow_style:  # the C reader lets it through
                raise Unreadable(_NO_QUESTION, base + start + part[start:end].index("?"))
            if style == '"' and not value.isascii() and re.search(_SURROGATE, value):  # Python's reader has them
                raise Unreadable(_NO_CHARACTER, base + start)
            if tag is not None or anchor is not None:
                start = _behind_properties(event, part, base, end)
            if style == "|" or style == ">":
                end = start + len(part[start:end].rstrip(_BLANKS))  # the mark lies at the next token
            node: Node = ScalarNode(value, style, base + start, base + end, tag)
            children.append(node)
            if anchor is not None:
                anchors[anchor] = node
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            start = event.start_mark.index
            if len(stack) > MAX_DEPTH:
                raise over_limit(TOO_DEEP, base + start)
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


def _behind_properties(event: Any, part: str, base: int, end: int) -> int:
    """Where a node with an anchor or a tag begins itself. Raises Unreadable for a tag that does not fit it."""
    start = int(event.start_mark.index)
    try:
        if event.tag is not None and hasattr(event, "value"):
            tagged(event.tag, event.value)
        elif event.tag not in _COLLECTION_TAGS:
            raise ValueError(f"unknown tag {event.tag.removeprefix(TAG)!r}")
    except ValueError as error:
        raise Unreadable(str(error), base + start) from None
    properties = re.compile(_PROPERTIES).match(part, start, end)  # here, because most documents have none
    return properties.end() if properties else start
