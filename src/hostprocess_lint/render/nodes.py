"""YAML text as a tree of positioned nodes, within limits; and a tree as YAML text again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml

from ..finding import Route, Span
from ..sourcefile import BOM

MAX_DEPTH = 100
MAX_NODES = 1_000_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Any = yaml.resolver.Resolver()
_STRING = "tag:yaml.org,2002:str"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
# Plain scalars that readers may type differently (1e3, 0o14): written as they were, so that every reader still decides.
_VERBATIM = re.compile(r"[-+.]?[0-9][\w.+:-]*|<<")
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")
_SAFE = re.compile(r"[\w.+:~-]*[\w.+~-]")
# JSON leaves these as they are; YAML breaks lines at some and forbids the others.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class Scalar(NamedTuple):
    value: str
    style: str | None
    start: int
    end: int

    @property
    def is_null(self) -> bool:
        return self.style is None and self.value in _NULLS

    @property
    def tag(self) -> str:
        """The type that YAML 1.1 gives the scalar."""
        if self.style is not None:
            return _STRING
        return str(_RESOLVER.resolve(yaml.ScalarNode, self.value, (True, False)))


class Mapping(NamedTuple):
    pairs: tuple[tuple[Node, Node], ...]
    start: int
    end: int


class Sequence(NamedTuple):
    items: tuple[Node, ...]
    start: int
    end: int


Node = Scalar | Mapping | Sequence


class UnreadableError(Exception):
    """Why a text cannot be read as YAML."""


@dataclass(slots=True)
class _Open:
    """A collection or document whose end has not been read yet."""

    event: Any
    children: list[Node]
    size: int = 1


def compose(text: str) -> list[Node | None]:
    """The documents of a text; `None` is an empty one.

    Built from events, not by PyYAML's composer: that one recurses, and expands aliases without a limit.
    """
    shift = 1 if text.startswith(BOM) else 0
    try:
        return list(_documents(yaml.parse(text[shift:], Loader=_LOADER), text, shift))
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise UnreadableError(f"{line}{error.problem or error.context or 'not YAML'}") from None
    except yaml.YAMLError as error:
        raise UnreadableError(str(error).partition("\n")[0]) from None


def _documents(events: Iterator[Any], text: str, shift: int) -> Iterator[Node | None]:
    stack: list[_Open] = []
    anchors: dict[str, tuple[Node, int]] = {}
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            stack, anchors = [_Open(event, [])], {}
        elif isinstance(event, yaml.DocumentEndEvent):
            root = stack.pop().children[0]
            yield None if isinstance(root, Scalar) and root.is_null else root
        elif isinstance(event, yaml.CollectionStartEvent):
            stack.append(_Open(event, []))
            if len(stack) > MAX_DEPTH:
                raise UnreadableError(f"nested deeper than {MAX_DEPTH} levels")
        elif isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent, yaml.CollectionEndEvent)):
            node, size, anchor = _finished(event, stack, anchors, text, shift)
            if anchor:
                anchors[anchor] = node, size
            stack[-1].children.append(node)
            stack[-1].size += size
            if stack[-1].size > MAX_NODES:
                raise UnreadableError(f"more than {MAX_NODES} nodes, aliases expanded")


def _finished(
    event: Any, stack: list[_Open], anchors: dict[str, tuple[Node, int]], text: str, shift: int
) -> tuple[Node, int, str | None]:
    end = event.end_mark.index + shift
    if isinstance(event, yaml.AliasEvent):
        if event.anchor not in anchors:
            raise UnreadableError(f"the alias *{str(event.anchor)[:40]} has no anchor, or lies inside it")
        return *anchors[event.anchor], None
    if isinstance(event, yaml.ScalarEvent):
        style = event.style or ("!" if _has_tag(event) else None)
        return Scalar(event.value, style, _start(event, text, shift), end), 1, event.anchor
    opened = stack.pop()
    start = _start(opened.event, text, shift)
    if _has_tag(opened.event):
        raise UnreadableError(f"the tag {opened.event.tag[:40]} is not supported")
    if isinstance(event, yaml.SequenceEndEvent):
        return Sequence(tuple(opened.children), start, end), opened.size, opened.event.anchor
    pairs = tuple(zip(opened.children[::2], opened.children[1::2], strict=True))
    return Mapping(pairs, start, end), opened.size, opened.event.anchor


def _start(event: Any, text: str, shift: int) -> int:
    """Where the node itself begins, behind its anchor and tag."""
    start = int(event.start_mark.index) + shift
    properties = _PROPERTIES.match(text, start) if event.anchor or event.tag else None
    return properties.end() if properties else start


def _has_tag(event: Any) -> bool:
    """Whether an explicit tag changes what the node is; `!!str` makes a plain scalar a string."""
    if isinstance(event, yaml.ScalarEvent):
        if event.tag not in (None, "!", _STRING):
            raise UnreadableError(f"the tag {event.tag[:40]} is not supported")
        return event.tag is not None
    return event.tag not in (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


def entries(node: Node | None) -> Iterator[tuple[Scalar, Node]]:
    """The entries of a mapping that have a scalar key, what `<<` merges in last; nothing for any other node."""
    if not isinstance(node, Mapping):
        return
    merged: list[Node] = []
    for key, value in node.pairs:
        if isinstance(key, Scalar) and key.value == "<<" and key.style is None:
            merged.extend(value.items if isinstance(value, Sequence) else [value])
        elif isinstance(key, Scalar):
            yield key, value
    for source in merged:
        yield from entries(source)


def items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()


def entry(node: Node | None, key: str) -> tuple[Scalar, Node] | None:
    return next((pair for pair in entries(node) if pair[0].value == key), None)


def child(node: Node | None, step: str | int) -> Node | None:
    if isinstance(step, int):
        elements = items(node)
        return elements[step] if 0 <= step < len(elements) else None
    found = entry(node, step)
    return found[1] if found else None


def descend(node: Node | None, route: Route) -> Node | None:
    for step in route:
        node = child(node, step)
    return node


def string(node: Node | None, *route: str | int) -> str:
    """The text of the scalar at a route, or nothing."""
    found = descend(node, route)
    return found.value if isinstance(found, Scalar) else ""


def leaves(node: Node | None, route: Route = ()) -> Iterator[tuple[Route, Scalar]]:
    if isinstance(node, Scalar):
        yield route, node
    for key, value in entries(node):
        yield from leaves(value, (*route, key.value))
    for index, item in enumerate(items(node)):
        yield from leaves(item, (*route, index))


def region(node: Node) -> Span:
    """The node's own text. A block collection's end mark lies at the next token, so its last child's is taken."""
    last = _last(node)
    return Span(node.start, region(last).end if last and last.start >= node.start else node.end)


def _last(node: Node) -> Node | None:
    if isinstance(node, Scalar):
        return None
    if isinstance(node, Mapping):
        return node.pairs[-1][1] if node.pairs else None
    return node.items[-1] if node.items else None


def emit(node: Node | None, replaced: MappingOf[int, str]) -> str:
    """The node as one-line YAML that is JSON but for plain scalars; `replaced` maps a scalar's id to another text."""
    if isinstance(node, Mapping):
        return "{" + ", ".join(f"{emit(key, {})}: {emit(value, replaced)}" for key, value in node.pairs) + "}"
    if isinstance(node, Sequence):
        return "[" + ", ".join(emit(item, replaced) for item in node.items) + "]"
    if node is None:
        return "null"
    if id(node) in replaced:
        return quoted(replaced[id(node)])
    if node.style is None and _SAFE.fullmatch(node.value) and (node.tag != _STRING or _VERBATIM.fullmatch(node.value)):
        return node.value
    if node.is_null:
        return "null"
    return "<<" if node.style is None and node.value == "<<" else quoted(node.value)


def quoted(value: str) -> str:
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))
