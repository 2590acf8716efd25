"""One JSON value becomes a tree of nodes that know where they stand, as the reader of YAML would make it."""

from __future__ import annotations

import re
from json import JSONDecoder
from json.decoder import scanstring  # type: ignore[attr-defined]

from ..limits import MAX_DEPTH, MAX_SCALAR, MAX_VALUES
from ..location import Route
from .jsonblanks import behind_separators
from .nodes import MappingNode, Node, ScalarNode, SequenceNode, Unreadable
from .size import TOO_DEEP

_TOKEN = re.compile(r'[ \t\r\n,:]*(?:([{}\[\]])|"([^"\\]*)"|(")|([^\s,:{}\[\]"]+))')
_SURROGATES = re.compile("[\ud800-\udfff]+")


def nodes(text: str, start: int) -> Node:
    """The tree of a value that begins at an offset, and that is known to be JSON. Raises Unreadable over a limit."""
    stack: list[tuple[int, list[Node]]] = []
    top: list[Node] = []
    children = top
    values = 0
    at = start
    while not top:
        token = _TOKEN.match(text, at)
        assert token is not None, "the value is known to be JSON"
        at = token.end()
        bracket = token[1]
        if bracket is None:
            children.append(_scalar(text, token))
            at = children[-1].end
        elif bracket in "{[":
            if len(stack) > MAX_DEPTH:
                raise Unreadable(TOO_DEEP, at - 1, "HPC005")
            stack.append((at - 1, children))
            children = []
        else:
            opened, outer = stack.pop()
            outer.append(
                SequenceNode(children, opened, at)
                if bracket == "]"
                else MappingNode(list(zip(children[::2], children[1::2], strict=True)), opened, at)
            )
            values += len(children) if bracket == "]" else len(children) // 2
            children = outer
        if values > MAX_VALUES or len(children) > 2 * MAX_VALUES:
            raise Unreadable(f"it holds more than {MAX_VALUES:,} values", start, "HPC005")
    return top[0]


def json_entry(text: str, start: int, route: Route) -> tuple[ScalarNode | None, Node] | None:
    """The key (of a list's item None) and the value that a route leads to. What lies beside the way is not read."""
    skip = JSONDecoder().raw_decode
    key, at = None, start
    for step in route:
        opening = "[" if isinstance(step, int) else "{"
        if not text.startswith(opening, at):
            return None
        at, number = behind_separators(text, at + 1), 0
        while not text.startswith(("]", "}"), at):
            if isinstance(step, str):
                name, end = skip(text, at)
                key = ScalarNode(name, '"', at, end)
                at = behind_separators(text, end)
            else:
                name, key = number, None
            if name == step:
                break
            at, number = behind_separators(text, skip(text, at)[1]), number + 1
        else:
            return None
    return key, nodes(text, at)


def _scalar(text: str, token: re.Match[str]) -> ScalarNode:
    start, end = token.end(), token.end()
    if token[4] is not None:
        return ScalarNode(token[4], None, token.start(4), end)
    if token[2] is not None:
        value, start = token[2], token.start(2) - 1
    else:
        value, end = scanstring(text, end, True)
        start = token.start(3)
        value = _SURROGATES.sub(_well_formed, value)
    if len(value) > MAX_SCALAR:
        reason = f"it holds a scalar of more than {MAX_SCALAR // 2**20} Mi characters"
        raise Unreadable(reason, start, "HPC005")
    return ScalarNode(value, '"', start, end)


def _well_formed(surrogates: re.Match[str]) -> str:
    """Half of a pair becomes what Go makes of it, the character that says that there was one."""
    return surrogates[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
