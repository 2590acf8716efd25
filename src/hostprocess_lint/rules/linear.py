r"""Regular expressions in time proportional to the text, whatever the expression.

An expression of a policy may come with the scanned tree, and `re` takes exponential time for some (`^(a+)+$`). Here an
expression becomes an automaton that follows all ways through it at once (Glushkov's: its states are the characters of
the expression), and each character of the text is one step. `re` itself reads the expression, and judges single
characters and places (`^`, `\b`), so that both mean what they mean there.

What no such automaton can do is refused: references to groups, and looking ahead or behind.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

if sys.version_info >= (3, 11):
    from re import _compiler, _parser  # type: ignore[attr-defined]
else:
    import sre_compile as _compiler
    import sre_parse as _parser

_STATES, _TESTS, _PLACES = 500, 100, 5
"""Larger expressions are refused: so many characters, each counted as often as it may be repeated, so many different
ones, and so many different places."""

_KEPT = 2000
"""Steps that are remembered: most texts take few different ones."""

_CHARACTERS = frozenset(("LITERAL", "NOT_LITERAL", "ANY", "IN", "RANGE", "CATEGORY"))
_REPEATED = frozenset(("MAX_REPEAT", "MIN_REPEAT"))  # which number is tried first does not change whether one fits
_REFUSED = {
    "GROUPREF": "a reference to a group",
    "GROUPREF_EXISTS": "a reference to a group",
    "ASSERT": "looking ahead or behind",
    "ASSERT_NOT": "looking ahead or behind",
}

_Ways = Mapping[int, int]
"""Condition → states. A condition is a set of places that must be here, states are a set of states; both as bits."""


class _Fragment(NamedTuple):
    """A part of an expression: the states that it can begin and end with, and the conditions of its being nothing."""

    first: _Ways
    last: _Ways
    empty: frozenset[int]


def matcher(expression: str) -> Callable[[str], bool]:
    """Whether an expression is found in a text. Raises ValueError, of which `re.error` is none, for what it refuses."""
    parsed: Any = _parser.parse(expression)
    machine = _Machine()
    return _Search(machine, machine.part(parsed, parsed.state.flags)).found


class _Machine:
    """The states of an expression while it is read: the test of each one's character, and what may follow it."""

    def __init__(self) -> None:
        self.states: list[int] = []
        self.follow: list[dict[int, int]] = []
        self.tests: dict[tuple[str, int], re.Pattern[str]] = {}
        self.places: dict[tuple[str, int], re.Pattern[str]] = {}

    def part(self, nodes: Iterable[Any], flags: int) -> _Fragment:
        """One node behind the other."""
        found = _NOTHING
        for node in nodes:
            found = self._joined(found, self._node(node, flags))
        return found

    def _node(self, node: Any, flags: int) -> _Fragment:
        kind, operand = node[0].name, node[1]
        if kind in _CHARACTERS:
            return self._character(node, flags)
        if kind == "AT":
            return _Fragment({}, {}, frozenset([1 << _number(self.places, node, flags, _PLACES, "places")]))
        if kind == "SUBPATTERN":
            _, added, removed, nodes = operand
            return self.part(nodes, (flags | added) & ~removed)
        if kind == "BRANCH":
            return _either([self.part(nodes, flags) for nodes in operand[1]])
        if kind in _REPEATED:
            return self._repeated(int(operand[0]), operand[1], operand[2], flags)
        what = _REFUSED.get(kind, kind.lower().replace("_", " "))
        raise ValueError(f"{what} is not known here, because it cannot be searched for in bounded time")

    def _character(self, node: Any, flags: int) -> _Fragment:
        if len(self.states) == _STATES:
            raise ValueError(f"it has more than {_STATES} characters, each counted as often as it may be repeated")
        state = 1 << len(self.states)
        self.states.append(_number(self.tests, node, flags, _TESTS, "characters"))
        self.follow.append({})
        return _Fragment({0: state}, {0: state}, frozenset())

    def _joined(self, before: _Fragment, behind: _Fragment) -> _Fragment:
        for left, states in before.last.items():
            for state in _bits(states):
                for right, others in behind.first.items():
                    ways = self.follow[state]
                    ways[left | right] = ways.get(left | right, 0) | others
        first = _merged([before.first, *(_under(condition, behind.first) for condition in before.empty)])
        last = _merged([behind.last, *(_under(condition, before.last) for condition in behind.empty)])
        return _Fragment(first, last, frozenset(left | right for left in before.empty for right in behind.empty))

    def _repeated(self, least: int, most: int, nodes: Any, flags: int) -> _Fragment:
        endless = most == _parser.MAXREPEAT
        found = _NOTHING
        for number in range(1, 1 + (max(least, 1) if endless else most)):
            part = self.part(nodes, flags)
            if endless and number >= least:
                self._joined(part, part)
            if number > least:
                part = part._replace(empty=_NOTHING.empty)
            found = self._joined(found, part)
            if not part.first:
                break  # it has places only, of which a second one says nothing new
        return found


