"""Which of a chart's files its templates read, by the names that they say: `.Files.Get "a"`, `.Files.Glob "a/*"`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple

_CALL = re.compile(r"\.Files\.(?:Get|GetBytes|Lines|Glob)\s*(\"(?:[^\"\\\n]|\\.)*\"|`[^`]*`)?")
_METHOD = re.compile(rb"(?<!\.Files)\.(?:Get|GetBytes|Lines|Glob)\b")
_GLOB = re.compile(r"\*\*|\*|\?|\[[^\]]*\]|\{[^{}]*\}|.", re.DOTALL)
_SPECIAL = re.compile(r"[*?\[{\\]")
_LONGEST = 1_000


class FilesRead(NamedTuple):
    """The names and patterns of files, below the chart's folder; or `anything`, where a name is computed."""

    names: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()
    anything: bool = False

    def covers(self, file: str) -> bool:
        return self.anything or file in self.names or any(_may_mean(each, file) for each in self.patterns)


NO_FILES = FilesRead()
EVERYTHING = FilesRead(anything=True)


def files_read_by_templates(templates: Iterable[str]) -> FilesRead:
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
    patterns = tuple(sorted(each for each in said if _SPECIAL.search(each)))
    return FilesRead(frozenset(said), patterns, anything)


def read_by_actions(bodies: Iterable[str]) -> FilesRead:
    """What the actions of a template and of all that it includes may read, in whatever way one comes by the files."""
    whole = "\n".join(bodies)
    return EVERYTHING if _METHOD.search(whole.encode("utf-8", "surrogatepass")) else files_read_by_templates([whole])


def may_read(templates: Iterable[bytes]) -> FilesRead:
    """All that some templates may read, in whatever way they come by a chart's files and by names."""
    templates = list(templates)
    if not any(b"Files" in each or _METHOD.search(each) for each in templates):
        return NO_FILES
    texts = [each.decode("utf-8", "replace") for each in templates]
    for text in texts:
        names = [call[1] for call in _CALL.finditer(text)]
        if text.count("Files") != len(names) or not all(name and "\\" not in name for name in names):
            return EVERYTHING
    return EVERYTHING if any(map(_METHOD.search, templates)) else files_read_by_templates(texts)


def _may_mean(glob: str, file: str) -> bool:
    """Whether a pattern of `Glob` (gobwas/glob with `/` between names) may mean a file, rather too often."""
    if len(glob) > _LONGEST:
        return True
    stays = not any(sign in glob for sign in ("**", "[", "{", "\\"))
    return (not stays or glob.count("/") == file.count("/")) and fnmatchcase(file, _pattern(glob))


@lru_cache(maxsize=256)
def _pattern(glob: str) -> str:
    """As `fnmatch` writes it, which matches in proportion; there `*` goes over `/`."""
    return "".join(_part(found[0]) for found in _GLOB.finditer(glob))


def _part(text: str) -> str:
    if text in ("*", "?"):
        return text
    return "*" if len(text) > 1 or text == "\\" else re.sub(r"[*?[]", r"[\g<0>]", text)
