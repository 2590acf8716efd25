"""How `cmd /c` reads a command line: what it takes for itself, and what it passes on."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .commandline import is_wrapped

_ACTING = re.compile(r'[&|<>^"]')
_SPECIAL = frozenset('&<>()@^|"')
_ENDING = re.compile(r"[,;=(]")
_VARIABLE = re.compile(r"%([^%:\s]+)(?=%|:[^%]*%)")

_NODE_VARIABLES = (
    "ALLUSERSPROFILE APPDATA CD CMDCMDLINE CMDEXTVERSION COMMONPROGRAMFILES COMMONPROGRAMFILES(X86)"
    " COMMONPROGRAMW6432 COMPUTERNAME COMSPEC DATE DRIVERDATA ERRORLEVEL LOCALAPPDATA NUMBER_OF_PROCESSORS OS PATH"
    " PATHEXT PROCESSOR_ARCHITECTURE PROCESSOR_IDENTIFIER PROCESSOR_LEVEL PROCESSOR_REVISION PROGRAMDATA"
    " PROGRAMFILES PROGRAMFILES(X86) PROGRAMW6432 PROMPT PSMODULEPATH PUBLIC RANDOM SYSTEMDRIVE SYSTEMROOT TEMP"
    " TIME TMP USERDOMAIN USERNAME USERPROFILE WINDIR"
)
NODE_VARIABLES = frozenset(_NODE_VARIABLES.split())
"""What `cmd` knows on every node, in capitals: the variables of a service, and its own (`set /?`)."""


class Taken(NamedTuple):
    """What `cmd` acts on: the number of the word, where in it, and the text."""

    word: int
    at: int
    text: str


def acting(words: Sequence[str]) -> Iterator[Taken]:
    """The characters that `cmd` acts on, `& | < > ^` outside of double quotes, in a line of some words.

    Every double quote opens or closes for it, one that a backslash escapes for the program as well; outside of them
    `^` takes the character behind it out (`cmd /?`, "special characters").
    """
    quoted = False
    for number, word in enumerate(words):
        wrapped = is_wrapped(word)
        quoted ^= wrapped
        free = -1  # the place of what a `^` takes out
        for found in _ACTING.finditer(word):
            at, character = found.start(), found[0]
            if character == '"':
                quoted = not quoted  # also behind a `^`, which takes out the backslash in front of it
            elif not quoted and at != free:
                yield Taken(number, at, character)
                free = at + 1 if character == "^" else -1
        quoted ^= wrapped and (quoted or free != len(word))


def loses_its_quotes(words: Sequence[str], strips: bool = False) -> bool:
    """Whether `cmd` strips the quotes that the first word needs.

    It strips the first and the last quote of a line that begins with one, unless there are two, no special character
    between them but a blank, and the name of an executable (`cmd /?`). Whether the file is there is not ours to know.
    With `/s`, where it always `strips`, it asks for none of that.
    """
    program, *others = words
    if not is_wrapped(program):
        return False
    return (
        strips
        or bool(_SPECIAL & set(program))
        or not program.strip()
        or any('"' in it or is_wrapped(it) for it in others)
    )


def name_ends(program: str) -> Taken | None:
    """Where `cmd` ends the name of a program that the runtime put no quotes around: what is behind is an argument.

    Comma, semicolon and equals sign stand between words for it as blanks do, and a parenthesis begins the rest of the
    line (`cmd /?` has them among the characters that need quotes).
    """
    found = None if is_wrapped(program) else _ENDING.search(program)
    return Taken(0, found.start(), found[0]) if found else None


def node_variables(words: Sequence[str]) -> Iterator[Taken]:
    """The variables of the node that stand between per cent signs: `cmd` puts their values in, in quotes as well.

    Where it knows no variable of the name, the text stays, and reading goes on behind its first per cent sign.
    """
    for number, word in enumerate(words):
        for found in _VARIABLE.finditer(word):
            if found[1].upper() in NODE_VARIABLES:
                yield Taken(number, found.start(), f"%{found[1]}%")
