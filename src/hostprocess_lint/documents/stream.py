"""Text becomes documents, read as Kubernetes reads them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..limits import MAX_CHARACTERS
from ..location import Span
from ..sourcefile import BOM, SourceFile
from .document import Document
from .jsonblanks import behind_blanks
from .nodes import Node, Unreadable
from .yamlnodes import compose

MAX_DOCUMENTS = 100_000
"""Documents in one text; whole clusters are dumped in fewer."""

# A separator begins a line whatever surrounds it: kubectl cuts a stream in this way too, before it parses.
SEPARATOR = "---"
# The literal comes first, which `re` searches for at once, and what must not be before it second.
_SEPARATOR = re.compile(rf"{SEPARATOR}(?<![^\r\n]{SEPARATOR})(?=[ \t\r\n]|\Z)")
# One way only to match each character: with two, a document behind thirty empty lines takes hours.
_NOTHING = re.compile(r"(?:---[ \t]*)?(?:[ \t\r\n]|#[^\r\n]*(?![^\r\n]))*\Z")
# kubectl reads each document by itself, so a mark of the byte order may begin it; of the first `---` is a part.
_MARKED = re.compile(rf"---[ \t]*\r?\n{BOM}")
_DIRECTIVE = re.compile(r"%(?<![^\r\n]%)[A-Z]+[ \t]")
_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")


class Broken(NamedTuple):
    """A part of a text that is no document: where it breaks, and why. `rule` is HPC001 or HPC005.

    `part` is the text that was to be a document, where that is known.
    """

    text: SourceFile
    number: int
    span: Span
    reason: str
    rule: str
    part: Span = Span(0, 0)


def documents(text: SourceFile) -> Iterator[Document | Broken]:
    """The documents of a text in their order, empty ones left out; a broken one does not hide its neighbours."""
    if len(text.text) > MAX_CHARACTERS:
        yield Broken(text, 0, Span(0, 0), f"it has more than {MAX_CHARACTERS // 2**20} Mi characters", "HPC005")
        return
    count = 0
    for number, (start, end) in enumerate(parts(text.text)):
        if _NOTHING.match(text.text, start, end):
            continue
        for found in _read(text, number, start, end):
            if count == MAX_DOCUMENTS:
                yield Broken(text, number, Span(start, start), f"it has more than {count:,} documents", "HPC005")
                return
            count += 1
            yield found


def parts(text: str) -> Iterator[tuple[int, int]]:
    """The regions of a stream, each with the separator before it: the `number` of a document counts them.

    Directives belong to the separator that ends them.
    """
    start = before = 1 if text.startswith(BOM) else 0
    for match in _SEPARATOR.finditer(text):
        if match.start() > start and not _DIRECTIVE.search(text[before : match.start()]):
            yield start, match.start()
            marked = _MARKED.match(text, match.start())
            start = marked.end() if marked else match.start()
        before = match.end()
    yield start, len(text)


def _read(text: SourceFile, number: int, start: int, end: int) -> Iterator[Document | Broken]:
    """The document of a part; of JSON, what kubectl reads without separators as well: one value after the other."""
    found = _one(text, number, start, end)
    if not isinstance(found, Broken):
        yield found
        return
    for first, last in _json_values(text.text, start, end):
        yield found if (first, last) == (start, end) else _one(text, number, first, last)


def _one(text: SourceFile, number: int, start: int, end: int) -> Document | Broken:
    part = text.text[start:end]
    try:
        return Document(text, number, _as_json(text.text, start, end) or compose(part, start))
    except Unreadable as error:
        broken = error
    place = min(max(broken.start, start), end)
    line = text.position(place)[0]
    first, last = text.line_span(line)
    place = min(place, last)
    where = Span(place if place < last else first, last)
    return Broken(text, number, where, broken.reason, broken.rule, Span(start, end))


def _as_json(text: str, start: int, end: int) -> Node | None:
    """What JSON spells in a way that YAML does not have: a character beyond the basic plane is two escapes there, which
    YAML refuses (tried with kubectl 1.37, of a stream that begins with a brace and of one that does not).
    """
    at = behind_blanks(text, start)
    if not text.startswith("{", at) or not _PAIR.search(text, at, end):
        return None
    import json

    from .jsonnodes import nodes

    try:
        stop = json.JSONDecoder(parse_constant=_no_number).raw_decode(text, at)[1]
    except (ValueError, RecursionError):
        return None
    return nodes(text, at) if behind_blanks(text, stop) >= end else None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _json_values(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The regions of the JSON objects that stand one behind the other; the last one goes on to the end."""
    import json

    decoder = json.JSONDecoder()
    while text.startswith("{", at := behind_blanks(text, start)):
        try:
            stop = decoder.raw_decode(text, at)[1]
        except (ValueError, RecursionError):
            break
        if stop >= end or not text.startswith("{", behind_blanks(text, stop)):
            break
        yield start, stop
        start = stop
    yield start, end
