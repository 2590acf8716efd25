"""Workflow commands of GitHub Actions: annotations at the lines of a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from ..finding import Finding, Level
from ..outcome import Scan
from ..rules.rule import Rule
from . import Options, prose
from .covered import named_parts
from .inert import visible
from .places import region
from .rooted import Root
from .shown import active, untold

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
_IN_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = _IN_DATA | str.maketrans({":": "%3A", ",": "%2C"})
"""What the runner undoes (actions/runner, ActionCommand.cs)."""


def write(scan: Scan, rules: Sequence[Rule], options: Options) -> str:
    scan = Root(options.root, options.below, options.real).seen(scan)
    skipped = [_command("error", {"title": "not looked at"}, prose.skipped(source)) for source in untold(scan)]
    covered = [f"{where}: {prose.sentence(what)}" for where, what in named_parts(scan)]
    told = [_command("notice", {"title": "coverage"}, visible(text)) for text in covered]
    return "".join([*map(_annotation, active(scan)), *skipped, *told]) or "\n"


def _annotation(finding: Finding) -> str:
    place = region(finding.location)
    where: dict[str, object] = {"file": finding.location.path, "line": place.start_line, "endLine": place.end_line}
    if place.start_line == place.end_line:  # the runner refuses columns of more than one line
        where |= {"col": place.start_column, "endColumn": place.end_column}
    related = prose.pointers([(link.label, link.location) for link in finding.related])
    title = {"title": f"{finding.rule} {finding.name}"}
    return _command(_COMMANDS[finding.level], where | title, "\n".join([prose.message(finding), *related]))


def _command(name: str, properties: dict[str, object], data: str) -> str:
    listed = ",".join(f"{key}={visible(str(value)).translate(_IN_PROPERTY)}" for key, value in properties.items())
    return f"::{name} {listed}::{data.translate(_IN_DATA)}\n"
