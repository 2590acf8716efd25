"""Which of a chart's files its templates read, by the names that they say: `.Files.Get "a"`, `.Files.Glob "a/*"`."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import lru_cache

_CALL = re.compile(r"\.Files\.(?:Get|GetBytes|Lines|Glob)\s*(\"(?:[^\"\\\n]|\\.)*\"|`[^`]*`)?")
_GLOB = re.compile(r"\*\*|\*|\?|\[(!?)([^\]]*)\]|\{([^{}]*)\}|.", re.DOTALL)
_MOST = 200
_LONGEST = 1_000


def may_read(template: str, file: str) -> bool:
    """Whether a template may read a file, given by its name below the chart.

    A name that is computed may be any, unless it is one that the template has looked for with `Glob`.
    """
    if ".Files" not in template:
        return False
    calls = list(_CALL.finditer(template))
    if not calls or len(calls) > _MOST:  # `.Files` itself is gone through, or handed on
        return True
    is_searched = any(".Glob" in call[0] and call[1] for call in calls)
    if not is_searched and any(not call[1] for call in calls):
        return True
    return any(_may_mean(call[1][1:-1].removeprefix("./"), file) for call in calls if call[1])


def _may_mean(glob: str, file: str) -> bool:
    """Whether a pattern of `Glob` (gobwas/glob with `/` between names) may mean a file, rather too often; a name of
    `Get` is a pattern of its own.
    """
    if len(glob) > _LONGEST:
        return True
    stays = not any(sign in glob for sign in ("**", "[", "{"))
    return (not stays or glob.count("/") == file.count("/")) and fnmatchcase(file, _pattern(glob))


@lru_cache(maxsize=256)
def _pattern(glob: str) -> str:
    """As `fnmatch` writes it, which matches in proportion; there `*` goes over `/`."""
    return "".join(_part(found[0]) for found in _GLOB.finditer(glob))


def _part(text: str) -> str:
    if text in ("*", "?"):
        return text
    return "*" if len(text) > 1 else re.sub(r"[*?[]", r"[\g<0>]", text)
