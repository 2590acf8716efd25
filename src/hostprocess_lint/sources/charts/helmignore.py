"""`.helmignore`: which files of a chart directory Helm does not see, in Helm's own reading of the patterns.

Compared with `rules.go` of Helm's package `ignore`, and by a test with Helm itself. Only LF ends a line there.
"""

from __future__ import annotations

import codecs
import os
from typing import NamedTuple

from .patterns import BadPatternError, Pattern, Work, matches, parse_pattern

_DEFAULT = b"templates/.?*"
# What Go's `strings.TrimSpace` takes off; Python's `strip` takes U+001C to U+001F off as well.
_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"


class IgnorePattern(NamedTuple):
    """One pattern; None matches nothing. A whole path is matched when it holds a slash, else the path's last name."""

    pattern: Pattern | None
    whole_path: bool
    negated: bool
    directories_only: bool

    def matches(self, path: bytes, work: Work) -> bool:
        name = path if self.whole_path else path.rpartition(b"/")[2]
        return self.pattern is not None and matches(self.pattern, name, work)


class HelmIgnore:
    """What a chart directory's `.helmignore` leaves out. Raises `WorkError` when that takes too long to tell."""

    def __init__(self, text: bytes = b"") -> None:
        self.rules = read_patterns(text)
        self._work = Work()

    def covers(self, path: str, is_directory: bool) -> bool:
        """Whether Helm leaves a path out. A negated rule leaves out everything that it does not match: Helm's way."""
        name = os.fsencode(path)
        for rule in self.rules:
            if rule.negated:
                if (rule.directories_only and not is_directory) or not rule.matches(name, self._work):
                    return True
            elif (is_directory or not rule.directories_only) and rule.matches(name, self._work):
                return True
        return False


def read_patterns(text: bytes) -> list[IgnorePattern]:
    """The rules of a `.helmignore`; what makes Helm refuse the chart (`**`, an unclosed class) is left out."""
    lines = text.removeprefix(codecs.BOM_UTF8).split(b"\n")
    rules = [_rule(_stripped(line)) for line in (*lines, _DEFAULT)]
    return [rule for rule in rules if rule is not None]


def _stripped(line: bytes) -> bytes:
    return line.decode("utf-8", "surrogateescape").strip(_SPACE).encode("utf-8", "surrogateescape")


def _rule(line: bytes) -> IgnorePattern | None:
    # Helm takes one slash more off `//x` each time that it asks, so that it means one thing once and then another.
    if not line or line.startswith((b"#", b"//", b"!//")) or b"**" in line or _parsed(line) is None:
        return None
    negated = line.startswith(b"!")
    pattern = line[1:] if negated else line
    directories_only = pattern.endswith(b"/")
    pattern = pattern.removesuffix(b"/")
    return IgnorePattern(_parsed(pattern.removeprefix(b"/")), b"/" in pattern, negated, directories_only)


def _parsed(pattern: bytes) -> Pattern | None:
    try:
        return parse_pattern(pattern)
    except BadPatternError:
        return None
