"""Comments that suppress: found in a file's text, where they are comments and not text of a script."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..documents.nodes import ScalarNode, node_span
from ..documents.retrace import offsets
from ..documents.stream import Broken, documents
from ..judge.reading import COMMENT
from ..limits import STRINGS_DEEP
from ..location import Location, Span
from ..sourcefile import SourceFile

_YAML = re.compile(rf"(?<![^\s\ufeff])#[ \t]*{COMMENT}[ \t]*(?P<text>ignore\b[^\r\n]*)")
_TEMPLATE = re.compile(rf"\{{\{{-?[ \t]*/\*\s*(?:#[ \t]*)?{COMMENT}[ \t]*(?P<text>ignore\b[^{{}}]*?)\*/\s*-?\}}\}}")
_FORM = re.compile(r"ignore\[(?P<rules>[^\[\]]*)\](?P<rest>.*)", re.DOTALL)
_ANOTHER = re.compile(r"\s#\s")
_LINE_END = re.compile(r"[\r\n]|\Z")
_BLOCK = ("|", ">")
_NEAR = 200
"""Characters looked at on either side of an action: a long line with many of them would take too long."""


class Comment(NamedTuple):
    """A comment that begins like a suppression. `rules` is empty where it is none.

    `lines` are the numbers of those that it speaks of. `certain` is False in a file that is not wholly readable, where
    it may be text of a script.
    """

    rules: tuple[str, ...]
    text: str
    location: Location
    lines: tuple[int, ...]
    certain: bool


class _Reading(NamedTuple):
    """A text as YAML: the regions of its scalars in their order, whether all of it could be read, and whether it holds
    fields, as a manifest does, a patch, its operations and values, and a script does not.
    """

    text: str
    scalars: list[Span]
    certain: bool
    has_fields: bool

    def is_comment(self, at: int) -> bool:
        """Outside of every scalar a `#` behind white space is nothing else."""
        number = bisect_right(self.scalars, at, key=lambda span: span.start) - 1
        return number < 0 or at >= self.scalars[number].end


def comments(file: SourceFile) -> list[Comment]:
    """Those of a manifest, a values file, a patch or a Helm template, in the order of the text."""
    if COMMENT not in file.text:
        return []
    reading = _read(file.text)
    found: list[re.Match[str]] = []
    if not reading.certain:
        reading = _read("".join(_without_actions(file.text)))
        found += _TEMPLATE.finditer(file.text)
    found += (match for match in _YAML.finditer(reading.text) if reading.is_comment(match.start()))
    found.sort(key=re.Match.start)
    lines = _lines(file, found)
    return [_comment(file, match, lines[match.start()], reading.certain) for match in found]


def _read(text: str, depth: int = 0) -> _Reading:
    found = list(documents(SourceFile("", text)))
    readable = [document for document in found if not isinstance(document, Broken)]
    scalars = [node for document in readable for node in document.nodes() if isinstance(node, ScalarNode)]
    spans = [span for scalar in scalars for span in _spans(text, scalar, depth)]
    certain = len(readable) == len(found)
    has_fields = bool(found) and certain and all(_has_fields(each.data) for each in readable)
    return _Reading(text, sorted(spans), certain, has_fields)


def _has_fields(data: Any) -> bool:
    return isinstance(data, dict) or (isinstance(data, list) and bool(data) and all(map(_has_fields, data)))


def _spans(text: str, node: ScalarNode, depth: int) -> Iterator[Span]:
    """What of a scalar is text: of a manifest, a patch or values in a block scalar, the scalars of that."""
    if node.style not in _BLOCK:
        yield node_span(node)
        return
    if depth < STRINGS_DEEP and COMMENT in node.value:
        places = offsets(text, node.start, node.end, node.style, node.value)
        inner = _read(node.value, depth + 1)
        if places and inner.has_fields:
            yield from (Span(places[span.start], places[span.end]) for span in inner.scalars)
            return
    header = _LINE_END.search(text, node.start)  # a comment may follow it
    yield Span(header.start() if header else node.start, node.end)


def _without_actions(text: str) -> Iterator[str]:
    """A template's text with its actions as words, or as nothing where they have a line for themselves.

    Every character stays where it is.
    """
    at = 0
    while (start := text.find("{{", at)) >= 0 and (end := text.find("}}", start) + 2) > 1:
        yield text[at:start]
        before = text[max(start - _NEAR, 0) : start].rpartition("\n")[2]
        behind = text[end : end + _NEAR].partition("\n")[0].strip()
        alone = not before.strip() and (not behind or behind.startswith("#"))
        yield re.sub(r"[^\r\n]", " " if alone else "x", text[start:end])
        at = end
    yield text[at:]


def _lines(file: SourceFile, found: list[re.Match[str]]) -> dict[int, tuple[int, ...]]:
    """The lines that the comment at an offset speaks of: its own, and where it stands alone the next one as well.

    Comments that stand alone in one block speak of the line below it.
    """
    lines: dict[int, tuple[int, ...]] = {}
    below: dict[int, int] = {}
    for match in reversed(found):
        first, last = file.position(match.start())[0], file.position(match.end())[0]
        before = file.text[file.line_span(first)[0] : match.start()]
        behind = file.text[match.end() : file.line_span(last)[1]]
        lines[match.start()] = (first,)
        if not before.strip() and not behind.strip():
            below[first] = below.get(last + 1, last + 1)
            lines[match.start()] = (first, below[first])
    return lines


def _comment(file: SourceFile, match: re.Match[str], lines: tuple[int, ...], certain: bool) -> Comment:
    another = _ANOTHER.search(match["text"])
    text = (match["text"][: another.start()] if another else match["text"]).rstrip()
    location = Location(file, Span(match.start(), match.start("text") + len(text)))
    form = _FORM.match(text)
    if form is None:
        return Comment((), text, location, lines, certain)
    rules = tuple(dict.fromkeys(word.strip() for word in form["rules"].split(",") if word.strip()))
    return Comment(rules, " ".join(form["rest"].split()), location, lines, certain)
