"""What a command line, or a script that it runs, does one after the other, as far as `cmd` and PowerShell agree."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

# A URL is one thing, whatever characters of a shell are in it; the rest cuts one statement from the next.
_END = re.compile(r"""https?://[^\s"'`)|;<>{}]+|(;|[\r\n]+|&&|\|\||&(?=[\s"'$(.\\{]))""")
_TOKEN = r"""[a-z]+://[^\s"'),;|]+|"[^"]*"|'[^']*'|[^\s"',;(){}=]+"""
_OPENING = r"[{(]"
_ASSIGNMENT = r"\s*(\$[\w:.]+)\s*="
_SET = r"(?:^|\s)(\$[\w:.]+)\s*=(?!=)"
_SHELLS = frozenset(("cmd", "powershell", "pwsh"))
_TO_RUN = frozenset(("-command", "-c", "/command", "/c", "/k"))
_SHELLS_IN_SHELLS = 4

SCRIPTS = 32
"""How many scripts are kept with what was read in them: the containers of a pod may run the same."""

_RUNNABLE = r"\.(?:exe|com|bat|cmd|ps1|psm1|psd1|vbs|js|wsf|hta|msi|msix|dll|cpl|scr|py|jar)\Z"


class Invocation(NamedTuple):
    """What is called in a stage: its first word, and the others. `operated` is whether `&` or `.` stands in front."""

    first: str
    others: tuple[str, ...]
    operated: bool

    @property
    def program(self) -> str:
        return file_name(self.first).removesuffix(".exe")


class Stage(NamedTuple):
    """One part of a pipeline, in lower case; `at` is where it begins in the script."""

    text: str
    at: int

    @property
    def begin(self) -> int:
        """Where its first character stands that is no blank."""
        return self.at + len(self.text) - len(self.text.lstrip())

    @property
    def assigned(self) -> str | None:
        """The variable that the stage sets."""
        found = re.search(_SET, self.text)
        return found[1] if found else None

    @property
    def calls(self) -> Iterator[Invocation]:
        """What is called in it: at its beginning, behind each brace and parenthesis, and by a shell that is called."""
        for part in re.split(_OPENING, self.text):
            assignment = re.match(_ASSIGNMENT, part)
            yield from _calls(tokens(part[assignment.end() :] if assignment else part))


def _calls(words: list[str]) -> Iterator[Invocation]:
    for _ in range(_SHELLS_IN_SHELLS):
        operated = words[:1] in (["&"], ["."])
        words = words[operated:]
        if not words:
            return
        call = Invocation(words[0], tuple(words[1:]), operated)
        yield call
        if call.program not in _SHELLS:
            return
        words = _given(words[1:])


def _given(words: list[str]) -> list[str]:
    """What a shell is told to run: all that is behind its option for that, or its first word that is no option."""
    for index, word in enumerate(words):
        if word in _TO_RUN:
            return words[index + 1 :]
        if word[:1] not in ("-", "/"):
            return words[index:]
    return []


Statement = tuple[Stage, ...]
"""The stages of a pipeline."""


@lru_cache(maxsize=SCRIPTS)
def statements(text: str) -> tuple[Statement, ...]:
    """The statements of a script, found in time that grows with its length."""
    found = []
    start = 0
    lower = text.lower()
    for end in _END.finditer(lower):
        if end[1] and not (end[1] == "&" and _is_operator(lower, start, end.start())):
            found.append(_pipeline(lower, start, end.start()))
            start = end.end()
    found.append(_pipeline(lower, start, len(lower)))
    return tuple(found)


def _is_operator(text: str, start: int, at: int) -> bool:
    """Whether a `&` calls what is behind it: nothing of a statement is in front of it."""
    return text[max(start, at - 8) : at].rstrip()[-1:] in ("", "{", "(", "=")


def _pipeline(text: str, start: int, end: int) -> Statement:
    stages = []
    for part in text[start:end].split("|"):
        stages.append(Stage(part, start))
        start += len(part) + 1
    return tuple(stages)


def tokens(text: str) -> list[str]:
    """The words of a text without their quotes, and without what separates them."""
    return [token.strip("\"'") for token in re.findall(_TOKEN, text)]


@lru_cache(maxsize=SCRIPTS)
def unescaped(text: str) -> str:
    """A text without the characters with which `cmd` and PowerShell spell a word otherwise."""
    return text.replace("`", "").replace("^", "")


def file_name(token: str) -> str:
    """The last part of a path, by which a script knows a file again: `x.exe` of `$env:temp\\x.exe`, `$f` of `$f`."""
    return re.split(r"[\\/]", token)[-1]


def is_runnable(token: str) -> bool:
    return re.search(_RUNNABLE, token) is not None


def is_unc(token: str) -> bool:
    """Whether a path is on another machine."""
    return token[:2] == "\\\\" and token[2:3] not in ("", ".", "?", "\\") and "\\" in token[3:]
