"""Which values a template prints as they are, and which it compares, cuts or computes with, however they get there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ....finding import Route
from ..templates.gotemplate import assigned
from ..templates.templates import INCLUDE, Templates, read_routes

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`')
_FUNCTION = re.compile(r"(?<![.$\w])[a-zA-Z]\w*")
# Functions that hand on what they are given as it is, or only ask whether it is there.
_TRANSPARENT = frozenset(
    (
        *("if", "else", "with", "range", "end", "and", "or", "not", "true", "false", "nil", "define", "block"),
        *("default", "coalesce", "required", "empty", "quote", "squote", "toYaml", "toString", "print", "printf"),
        *("tpl", "indent", "nindent", "trim", "include", "template", "dict", "list", "index"),
    )
)
_INDEX = re.compile(r"\bindex\b")
_PLAIN_INDEX = re.compile(r'\bindex\s+[^\s()]+(?:\s+(?:"[^"]*"|\d+))+(?=\s*(?:[)|]|$))')
_ALL_VALUES = re.compile(r"\.Values\b(?!\.\w)")
_CONTEXT = re.compile(r'\b(include|template)(\s+"[^"]*")\s+[.$](?![\w.])')
_FILES = re.compile(r"\.Files\b")
_TPL = re.compile(r"\btpl\b")
_WORD = re.compile(r"[$\w.]+")
_REBINDS = re.compile(r"(?:else\s+)?(?:with|range)\b|.*\b(?:include|template)\b", re.DOTALL)
_DOT = "."


class Reading(NamedTuple):
    """The places that are printed, those that are computed with, and names of keys that are computed with anywhere."""

    shown: list[Route]
    computed: list[Route]
    keys: frozenset[str]


_NOTHING = Reading([], [], frozenset())


def read(templates: Templates, own: str) -> Reading:
    """What a template, and the named ones that it includes, do with values.

    A value is computed with as well when it gets there by a variable, an argument, the dot or a named template's text.
    So what an action computes with is looked up by name among all actions, and what these read is computed with too.
    """
    actions = list(_actions(templates, own))
    if any(_FILES.search(body) for _, body in actions) and any(_TPL.search(body) for _, body in actions):
        return _NOTHING  # what a file says that is a template is not read here
    sources = _sources(actions)
    shown = [route for _, body in actions for route in read_routes(body) if route]
    pending = [number for number, (_, body) in enumerate(actions) if not _is_transparent(body)]
    done = set(pending)
    names: set[str] = set()
    computed: list[Route] = []
    while pending:
        body = actions[pending.pop()][1]
        if _ALL_VALUES.search(body) and not _STRING.search(body):
            return _NOTHING
        computed.extend(route for route in read_routes(body) if route)
        for name in set(_names(body)) - names:
            names.add(name)
            pending.extend(number for number in sources.get(name, ()) if number not in done)
            done.update(sources.get(name, ()))
    return Reading(shown, computed, frozenset(name[1:-1] for name in names if name[0] == '"'))


def _actions(templates: Templates, own: str) -> Iterator[tuple[str | None, str]]:
    """The bodies of a template's actions, and of the named templates that it may include, with the names of these."""
    included = templates.includable(own)
    for name in templates.homes(own, included) & set(templates.by_name):
        home = templates.by_name[name]
        for segment, define in zip(home.segments, home.owners, strict=True):
            is_run = included is None or (name == own if define is None else define in included)
            if is_run and segment.role in ("output", "control"):
                yield define, segment.body


def _is_transparent(body: str) -> bool:
    """Whether an action does nothing with values but print them, hand them on, or ask whether they are there."""
    if len(_INDEX.findall(body)) != len(_PLAIN_INDEX.findall(body)):
        return False  # the key is a value itself
    return set(_FUNCTION.findall(_STRING.sub("", body))) <= _TRANSPARENT


def _names(body: str) -> Iterator[str]:
    """Where an action's values come from: variables, fields (in quotes, as `dict` has them), the dot, helpers."""
    yield from (f'define "{name}"' for name in INCLUDE.findall(body))
    if _ALL_VALUES.search(body):
        yield from (text for text in _STRING.findall(body) if text[0] == '"')
    for word in _WORD.findall(_STRING.sub('""', _CONTEXT.sub(r"\1\2", body))):
        _, dot, field = word.rpartition(".")
        if field and dot and ".Values" not in word:  # else `read_routes` reads it
            yield f'"{field}"'
        elif word == _DOT or (word[0] == "$" and not dot and len(word) > 1):
            yield word


def _sources(actions: list[tuple[str | None, str]]) -> dict[str, list[int]]:
    """Which actions give a name its value."""
    found: dict[str, list[int]] = {}
    for number, (define, body) in enumerate(actions):
        names = assigned(body)
        names.update(text for text in _STRING.findall(body) if text[0] == '"')
        if define is not None:
            names.add(f'define "{define}"')
        if _REBINDS.match(_CONTEXT.sub("", body)):
            names.add(_DOT)
        for name in names:
            found.setdefault(name, []).append(number)
    return found
