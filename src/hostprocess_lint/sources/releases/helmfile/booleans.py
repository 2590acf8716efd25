"""A document as helmfile reads it: its YAML is 1.2, in which `yes` and `off` are strings; so they are to Helm."""

from __future__ import annotations

from ....documents.document import Document
from ....documents.nodes import MappingNode, Node, ScalarNode, SequenceNode

_WORDS = frozenset({"y", "n", "yes", "no", "on", "off"})


def as_helmfile_reads(document: Document) -> Document:
    """The document with strings for the words that Kubernetes takes for booleans."""
    if not any(map(_is_word, document.nodes())):
        return document
    return Document(document.text, document.number, _with_strings(document.root, {}))


def _is_word(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.style is None and node.tag is None and node.value.lower() in _WORDS


def _with_strings(node: Node, done: dict[int, Node]) -> Node:
    """A node anew; what an alias names stays one node in several places."""
    if id(node) not in done:
        if isinstance(node, ScalarNode):
            done[id(node)] = ScalarNode(node.value, '"', node.start, node.end) if _is_word(node) else node
        elif isinstance(node, SequenceNode):
            items = [_with_strings(item, done) for item in node.items]
            done[id(node)] = SequenceNode(items, node.start, node.end, node.tag, node.anchored)
        else:
            pairs = [(_with_strings(key, done), _with_strings(value, done)) for key, value in node.pairs]
            done[id(node)] = MappingNode(pairs, node.start, node.end, node.tag, node.anchored)
    return done[id(node)]
