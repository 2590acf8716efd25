"""`.helmignore`: which files of a chart directory Helm does not see, in Helm's own reading of the patterns."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DEFAULT = "templates/.?*"


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern. A whole path is matched when the pattern holds a slash, else the last name of it."""

    pattern: re.Pattern[str]
    whole_path: bool
    negated: bool
    directories_only: bool

    def matches(self, path: str) -> bool:
        return bool(self.pattern.fullmatch(path if self.whole_path else path.rpartition("/")[2]))


def read(text: str) -> list[Rule]:
    """The rules of a `.helmignore`; what Helm would refuse (`**`, an unclosed class) is left out."""
    rules = [_rule(line.strip()) for line in (*text.splitlines(), _DEFAULT)]
    return [rule for rule in rules if rule is not None]


def ignores(rules: list[Rule], path: str, is_directory: bool) -> bool:
    """Whether Helm leaves a path out. A negated rule leaves out everything that it does not match: Helm's way."""
    for rule in rules:
        if rule.negated:
            if (rule.directories_only and not is_directory) or not rule.matches(path):
                return True
        elif (is_directory or not rule.directories_only) and rule.matches(path):
            return True
    return False


def _rule(line: str) -> Rule | None:
    if not line or line.startswith("#") or "**" in line:
        return None
    negated = line.startswith("!")
    pattern = line[1:] if negated else line
    directories_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    try:
        expression = re.compile(_glob(pattern.removeprefix("/")), re.DOTALL)
    except re.error:
        return None
    return Rule(expression, "/" in pattern, negated, directories_only)


def _glob(pattern: str) -> str:
    """Go's `filepath.Match` as a regular expression: `*` and `?` stop at a slash, a backslash quotes.

    As there, what follows a `*` is taken where it is first found: going back for another place takes exponential time.
    """
    chunks: list[str] = [""]
    position = 0
    while position < len(pattern):
        character = pattern[position]
        closing = pattern.find("]", position + 2) if character == "[" else -1
        if closing > 0:
            inside = pattern[position + 1 : closing].replace("[", r"\[").replace("&&", r"\&&")
            chunks[-1] += f"(?!/)[{inside}]"
            position = closing
        elif character == "\\" and position + 1 < len(pattern):
            position += 1
            chunks[-1] += re.escape(pattern[position])
        elif character == "*":
            chunks.append("")
        else:
            chunks[-1] += "[^/]" if character == "?" else re.escape(character)
        position += 1
    if len(chunks) == 1:
        return chunks[0]
    first, *between, last = chunks
    # A lookahead is not gone back into: what it has captured is what is taken.
    taken = [f"(?=(?P<c{number}>[^/]*?{chunk}))(?P=c{number})" for number, chunk in enumerate(between) if chunk]
    return f"{first}{''.join(taken)}[^/]*{last}"
