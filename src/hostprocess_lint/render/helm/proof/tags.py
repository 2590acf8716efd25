"""Tags: invisible text behind values, so that a rendered line says itself which values it is made of.

The marked render carries them, and like the marks it is believed only where the text without them equals the plain one.
A value that a template compares, cuts or computes with would not survive that; where one was tagged all the same, the
chart is marked without tags, and values are proved one by one (`flips.py`).
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from ....finding import Route
from ..engine.contract import Values
from ..profiles.values import get, places, scopes
from ..templates.templates import Templates, read_routes
from .computed import read
from .markers import TAG_CLOSE, TAG_OPEN, digits

_MOST = 400
# Strings that YAML takes for something else unless they are quoted; with a tag they would not be.
_QUOTED = re.compile(r"\s*|[-+.\d][-+.:\w]*|true|false|yes|no|on|off|y|n|null|~|.*:", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Tagged:
    """Values that change nothing but for the tags in them, and the places of those, by the tags' numbers."""

    values: Values
    routes: tuple[Route, ...]


UNTAGGED = Tagged({}, ())


def tag(templates: Templates, own: str, charts: tuple[str, ...], effective: Values) -> Tagged:
    """Tag what a template and the named ones that it includes print, as far as nothing else is done with it."""
    reading = read(templates, own)
    own_values = get(effective, charts)[1]
    templates_in_values = (value for _, value in places(own_values) if isinstance(value, str) and "{{" in value)
    nested = [route for value in templates_in_values for route in read_routes(value)]  # as `tpl` will
    computed = {start for route in (*reading.computed, *nested) for start in scopes(route, charts, effective)}
    found: dict[Route, str] = {}
    for route in dict.fromkeys(reading.shown):
        for start in scopes(route, charts, effective)[:1]:
            for place, value in places(get(effective, start)[1], start):
                is_computed = any(place[:length] in computed for length in range(1, len(place) + 1))
                is_computed = is_computed or not reading.keys.isdisjoint(place)
                text = None if is_computed or not place or len(found) == _MOST else _text(value)
                if text is not None:
                    found.setdefault(place, text)
    texts = {route: _with(text, number) for number, (route, text) in enumerate(found.items())}
    return Tagged(_overlay(effective, texts), tuple(found))


def _text(value: Any) -> str | None:
    """How a value is printed, where it can be told apart afterwards and is as true with a tag as without."""
    if value is True:
        return "true"
    if isinstance(value, int) and not isinstance(value, bool) and value:
        return str(value)
    return value if isinstance(value, str) and not _QUOTED.fullmatch(value) else None


def _with(text: str, number: int) -> str:
    end = len(text.rstrip())
    return f"{text[:end]}{TAG_OPEN}{digits(number)}{TAG_CLOSE}{text[end:]}"


def _overlay(effective: Values, texts: dict[Route, str]) -> Values:
    """The smallest values that put texts in their places; a list is given whole, as Helm replaces lists."""
    result: Values = {}
    for route, text in texts.items():
        below: Any = result
        for depth, key in enumerate(route[:-1], 1):
            if isinstance(below, dict) and key not in below:
                whole = get(effective, route[:depth])[1]
                below[key] = deepcopy(whole) if isinstance(whole, list) else {}
            below = below[key]
        below[route[-1]] = text
    return result
