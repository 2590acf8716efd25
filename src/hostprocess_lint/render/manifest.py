"""Manifest files become text, unless their bytes show that nothing of ours can be in them."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from ..documents.firstlook import (
    UTF16_MARKS,
    UTF32_MARKS,
    may_be_object,
    may_concern,
    may_hold_pods,
)
from ..documents.lists import without_pods
from ..documents.standins import stand_in
from ..finding import Origin
from ..limits import MAX_CHARACTERS
from ..location import Location, Part, Route, Span, Trace
from ..outcome import Outcome, Passed, Skipped
from ..rendered import Rendered
from ..sourcefile import SourceFile
from ..sources.charts.ownfiles import is_a_charts_own, template_alone
from ..sources.landmarks import MANIFEST_SUFFIXES, chart_of, is_helmfile
from ..sources.paths import boundary, display, in_scope, lies_in, unreadable
from ..sources.releases.firstlook import may_deploy
from ..sources.source import Source

if TYPE_CHECKING:
    from ..sources.charts.filesread import FilesRead

_READABLE = "make it a readable text file, or leave it out with `exclude` in the configuration"
_AS_RENDERED = "a template of its chart, judged as rendered"
_FAILED = "see that the command before it has worked: what fails often prints nothing"
_ASK_FOR_PODS = "ask for the pods as well: `kubectl get pods,nodes,namespaces -A -o json`"
_MAX_BYTES = 4 * MAX_CHARACTERS

_COMMENT = r"(?m)(?:^|[ \t])#.*$"

_PIECE = 2**23
_LONGEST_PATH = 1024
_LONGEST_WORD = 2**18
_BROKEN_LINE = rb"\\[\r\n\xc2\xe2]|\\\Z"


class Itself:
    """The provenance of a manifest: its text is the source."""

    def __init__(self, text: SourceFile) -> None:
        self._text = text

    def locate(self, document: int, route: Route, part: Part, span: Span) -> Trace:
        return Trace(Location(self._text, span))


def read_manifest(
    source: Source,
    deploys: Callable[[Source], None],
    others: Callable[[bytes], bool],
    read_by: Callable[[str], FilesRead],
    linked: Callable[[str], bool],
    given: Sequence[str] = (),
) -> Rendered | Skipped | Passed:
    """The text of a manifest; Passed where it cannot concern us; Skipped where it cannot be read.

    `deploys` is told of one that may say what else is deployed. `others` says what is read for the sake of others, and
    `read_by` which files a chart reads. `linked` says which ones charts have for templates through symbolic links.
    The scan is of the paths that are `given`.
    """
    try:
        raw = _linked(source.file, _bytes(source.file), given) if source.held is None else source.held
    except OSError as error:
        return _unreadable(source, unreadable(error))
    if raw is None:
        return _too_large(source)
    if refused := _refused(source, raw):
        return refused
    if may_deploy(source.file, raw):
        deploys(source)
    if is_helmfile(source.file) and b"{{" in raw and not may_be_object(raw):
        return Passed("manifest", source.path, Outcome.IRRELEVANT, "a helmfile that is a template, judged as filled in")
    if not may_concern(raw):
        return _alone(source, raw, False, given) or _about_others(source, raw, others)
    try:
        text = SourceFile(source.path, decoded_text(raw))
    except UnicodeDecodeError as error:
        return _unreadable(source, f"it is neither UTF-8 nor UTF-16: {error.reason} at byte {error.start}")
    if source.file == "-":
        from .stream import Streamed

        return Rendered(Origin("manifest", source.path), text, Streamed(text), from_cluster=True)
    is_template = _is_a_template(text.text)
    if is_template and ((source.in_chart and is_a_charts_own(source.file, read_by)) or linked(source.file)):
        return Passed("manifest", source.path, Outcome.IRRELEVANT, _AS_RENDERED)
    itself = Rendered(Origin("manifest", source.path), text, Itself(text), from_cluster=source.is_asked_for)
    return _alone(source, raw, is_template, given) or itself


def as_held(source: Source) -> Source | Skipped:
    """Standard input with what comes through it, which can be read once only; else the source as it is."""
    if source.file != "-" or source.held is not None:
        return source
    try:
        raw = _standard_input()
    except OSError as error:
        return _unreadable(source, unreadable(error))
    return _too_large(source) if raw is None else source._replace(held=raw)


def _too_large(source: Source) -> Skipped:
    return Skipped(source.path, f"it has more than {_MAX_BYTES // 2**20} MiB", "HPC005")


def _alone(source: Source, raw: bytes, is_template: bool, given: Sequence[str]) -> Passed | Skipped | None:
    """What is said of a file that was named and is no manifest by itself; a search of a directory finds it in silence.

    What lies in a chart means something there only.
    """
    if not source.is_asked_for or source.held is not None:
        return None
    chart = chart_of(source.file)
    is_apart = chart is not None and not in_scope(chart, given)
    if not may_be_object(raw):
        part = f": a part of the chart `{display(chart)}`, which is not scanned" if chart and is_apart else ""
        reason = f"no document in it has `apiVersion` and `kind`{part}"
        return Passed("manifest", source.path, Outcome.IRRELEVANT, reason, is_asked_for=True)
    if chart is None or not is_template or not may_hold_pods(raw):
        return None
    if not is_apart:
        return Passed("manifest", source.path, Outcome.IRRELEVANT, _AS_RENDERED)
    reason, hint = template_alone(display(chart))
    return _unreadable(source, reason, hint=hint)


def _refused(source: Source, raw: bytes) -> Skipped | None:
    """What is said of bytes in which there is nothing to judge, though somebody will think so."""
    if source.file == "-" and not may_be_object(raw):
        return _unreadable(source, "nothing to scan: no document with `apiVersion` and `kind` in it", hint=_FAILED)
    other = stand_in(raw)
    if other is not None and (other.is_opaque or may_concern(raw)):
        return _unreadable(source, other.reason)
    held = without_pods(raw) if source.is_asked_for and not may_hold_pods(raw) else None
    if held is not None:
        reason = f"nothing to judge: a cluster's list of {held}, and no pods"
        return _unreadable(source, reason, hint=_ASK_FOR_PODS)
    return None


def _unreadable(source: Source, reason: str, hint: str = _READABLE) -> Skipped:
    return Skipped(source.path, reason, "HPC001", hint=hint)


def _about_others(source: Source, raw: bytes, others: Callable[[bytes], bool]) -> Rendered | Passed:
    """A text without pods: what it says about service accounts or scripts, or nothing."""
    if others(raw):
        with suppress(UnicodeDecodeError):
            text = SourceFile(source.path, decoded_text(raw))
            told, asked = Origin("manifest", source.path), source.is_asked_for
            return Rendered(told, text, Itself(text), about_others=True, from_cluster=asked)
    return Passed("manifest", source.path, Outcome.IRRELEVANT, "no word in it that a HostProcess pod needs")


def _is_a_template(text: str) -> bool:
    """Whether each document that could hold a pod has an action in it, comments aside: a plain one is no template."""
    if "{{" not in text:
        return False
    from ..documents.stream import parts  # here, because most manifests are no templates

    written = (text[start:end] for start, end in parts(text))
    pods = (part for part in written if may_hold_pods(part.encode("utf-8", "surrogatepass")))
    return all("{{" in re.sub(_COMMENT, "", part) for part in pods)


def decoded_text(raw: bytes) -> str:
    """UTF-8, or UTF-16 with a byte order mark. Raises UnicodeDecodeError."""
    if raw.startswith(UTF32_MARKS):  # one of which begins like UTF-16
        raise UnicodeDecodeError("utf-16", raw, 0, 4, "it is UTF-32")
    if raw.startswith(UTF16_MARKS):
        return raw.decode("utf-16")
    return raw.decode("utf-8")


def _standard_input() -> bytes | None:
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    raw = sys.stdin.buffer.read(_MAX_BYTES + 1)
    return None if len(raw) > _MAX_BYTES else raw


def _bytes(path: str) -> bytes | None:
    """What a file holds: nothing where it is so large that it is not read whole, and holds no word that concerns us;
    None where it is and could.
    """
    # A buffered file takes twice as long, and most files of a repository are read for nothing.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        left = _MAX_BYTES + 1
        if os.fstat(descriptor).st_size >= left:
            return None if _large_may_concern(descriptor) else b""
        parts = []
        while left and (part := os.read(descriptor, min(os.fstat(descriptor).st_size + 1, left))):
            parts.append(part)
            left -= len(part)
        return b"".join(parts) if left else None
    finally:
        os.close(descriptor)


def _linked(path: str, raw: bytes | None, given: Sequence[str]) -> bytes | None:
    """A file's bytes, or those of the file that it stands for: where links are not supported, git checks one out as a
    file with the path in it (`core.symlinks`). What is scanned under its own name is left to that.
    """
    if not raw or len(raw) > _LONGEST_PATH or b"\n" in raw or b"\0" in raw:
        return raw
    target = os.path.realpath(os.path.join(os.path.dirname(path), os.fsdecode(raw)))
    is_inside = lies_in(target, boundary(path, given))
    is_other = is_inside and os.path.isfile(target) and not target.endswith(MANIFEST_SUFFIXES)
    return _bytes(target) if is_other else raw


def _large_may_concern(descriptor: int) -> bool:
    """The first look, a piece at a time. No spelling of a word is longer than what is looked at twice, but for one that
    breaks lines.
    """
    before = b""
    while piece := os.read(descriptor, _PIECE):
        if re.search(_BROKEN_LINE, piece) or may_concern(before + piece):
            return True
        before = piece[-_LONGEST_WORD:]
    return False
