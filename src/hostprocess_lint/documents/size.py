"""How large a document may be, aliases expanded."""

from __future__ import annotations

from ..limits import MAX_CHARACTERS, MAX_DEPTH, MAX_LIST_VALUES, MAX_VALUES
from .nodes import Node, ScalarNode, SequenceNode, Unreadable

TOO_DEEP = f"it is nested more than {MAX_DEPTH} levels deep"


class Size:
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
            raise over_limit(TOO_DEEP, start)
        if self._values > MAX_VALUES:
            raise over_limit(f"it holds more than {MAX_VALUES:,} values, aliases expanded", start)
        if self._before + self._values > MAX_LIST_VALUES:
            raise over_limit(f"its list holds more than {MAX_LIST_VALUES:,} values", start)
        if self._repeated > MAX_CHARACTERS:
            raise over_limit(f"its aliases stand for more than {MAX_CHARACTERS // 2**20} Mi characters", start)

    def next_object(self) -> None:
        """Begins anew for the next object of a list: each is limited by itself, unless aliases tie them together."""
        if not self._known:
            self._before += self._values
            self._values = 0

    def repeat(self, node: Node, depth: int) -> None:
        """Counts an alias with all that the node stands for. Raises where that is too much."""
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


def over_limit(reason: str, start: int) -> Unreadable:
    return Unreadable(reason, start, "HPC005")
