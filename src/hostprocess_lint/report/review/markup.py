"""HTML and SVG in which no text of a manifest can be anything but text: what is not made here is escaped."""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from ..inert import defused, visible

_VOID = ("br", "input", "meta")
LONGEST_TEXT = 4_000


class Markup(NamedTuple):
    """What may stand in a page as it is."""

    text: str


Part = Markup | str | int | None
"""A text is escaped, None is left away."""
Attribute = str | int | bool | tuple[str | int, ...] | None


def tag(name: str, /, *parts: Part | Iterable[Part], **attributes: Attribute) -> Markup:
    """An element. `cls` is its class; of the other attributes `_` is `-`. One that is None or False is left away, and a
    tuple is a list in JSON.
    """
    written = "".join(
        f" {'class' if key == 'cls' else key.replace('_', '-')}" + ("" if value is True else f'="{_value(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    inner = join(*parts).text
    return Markup(f"<{name}{written}>" if name in _VOID else f"<{name}{written}>{inner}</{name}>")


def _value(value: str | int | tuple[str | int, ...]) -> str:
    if isinstance(value, tuple):
        return escape(json.dumps([visible(each, LONGEST_TEXT) if isinstance(each, str) else each for each in value]))
    return escaped_text(str(value))


def join(*parts: Part | Iterable[Part]) -> Markup:
    """Parts one behind the other."""
    return Markup("".join(map(_part, parts)))


def _part(part: Part | Iterable[Part]) -> str:
    if part is None:
        return ""
    if isinstance(part, Markup):
        return part.text
    if isinstance(part, (str, int)):
        return escaped_text(str(part))
    return "".join(map(_part, part))


def escaped_text(plain: str) -> str:
    """Text for an element or an attribute in double quotes: controls and bidirectional marks are escapes (`\\x1b`)."""
    return defused(escape(visible(plain, LONGEST_TEXT)), "&#91;")


def prose(said: str) -> Markup:
    """A sentence in which backticks set code off."""
    parts = said.split("`")
    if len(parts) % 2 == 0:
        return join(said)
    return join(tag("code", part) if number % 2 else part for number, part in enumerate(parts))
