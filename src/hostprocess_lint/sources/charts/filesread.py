"""Which of a chart's files its templates read, by the names that they say: `.Files.Get "a"`, `.Files.Glob "a/*"`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_CALL = re.compile(r"\.Files\.(?:Get|GetBytes|Lines|Glob)\s*(\"(?:[^\"\\\n]|\\.)*\"|`[^`]*`)?")
_GLOB = re.compile(r"\*\*|\*|\?|\[[^\]]*\]|\{[^{}]*\}|.", re.DOTALL)
_SPECIAL = re.compile(r"[*?\[{\\]")


class FilesRead(NamedTuple):
    """The names and patterns of files, below the chart's folder; or `anything`, where a name is computed."""

    names: frozenset[str] = frozenset()
    patterns: tuple[re.Pattern[str], ...] = ()
    anything: bool = False

    def covers(self, file: str) -> bool:
        return self.anything or file in self.names or any(each.fullmatch(file) for each in self.patterns)


NO_FILES = FilesRead()


def files_read(templates: Iterable[str]) -> FilesRead:
    """What some templates of a chart may read.

    A name that is computed may be any, unless it is one that the template has looked for with `Glob`.
    """
    said: set[str] = set()
    anything = False
    for template in templates:
        calls = list(_CALL.finditer(template))
        is_searched = any(".Glob" in call[0] and call[1] for call in calls)
        is_handed_on = ".Files" in template and not calls
        anything = anything or is_handed_on or (not is_searched and any(not call[1] for call in calls))
        said.update(call[1][1:-1].removeprefix("./") for call in calls if call[1])
    patterns = tuple(re.compile("".join(map(_part, _GLOB.finditer(each)))) for each in said if _SPECIAL.search(each))
    return FilesRead(frozenset(said), patterns, anything)


def _part(found: re.Match[str]) -> str:
    """A part of a pattern of `Glob` (gobwas/glob with `/` between names), rather too wide."""
    text = found[0]
    if text in ("*", "?"):
        return "[^/]*" if text == "*" else "[^/]"
    return ".*" if len(text) > 1 or text == "\\" else re.escape(text)
