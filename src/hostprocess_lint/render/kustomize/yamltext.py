"""Hostile YAML text becomes nodes, within limits; nodes become YAML text that every reader reads alike."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from typing import Any

import yaml

from ...sourcefile import BOM
from .nodes import Mapping, Node, Scalar, Sequence

MAX_DEPTH = 100
MAX_NODES = 1_000_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STRING = "tag:yaml.org,2002:str"
_COLLECTIONS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")
# Plain scalars that readers may type differently (1e3, 0o14): written as they were, so that every reader still decides.
_NUMERIC = re.compile(r"[-+.]?[0-9][\w.+:-]*")
_SAFE = re.compile(r"[\w.+:~-]*[\w.+~-]")
# JSON leaves these as they are; YAML breaks lines at some and forbids the others.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


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
        start = _start(event, text, shift)
        if style in ("|", ">"):  # the end mark lies at the next token
            end = start + len(text[start:end].rstrip())
        return Scalar(event.value, style, start, end), 1, event.anchor
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
    return event.tag not in (None, "!", *_COLLECTIONS)


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
    if node.is_null:
        return "null"
    return node.value if node.style is None and _is_untyped(node) else quoted(node.value)


def _is_untyped(plain: Scalar) -> bool:
    """Whether a plain scalar may be more than a string, and can be written as it is without becoming structure."""
    if plain.value == "<<":
        return True
    return bool(_SAFE.fullmatch(plain.value)) and (plain.tag != _STRING or bool(_NUMERIC.fullmatch(plain.value)))


def quoted(value: str) -> str:
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))
