"""Which of a chart's files its templates read, by the names that they say: `.Files.Get "a"`, `.Files.Glob "a/*"`."""

from __future__ import annotations

import re
from functools import lru_cache

_CALL = re.compile(r"\.Files\.(?:Get|GetBytes|Lines|Glob)\s*(\"(?:[^\"\\\n]|\\.)*\"|`[^`]*`)?")
_GLOB = re.compile(r"\*\*|\*|\?|\[(!?)([^\]]*)\]|\{([^{}]*)\}|.", re.DOTALL)
_MOST = 200


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
    return any(_pattern(call[1][1:-1]).fullmatch(file) for call in calls if call[1])


@lru_cache(maxsize=256)
def _pattern(glob: str) -> re.Pattern[str]:
    """A pattern of `Glob` (gobwas/glob with `/` between names), rather too wide; a name of `Get` is one of its own."""
    return re.compile("".join(_part(found) for found in _GLOB.finditer(glob.removeprefix("./"))))


def _part(found: re.Match[str]) -> str:
    text = found[0]
    if text == "**":
        return ".*"
    if text in ("*", "?"):
        return "[^/]*" if text == "*" else "[^/]"
    return ".*" if len(text) > 1 else re.escape(text)
