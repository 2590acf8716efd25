"""What a YAML file of a chart says, and where: values files and `Chart.yaml`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import yaml

from ...finding import Part, Route, Span

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NODES = 200_000
_DEEPEST = 500


class Entry(NamedTuple):
    """A key of a mapping or an item of a list (whose key is the item itself), and what it holds."""

    key: Span
    value: Span

    def span(self, part: Part) -> Span:
        if part is Part.KEY:
            return self.key
        return self.value if part is Part.VALUE else Span(self.key.start, self.value.end)


@lru_cache(maxsize=64)
def load(text: str) -> dict[str, Any]:
    """The mapping that PyYAML reads, which nobody may change; empty for what is none.

    Close enough to what Helm reads to guess with, as every guess is proved by rendering.
    """
    try:
        _check_depth(text)
        loaded = yaml.load(text, Loader=_LOADER)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


def entries(text: str) -> dict[Route, Entry]:
    """Every entry of a YAML document by its route; empty for what is no YAML."""
    found: dict[Route, Entry] = {}
    try:
        _check_depth(text)
        root = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError, ValueError):
        return found
    pending: list[tuple[Route, Any]] = [((), root)] if root is not None else []
    while pending and len(found) < _NODES:
        route, node = pending.pop()
        children: list[tuple[str | int, Any, Any]] = []
        if isinstance(node, yaml.MappingNode):
            children = [(key.value, key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
        elif isinstance(node, yaml.SequenceNode):
            children = [(index, item, item) for index, item in enumerate(node.value)]
        for name, key, value in children:
            place = (*route, name)
            found[place] = Entry(_span(key, text), _span(value, text))
            if len(route) < 64:
                pending.append((place, value))
    return found


def _check_depth(text: str) -> None:
    """Refuse what is nested so deeply that libyaml's composer, which recurses in C, overruns the stack (at 30,000)."""
    # No collection lies deeper than there are brackets before it and columns to its left.
    if text.count("[") + text.count("{") + max(map(len, text.split("\n"))) <= _DEEPEST:
        return
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")


def _span(node: Any, text: str) -> Span:
    """A node's extent; a block scalar's ends before its trailing blank lines."""
    start, end = node.start_mark.index, node.end_mark.index
    return Span(start, start + len(text[start:end].rstrip()))
