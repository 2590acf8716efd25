"""What an expression gives of a chart's values: the places among them, and what functions and keys make of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ....location import Route
from .expression import Call, Constant, Expression

Gives = frozenset[tuple[Route, Route]]
"""What an expression gives of the values: places among them, each by the keys below it that lead there."""

_SOME = -1
"""A step to any of what is in a mapping or a list."""

_SUBCHART = -2
"""A key that is any subchart's name, below which a root of its own is."""


def _root(place: Route) -> Gives:
    return frozenset({(("Values",), place), (("Subcharts", _SUBCHART), place)})


ROOT = _root(())
"""What the dot is where a template begins."""

NONE: Gives = frozenset()
_FARTHEST = 20
_KEYS = 4
_MOST = 300
"""How many places an expression gives."""
_ALL = frozenset(
    ("default", "coalesce", "or", "and", "merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite", "ternary")
)
_SAME = frozenset(
    (
        *("required", "deepCopy", "mustDeepCopy", "toYaml", "fromYaml", "toJson", "toRawJson", "toPrettyJson"),
        *("fromJson", "indent", "nindent", "trim"),
    )
)


def given_below(given: Gives, names: Route) -> Gives:
    """What is below some keys of what is given."""
    for name in names:
        if name != "AsMap":  # a method of Helm's, which `dig` needs
            given = frozenset(pair for each in given for pair in _step(*each, name))
    return given


def any_item(given: Gives) -> Gives:
    """Any of what is in what is given."""
    return frozenset(pair for each in given for pair in _step(*each, _SOME))


def _step(keys: Route, place: Route, name: str | int) -> Iterable[tuple[Route, Route]]:
    if not keys:
        return [((), place if place[-1:] == (_SOME,) else (*place, name))]
    if keys[0] == _SUBCHART:
        return _root((*place, name))
    return [(keys[1:], place)] if name in (keys[0], _SOME) else []


def loosely(each: Iterable[Gives]) -> set[tuple[Route, Route]]:
    """All of some places, whatever is read of them."""
    return {((), (*known_part(place), _SOME)) for given in each for _, place in given}


def widened(given: Iterable[tuple[Route, Route]]) -> Iterator[tuple[Route, Route]]:
    """What a variable gives, however often it is assigned something with itself in it."""
    for keys, place in given:
        is_far = len(keys) > _KEYS or len(place) > _FARTHEST
        yield ((), (*known_part(place[:_FARTHEST]), _SOME)) if is_far else (keys, place)


def given_by_call(call: Call, each: list[Gives]) -> Gives:
    """What a call gives of what its arguments give."""
    name, keys = call.name, [key.value for key in call.arguments if isinstance(key, Constant)]
    if name in ("index", "get") and each and _are_constant(call.arguments[1:]):
        return given_below(each[0], tuple(keys))
    if name == "dig" and len(each) > 2 and _are_constant(call.arguments[:-2]):
        return given_below(each[-1], tuple(keys[: len(each) - 2])) | each[-2]
    if name == "dict" and _are_constant(call.arguments[::2]):
        named = zip(call.arguments[::2], each[1::2], strict=False)
        return bounded({((_text(key), *k), place) for key, given in named for k, place in given})
    if name in ("list", "tuple"):
        return bounded({((number, *k), place) for number, given in enumerate(each) for k, place in given})
    if name in _ALL:
        return bounded({pair for given in each for pair in given})
    return each[-1] if name in _SAME and each else bounded(loosely(each))


def _are_constant(arguments: Iterable[Expression]) -> bool:
    return all(isinstance(each, Constant) for each in arguments)


def _text(key: Expression) -> str:
    return str(key.value) if isinstance(key, Constant) else ""


def bounded(pairs: set[tuple[Route, Route]]) -> Gives:
    """Some places; of too many, all the values there are."""
    return frozenset(pairs) if len(pairs) <= _MOST else frozenset({((), ())})


def known_part(place: Route) -> Route:
    """A place as far as each of its steps is known."""
    return place[: place.index(_SOME)] if _SOME in place else place
