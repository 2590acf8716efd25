"""Data against a JSON schema, that of the configuration above all: what is wrong, where, and what to write instead."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from ..errors import did_you_mean
from ..location import Part, Route

_TYPES: dict[str, tuple[type, str]] = {
    "object": (dict, "a mapping"),
    "array": (list, "a list"),
    "string": (str, "a text"),
    "boolean": (bool, "`true` or `false`"),
    "integer": (int, "a number"),
}


class Fault(NamedTuple):
    """What is wrong at a place of the data."""

    route: Route
    part: Part
    message: str


def load_schema() -> dict[str, Any]:
    """The schema that editors use, too: it is the one truth about the configuration's form."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "config.schema.json")
    with open(path, encoding="utf-8") as file:
        schema: dict[str, Any] = json.load(file)
    return schema


def faults(data: Any, schema: dict[str, Any], called: str = "the configuration") -> Iterator[Fault]:
    """Everything in plain data that a schema refuses; the whole of it is `called` so.

    Of JSON Schema this knows what `config.schema.json` and `review.schema.json` are written in, where `anyOf` is "that,
    or null"; a validator's own messages would tell nobody what to write instead.
    """
    return _Validation(schema.get("definitions") or schema.get("$defs", {}), called).faults(data, schema, ())


class _Validation:
    def __init__(self, definitions: dict[str, Any], whole: str) -> None:
        self._definitions = definitions
        self._whole = whole

    def faults(self, data: Any, schema: dict[str, Any], route: Route) -> Iterator[Fault]:
        if "anyOf" in schema:
            if data is None:
                return
            schema = schema["anyOf"][0]
        while "$ref" in schema:
            outer = {key: value for key, value in schema.items() if key != "$ref"}
            schema = {**self._definitions[schema["$ref"].rpartition("/")[2]], **outer}
        message = _wrong(data, schema)
        if message:
            yield Fault(route, Part.VALUE, f"{self._called(route)} {message}{_example(schema, route)}")
        elif isinstance(data, dict):
            yield from self._mapping(data, schema, route)
        elif isinstance(data, list):
            for index, item in enumerate(data):
                yield from self.faults(item, schema["items"], (*route, index))

    def _mapping(self, data: dict[str, Any], schema: dict[str, Any], route: Route) -> Iterator[Fault]:
        known = schema.get("properties", {})
        for key, value in data.items():
            inner = known.get(key, schema["additionalProperties"])
            if inner is False:
                hint = did_you_mean(key, known) or f"; the keys here are {_listed(known)}"
                yield Fault((*route, key), Part.KEY, f"unknown key `{key}`{hint}")
            else:
                yield from self.faults(value, inner, (*route, key))
        missing = [key for key in schema.get("required", ()) if key not in data]
        if missing:
            yield Fault(route, Part.VALUE, f"{self._called(route)} lacks {_listed(missing)}")

    def _called(self, route: Route) -> str:
        names = [step for step in route if isinstance(step, str)]
        if not names:
            return self._whole
        return f"`{names[-1]}`" if isinstance(route[-1], str) else f"an item of `{names[-1]}`"


def _wrong(data: Any, schema: dict[str, Any]) -> str | None:
    """What is said against a value as such."""
    if "const" in schema:
        return None if type(data) is type(schema["const"]) and data == schema["const"] else f"is not {schema['const']}"
    if "enum" in schema:
        words = [word for word in schema["enum"] if isinstance(word, str)] or [str(word) for word in schema["enum"]]
        if any(type(data) is type(word) and data == word for word in schema["enum"]):
            return None
        return f"is one of {_listed(words)}{did_you_mean(data, words) if isinstance(data, str) else ''}"
    kind, name = _TYPES[schema["type"]]
    if not isinstance(data, kind):
        return f"takes {name}" + (" in quotes" if kind is str and isinstance(data, (bool, int, float)) else "")
    if isinstance(data, str):
        return _wrong_text(data, schema)
    if isinstance(data, (dict, list)) and len(data) < schema.get("minProperties", schema.get("minItems", 0)):
        return "is empty"
    return None


def _wrong_text(data: str, schema: dict[str, Any]) -> str | None:
    if not re.search(schema.get("pattern", ""), data):
        return f"is not {data!r}" if data.strip() else "is empty"
    if schema.get("format") == "date" and not is_date(data):
        return "is a date"
    return None


def is_date(text: str) -> bool:
    """Whether a text is a day, written as in 2027-06-30."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _example(schema: dict[str, Any], route: Route) -> str:
    """JSON is YAML: an example of the schema can be pasted."""
    if "examples" not in schema or "enum" in schema:
        return ""
    value = json.dumps(schema["examples"][0])
    return f", as in `{route[-1]}: {value}`" if route and isinstance(route[-1], str) else f", as in `{value}`"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
