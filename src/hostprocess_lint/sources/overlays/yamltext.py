"""Hostile YAML text becomes nodes; nodes become YAML text that every reader reads alike."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from ...documents.nodes import MappingNode, Node, ScalarNode, SequenceNode, Unreadable
from ...documents.stream import Broken, documents
from ...sourcefile import SourceFile

# Others, as `!!binary`, could hide from the walk what they say to the engine.
_TAGS = (None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
# Plain scalars that readers may type differently (1e3, 0o14): written as they were, so that every reader still decides.
_NUMERIC = re.compile(r"[-+.]?[0-9][\w.+:-]*")
_SAFE = re.compile(r"[\w.+:~-]*[\w.+~-]")
# JSON leaves these as they are; YAML breaks lines at some and forbids the others.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def compose_all(text: str) -> list[Node]:
    """The documents of a text but empty ones. Raises Unreadable if one cannot be read."""
    trees = []
    for found in documents(SourceFile("", text)):
        if isinstance(found, Broken):
            start = found.span.start
            raise Unreadable(f"line {found.text.position(start)[0]}: {found.reason}", start)
        tag = next((node.tag for node in found.nodes() if node.tag not in _TAGS), None)
        if tag is not None:
            raise Unreadable(f"the tag {tag[:40]} is not supported")
        trees.append(found.root)
    return trees


def emit(node: Node, replaced: Mapping[int, str]) -> str:
    """The node as one-line YAML that is JSON but for plain scalars; `replaced` maps a scalar's id to another text."""
    if isinstance(node, MappingNode):
        return "{" + ", ".join(f"{emit(key, {})}: {emit(value, replaced)}" for key, value in node.pairs) + "}"
    if isinstance(node, SequenceNode):
        return "[" + ", ".join(emit(item, replaced) for item in node.items) + "]"
    if id(node) in replaced:
        return quoted(replaced[id(node)])
    if node.meaning is None:
        return "null"
    return node.value if node.style is None and node.tag is None and _is_untyped(node) else quoted(node.value)


def _is_untyped(plain: ScalarNode) -> bool:
    """Whether a plain scalar may be more than a string, and can be written as it is without becoming structure."""
    if plain.value == "<<":
        return True
    return bool(_SAFE.fullmatch(plain.value)) and (
        not isinstance(plain.meaning, str) or bool(_NUMERIC.fullmatch(plain.value))
    )


def quoted(value: str) -> str:
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))
