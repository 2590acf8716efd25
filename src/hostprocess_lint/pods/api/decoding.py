"""Plain data against the API's types: what Go cannot decode, and what strict decoding does not know.

As sigs.k8s.io/json does it for the API server: null is nothing, in lists and mappings too; names count with their
case; what is unknown is not looked into.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from ...location import Route
from ..view import View
from .formats import is_int_or_string, is_quantity, is_time, is_whole
from .table import Field, Type, table


class Mistyped(NamedTuple):
    """A value that the API cannot decode; `wanted` is `[]` and `{}` for a list and a mapping, else a kind or type."""

    route: Route
    value: Any
    wanted: str


class UnknownKey(NamedTuple):
    """A key that is no field of the type at its place. `bounds` is the field where other versions know it."""

    route: Route
    type: Type
    bounds: Field | None = None

    def is_known_to(self, minor: int) -> bool:
        """Whether that version of Kubernetes has the field."""
        return self.bounds is not None and self.bounds.known_to(minor)


class Decoded(NamedTuple):
    """What was found in an object, by all versions together."""

    mistyped: tuple[Mistyped, ...]
    unknown: tuple[UnknownKey, ...]

    def mistyped_to(self, minor: int) -> Iterator[Mistyped]:
        """What one version cannot decode: what it does not know it does not look into."""
        dropped = {fault.route for fault in self.unknown if not fault.is_known_to(minor)} if self.mistyped else ()
        for fault in self.mistyped:
            if not any(fault.route[:size] in dropped for size in range(1, len(fault.route) + 1)):
                yield fault


class _Found(NamedTuple):
    """The same, on the way."""

    mistyped: list[Mistyped]
    unknown: list[UnknownKey]


_Step = Callable[[Any, Route, _Found], None]
_Reader = tuple["type | None", "_Step | None", str]
"""What a value's class is if it is right, the step that looks further at such a value, and what is wanted.

Where there is no such class, the step looks at every value.
"""


def decoded(parts: Iterable[tuple[Type, View]]) -> Decoded:
    """What does not fit the types of some mappings."""
    found = _Found([], [])
    for kind, view in parts:
        _value(view.data, view.route, found, _reader("", kind.name))
    return Decoded(tuple(found.mistyped), tuple(found.unknown))


def _value(value: Any, route: Route, found: _Found, reader: _Reader) -> None:
    wanted_class, step, wanted = reader
    if value is None:
        return
    if wanted_class is not None and value.__class__ is not wanted_class and not _fits(value, wanted_class, wanted):
        found.mistyped.append(Mistyped(route, value, wanted))
    elif step is not None:
        step(value, route, found)


def _fits(value: Any, wanted_class: type, wanted: str) -> bool:
    """The same for what is not exactly of the class: one of its subclasses, or a number of another form."""
    if wanted_class is int:
        return is_whole(value, wanted)
    if wanted_class is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, wanted_class)


def _struct(kind: Type) -> _Step:
    readers: dict[str, tuple[Field, _Reader]] = {}

    def step(data: dict[str, Any], route: Route, found: _Found) -> None:
        if not readers:
            readers.update((name, (field, _reader(field.wraps, field.kind))) for name, field in kind.fields.items())
        for key, value in data.items():
            known = readers.get(key)
            if known is None:
                found.unknown.append(UnknownKey((*route, key), kind))
                continue
            field, reader = known
            if field.since or field.until:
                found.unknown.append(UnknownKey((*route, key), kind, field))
            if value is None or (value.__class__ is reader[0] and reader[1] is None):
                continue
            _value(value, (*route, key), found, reader)

    return step


def _list(item: _Reader) -> _Step:
    plain = item[0] if item[1] is None else None

    def step(data: list[Any], route: Route, found: _Found) -> None:
        for index, value in enumerate(data):
            if value.__class__ is not plain:
                _value(value, (*route, index), found, item)

    return step


def _mapping(item: _Reader) -> _Step:
    plain = item[0] if item[1] is None else None

    def step(data: dict[str, Any], route: Route, found: _Found) -> None:
        for key, value in data.items():
            if value.__class__ is not plain:
                _value(value, (*route, key), found, item)

    return step


def _formatted(wanted: str, fits: Callable[[Any], bool]) -> _Step:
    def step(value: Any, route: Route, found: _Found) -> None:
        if not fits(value):
            found.mistyped.append(Mistyped(route, value, wanted))

    return step


_SCALARS: dict[str, _Reader] = {
    "string": (str, None, "string"),
    "bytes": (str, None, "string"),
    "bool": (bool, None, "bool"),
    "double": (float, None, "double"),
    "int32": (int, _formatted("int32", lambda value: is_whole(value, "int32")), "int32"),
    "int64": (int, _formatted("int64", lambda value: is_whole(value, "int64")), "int64"),
    "quantity": (None, _formatted("quantity", is_quantity), "quantity"),
    "int-or-string": (None, _formatted("int-or-string", is_int_or_string), "int-or-string"),
    "time": (None, _formatted("time", is_time), "time"),
    "any": (None, None, "any"),
}


@cache
def _reader(wraps: str, kind: str) -> _Reader:
    if wraps == "[]":
        return list, _list(_reader("", kind)), "[]"
    if wraps == "{}":
        return dict, _mapping(_reader("", kind)), "{}"
    struct = table().named(kind)
    return (dict, _struct(struct), kind) if struct else _SCALARS[kind]
