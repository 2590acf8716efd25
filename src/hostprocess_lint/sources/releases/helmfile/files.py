"""The files that a helmfile names, and the documents of those that are helmfiles themselves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from ....documents.document import Document
from ....documents.stream import Broken, documents
from ....location import Location, Precision, Span
from ....sourcefile import SourceFile
from ..filled import ACTION, FilledText, fill_lines
from ..patterns import TOO_MUCH, Matches, is_pattern, paths_meant
from ..release import Unknowable
from .booleans import as_helmfile_reads
from .state import Said, State

TEMPLATE = ".gotmpl"
_PARTS = "\n---\n"
_AN_ENTRY = 20
"""As many characters are read in the time that one entry of a directory takes."""


def named_paths(name: str, state: State, location: Location) -> list[Path]:
    """The files or directories of a name or a pattern that are in the repository, in the order of their names."""
    is_left = state.allowance.left > 0 or not is_pattern(name)
    matches = paths_meant(name, state.directory, state.repository) if is_left else Matches([], is_all=False)
    state.allowance.left -= matches.looked_at * _AN_ENTRY
    if not matches.is_all:
        state.unknown.append(Unknowable(TOO_MUCH, location, "HPC005"))
    return matches.paths


def names_a_remote(name: str) -> bool:
    return "://" in name or name.startswith("git::")


def helmfile(path: Path, state: State, location: Location) -> SourceFile | None:
    """The text of a helmfile that another names; one that cannot be read is told at the place that names it."""
    try:
        return state.read_text(path)
    except ValueError as error:
        state.not_known(str(error), location, "HPC001")
        return None


def helmfile_texts(file: SourceFile, state: State) -> Iterator[FilledText]:
    """The documents of a helmfile. A template is filled in part by part, with what the parts before it have set."""
    plain = state.allowance.documents(file)
    broken = [each for each in plain if isinstance(each, Broken)]
    if file.path.endswith(TEMPLATE) or (broken and ACTION in file.text):  # before its version 1 each was a template
        yield from _filled(file, state)
        return
    for each in plain:
        if isinstance(each, Broken):
            reason = f"what {os.path.basename(file.path)} deploys: {each.reason}"
            state.not_known(reason, Location(file, each.span, Precision.LINE), "HPC001")
        else:
            yield FilledText(file, each)


def _filled(file: SourceFile, state: State) -> Iterator[FilledText]:
    parts = file.text.replace("\r\n", "\n").split(_PARTS)
    lines_above = accumulate((part.count("\n") + _PARTS.count("\n") for part in parts), initial=0)
    for part, above in zip(parts, lines_above, strict=False):
        place = Location(file, Span(*file.line_span(above + 1)), Precision.LINE)
        try:
            filled = state.told(fill_lines(part, state.parameters, state.asking(state.directory)), place)
        except ValueError as error:
            state.not_known(f"a template that cannot be filled in: {error}", place)
            continue
        own = filled.lines or range(1, filled.text.count("\n") + 2)
        lines = tuple(line and line + above for line in own)
        for each in documents(SourceFile(file.path, filled.text)):
            if isinstance(each, Document):
                yield FilledText(file, as_helmfile_reads(each), lines)
            else:
                state.not_known(f"a template that becomes no YAML: {each.reason}", place)


def filled_file(path: Path, parameters: dict[str, object], state: State) -> FilledText:
    """The one document of a values file that is a template. Raises ValueError."""
    file = state.read_text(path)
    place = Location(file, Span(*file.line_span(1)), Precision.FILE)
    filled = state.told(fill_lines(file.text, parameters, state.asking(path.parent)), place)
    found = list(documents(SourceFile(file.path, filled.text)))
    if not found:
        found = list(documents(SourceFile(file.path, "{}")))
    if len(found) != 1 or not isinstance(found[0], Document):
        reason = found[0].reason if isinstance(found[0], Broken) else "several documents"
        raise ValueError(f"`{path.name}` becomes no YAML: {reason}")
    return FilledText(file, found[0], filled.lines)


def plain_file(path: Path, state: State) -> FilledText:
    """The one document of a file. Raises ValueError."""
    file = state.read_text(path)
    found = state.allowance.documents(file)
    if len(found) != 1 or not isinstance(found[0], Document):
        raise ValueError(f"`{path.name}` is not one readable document")
    return FilledText(file, found[0])


def missing(said: Said, name: str, state: State, handler: object) -> None:
    """A file that is not there is an error to helmfile, unless it is told otherwise (`missingFileHandler`)."""
    if names_a_remote(name):
        state.not_known(f"the values `{name}` lie elsewhere", said.location)
    elif (handler or state.one("missingFileHandler") or "Error") == "Error":
        state.not_known(f"the values file `{name}` is not in this repository", said.location)
