"""Whether a chart could make anything that a rule needs, by the words in its files: before any engine runs."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from ...documents.firstlook import as_utf8, may_concern
from .chart import is_template
from .filesread import EVERYTHING, FilesRead, may_read
from .rewriting import cuts, rewrites

_WORDS = (b"hostprocess", b"windowsoptions")
_ALL = {word: frozenset(word) - frozenset(b"e") for word in _WORDS}
_LETTERS = re.compile(rb"[a-z]+")
_NO_LETTERS = re.compile(rb"[%\\][a-z]")  # the verbs of `printf`, and escapes
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{12,}={0,2}")
_PRINTED = frozenset((b"e", b"true", b"false", b"nil", b"map", b"inf", b"nan", b"novalue"))
"""What is printed of numbers and of what is none, though no text says it."""

_OWN = re.compile(r"(?:charts/[^/]+/)*(?:values|Chart|requirements)\.yaml")
_ABOVE = re.compile(r"(?:charts/[^/]+/)*")


class ChartTexts(NamedTuple):
    """The texts that a chart may be rendered from: its templates, and what these may read, names among it."""

    templates: list[bytes]
    data: list[bytes]


def texts_read(members: Iterable[tuple[str, bytes]], given: Iterable[bytes]) -> ChartTexts:
    """Those among a chart's files, by their names, and what is `given` to it.

    A README, or the values of a test, is none unless a template may read it.
    """
    members = [(name, as_utf8(data)) for name, data in members]
    templates = [(name, data) for name, data in members if is_template(name)]
    given = list(map(as_utf8, given))
    own = [(name, data) for name, data in members if _OWN.fullmatch(name)]
    fills_in = any(b"tpl" in data for _, data in templates)
    is_asked = fills_in and any(b"Files" in data for data in (*given, *(data for _, data in own)))
    read = EVERYTHING if is_asked else may_read(data for _, data in templates)
    own += [(name, data) for name, data in members if not is_template(name) and covers_member(read, name)]
    names = (name.encode("utf-8", "surrogatepass") for name, _ in (*templates, *own))
    return ChartTexts([data for _, data in templates], [*names, *(data for _, data in own), *given])


def covers_member(read: FilesRead, name: str) -> bool:
    """Whether a file of a chart, or of one in it, is among what is read."""
    return read.covers(name) or read.covers(_ABOVE.sub("", name))


def may_make(texts: ChartTexts) -> bool:
    """Whether a chart with these texts could render a HostProcess pod: one of the words is said in them, or both of
    them can be made.

    False is a proof.
    """
    every = [*texts.templates, *texts.data]
    if _is_said(every):
        return True
    cut = cuts(*texts)
    return all(_put_together(every, cut)) or rewrites(*texts)


def may_join(texts: Iterable[bytes]) -> bool:
    """Whether one of the words is said in some texts, or both can be put together by joining pieces of them."""
    texts = list(texts)
    return _is_said(texts) or all(_put_together(texts))


class Pieces(NamedTuple):
    """What one text has of the words: whether it says one, and the runs of letters in it that are pieces of one."""

    is_said: bool = False
    runs: frozenset[bytes] = frozenset()


def pieces(text: bytes) -> Pieces:
    runs = (run for run in _runs(text.lower()) if any(run in word for word in _WORDS))
    return Pieces(_is_said([text]), frozenset(runs))


def says_a_word(texts: Iterable[Pieces]) -> bool:
    """Whether one of the words stands in some texts, or can be put together from them."""
    runs: frozenset[bytes] = frozenset()
    for text in texts:
        if text.is_said:
            return True
        runs |= text.runs
    return _make_one(runs)


@lru_cache(maxsize=4096)
def _make_one(runs: frozenset[bytes]) -> bool:
    return any(_is_made_of(word, runs | _PRINTED) for word in _WORDS)


def _is_said(texts: list[bytes]) -> bool:
    return any(map(may_concern, spelt_out(texts)))


def spelt_out(texts: Iterable[bytes]) -> Iterator[bytes]:
    """Some texts as one, then what of it is base64 as another."""
    whole = b"\n".join(texts)
    yield whole
    if encoded := frozenset(_BASE64.findall(whole)):
        yield b"\n".join(as_utf8(_decoded(each)) for each in encoded)


def _put_together(texts: list[bytes], cut: bool = False) -> Iterator[bool]:
    """For each word whether it can be, from whole runs of letters, as `printf "host%s" "Process"` does; with `cut`, of
    parts of them.
    """
    lower = b"\n".join(texts).lower()
    runs: frozenset[bytes] | None = None
    for word in _WORDS:
        if not _ALL[word].issubset(lower):
            yield False
            continue
        runs = runs or _runs(lower)
        yield _is_made_of(word, runs | _PRINTED, runs if cut else frozenset())


def _runs(lower: bytes) -> frozenset[bytes]:
    return frozenset(_LETTERS.findall(lower)) | frozenset(_LETTERS.findall(_NO_LETTERS.sub(b" ", lower)))


def joins_to_a_word(texts: Iterable[str]) -> bool:
    """Whether several of some texts, one behind the other, are the word: those that have no more than a run of letters,
    and verbs of `printf`.
    """
    runs = (_LETTERS.findall(_NO_LETTERS.sub(b" ", text.lower().encode("utf-8", "surrogatepass"))) for text in texts)
    return _is_made_of(_WORDS[0], frozenset(each[0] for each in runs if len(each) == 1 and each[0] != _WORDS[0]))


def _is_made_of(word: bytes, runs: frozenset[bytes], cut: frozenset[bytes] = frozenset()) -> bool:
    """Whether a word is runs one behind the other; the first and the last may be a part of one in `cut`, as what is
    left of a text that is cut is longer than the word.
    """
    every = b" %s " % b" ".join(cut) if cut else b""
    reached = {0} | {end for end in range(1, len(word)) if b" " + word[:end] in every}
    for end in range(1, len(word) + 1):
        if any(start in reached and word[start:end] in runs for start in range(end)):
            reached.add(end)
    return len(word) in reached or any(word[start:] + b" " in every for start in reached)


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return b""