_NOTHING = _Fragment({}, {}, frozenset([0]))


def _number(known: dict[tuple[str, int], re.Pattern[str]], node: Any, flags: int, most: int, what: str) -> int:
    """The number of a test of one character or place, which is `re`'s own."""
    key = (repr(node), flags)
    if key not in known:
        if len(known) == most:
            raise ValueError(f"it has more than {most} different {what}")
        state: Any = _parser.State()
        state.flags = flags
        state.str = ""
        known[key] = _compiler.compile(_parser.SubPattern(state, [node]), flags)
    return list(known).index(key)


def _either(parts: Iterable[_Fragment]) -> _Fragment:
    listed = list(parts)
    first, last = _merged(part.first for part in listed), _merged(part.last for part in listed)
    return _Fragment(first, last, frozenset().union(*(part.empty for part in listed)))


def _merged(ways: Iterable[_Ways]) -> dict[int, int]:
    found: dict[int, int] = {}
    for each in ways:
        for condition, states in each.items():
            found[condition] = found.get(condition, 0) | states
    return found


def _under(condition: int, ways: _Ways) -> dict[int, int]:
    return _merged({own | condition: states} for own, states in ways.items())


def _bits(number: int) -> Iterable[int]:
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


class _Search:
    """Follows a machine through texts. What a step leads to is worked out once."""

    def __init__(self, machine: _Machine, whole: _Fragment) -> None:
        self._whole = whole
        self._follow = machine.follow
        self._tests = list(machine.tests.values())
        self._testing = [
            sum(1 << n for n, own in enumerate(machine.states) if own == t) for t in range(len(self._tests))
        ]
        self._places = list(machine.places.values())
        self._bytes = len(machine.states) // 8 + 1
        self._fitting: dict[str, int] = {}
        self._chunks: dict[tuple[int, int, int], int] = {}
        self._steps: dict[tuple[int, int], int] = {}

    def found(self, text: str) -> bool:
        active = 0
        for index in range(len(text) + 1):
            here = self._here(text, index) if self._places else 0
            if active & _allowed(self._whole.last, here) or any(each & here == each for each in self._whole.empty):
                return True
            if index < len(text):
                active = self._step(active, here) & self._fit(text[index])
        return False

    def _here(self, text: str, index: int) -> int:
        """The places that an index is."""
        return sum(1 << number for number, place in enumerate(self._places) if place.match(text, index))

    def _fit(self, character: str) -> int:
        """The states that a character fits."""
        found = self._fitting.get(character)
        if found is None:
            tests = zip(self._tests, self._testing, strict=True)
            found = self._fitting[character] = sum(states for test, states in tests if test.match(character))
        return found

    def _step(self, active: int, here: int) -> int:
        """The states whose characters may be next: those that follow, and the first, as a match begins anywhere."""
        found = self._steps.get((active, here))
        if found is None:
            if len(self._steps) == _KEPT:
                self._steps.clear()
            found = _allowed(self._whole.first, here)
            for number, byte in enumerate(active.to_bytes(self._bytes, "little")):
                found |= self._chunk(number, byte, here) if byte else 0
            self._steps[active, here] = found
        return found

    def _chunk(self, number: int, byte: int, here: int) -> int:
        """What follows eight states at once: a step that was never taken must not look at each by itself."""
        found = self._chunks.get((number, byte, here))
        if found is None:
            found = 0
            for bit in _bits(byte):
                found |= _allowed(self._follow[number * 8 + bit], here)
            self._chunks[number, byte, here] = found
        return found


def _allowed(ways: _Ways, here: int) -> int:
    """The states that may be gone to at such places."""
    found = 0
    for condition, states in ways.items():
        if condition & here == condition:
            found |= states
    return found
