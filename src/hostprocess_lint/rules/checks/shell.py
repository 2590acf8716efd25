"""Rules about what `cmd` makes of a command line: since containerd 1.7 every one of them goes through it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from ...finding import Level, Violation
from ...location import Label, Span
from ...pods.cmd import Taken, acting, loses_its_quotes, name_ends, node_variables
from ...pods.commandline import SANDBOX_VARIABLE, Command, Word, commands
from ...pods.pod import Container
from ..context import Context

THROUGH_CMD = (1, 7)
"""The containerd whose runtime, hcsshim 0.10, begins the line of every job container with `cmd /c`."""

# What an author writes for `cmd` as a word, where `cmd` is the program: an operator, with a redirection's file.
_OPERATOR = r"(?:&&?|\|\|?|\d?(?:<|>>?)(?:&\d)?[^&|<>^]*)\Z"
_EXECUTABLE = r"\.(?:exe|com|bat|cmd)"
_PROGRAM = re.compile(rf"(?i)(?:[a-z]:|%CONTAINER_SANDBOX_MOUNT_POINT%)[\\/](?:(?!{_EXECUTABLE}\b).)*{_EXECUTABLE}\Z")
_NOT_REPLACED = f"$({SANDBOX_VARIABLE})"
_UNFINISHED = r"[|,({`][ \t]*[\r\n]"
_LINE_BREAK = re.compile(r"[\r\n]")
_OPTIONS_OF_CMD = ("/c", "/k", "/s", "/d")

_MEANING = {
    "&": "starts another command",
    "|": "pipes into another command",
    "<": "reads a file of the node",
    ">": "writes a file on the node",
    "^": "is taken away",
}
_ONE_PIPELINE = "put the whole pipeline on one line, or ship the script as a file and call `powershell.exe -File`"
_INNER_QUOTES = "use single quotes in the word, or ship what it says as a file"
_ONE_WORD = "put the whole line into one word, which is quoted for its blanks, or start `cmd.exe` with `/c` for it"
_KEEP_OR_MOVE = "leave it if the node's value is meant; if the text is, put it into a file or a variable of `env`"


def through_cmd(container: Container, context: Context) -> tuple[Command, ...]:
    """The commands of a container that are started with `cmd /c`."""
    return commands(container) if context.containerd >= THROUGH_CMD else ()


def multiline_command(container: Container, context: Context) -> Iterator[Violation]:
    """`cmd` stops at a line break (containerd#9942); one at the very end cuts nothing off."""
    for command in through_cmd(container, context):
        for word in command.words:
            text = word.text.rstrip("\r\n") if word is command.words[-1] else word.text
            if _LINE_BREAK.search(text):
                hint = _ONE_PIPELINE if re.search(_UNFINISHED, text) else None
                yield Violation(Label(word.route), hint=hint, container=container.name)


def shell_metacharacter(container: Container, context: Context) -> Iterator[Violation]:
    for command in through_cmd(container, context):
        texts = [word.text for word in command.words]
        for taken in _first_of_each_word(acting(texts)):
            word = command.words[taken.word]
            if _is_for_cmd(command) and re.match(_OPERATOR, word.text):
                continue
            label = _label(word, taken, _MEANING[taken.text])
            level = Level.WARNING if _hangs_on_its_own_quotes(word.text) else None
            yield Violation(label, hint=_quoting(word.text), level=level, container=container.name)
        for taken in _first_of_each_word(node_variables(texts)) if not _is_for_cmd(command) else ():
            label = _label(command.words[taken.word], taken, "becomes the node's value")
            yield Violation(label, hint=_KEEP_OR_MOVE, level=Level.NOTE, container=container.name)


def _label(word: Word, taken: Taken, meaning: str) -> Label:
    """What `cmd` acts on in a word; shown in it where Kubernetes has put no value in."""
    within = Span(taken.at, taken.at + len(taken.text)) if word.text == word.written else None
    return Label(word.route, f"`{taken.text}` {meaning}", within=within)


def _first_of_each_word(found: Iterable[Taken]) -> Iterator[Taken]:
    """Of each word the first that does more than go away."""
    for _, group in groupby(found, lambda taken: taken.word):
        yield min(group, key=lambda taken: taken.text == "^")


def _quoting(word: str) -> str | None:
    """How a word gets by whose own quotes are in the way, or that is no value; otherwise the page says it."""
    if re.match(_OPERATOR, word):
        return _ONE_WORD
    return _INNER_QUOTES if '"' in word else None


def _is_for_cmd(command: Command) -> bool:
    """Whether the program that the author means is `cmd` itself, the image's perhaps."""
    if command.program is None:
        return command.words[0].text.lower() in _OPTIONS_OF_CMD
    return command.name in ("cmd", "%comspec%")


def _hangs_on_its_own_quotes(word: str) -> bool:
    """Whether a word has quotes of its own, but no blank that would have the runtime put quotes around it.

    See `is_wrapped`: what is outside of quotes if it is wrapped is inside if it is not.
    """
    return '"' in word and " " not in word and "\t" not in word


def quoted_program(container: Container, context: Context) -> Iterator[Violation]:
    for command in through_cmd(container, context):
        lines = [(command.words, False)] if command.program else []
        for (program, *others), strips in (*lines, *_line_for_cmd(command)):
            ending = name_ends(program.text)
            if ending and program.text.startswith(_NOT_REPLACED):
                continue  # the parenthesis goes with what HPC308 tells
            if ending:
                label = _label(program, ending, "is no part of the name")
                message = f"`cmd` ends the program's name at `{ending.text}`, and the runtime puts no quotes around it"
                yield Violation(label, message=message, container=container.name)
            elif loses_its_quotes([program.text, *(word.text for word in others)], strips):
                yield Violation(Label(program.route), container=container.name)


def _line_for_cmd(command: Command) -> Iterator[tuple[tuple[Word, ...], bool]]:
    """The words that a `cmd` of the manifest's own is given as a line, where the first is the path of a program, and
    whether it is told to strip quotes always.

    Another first word is a line of its own, from which `cmd` takes the quotes that the runtime has put around it.
    """
    options = [word.text.lower() for word in command.words] if _is_for_cmd(command) else []
    begin = next((at + 1 for at, option in enumerate(options) if option in ("/c", "/k")), len(options))
    given = command.words[begin:]
    if given and _PROGRAM.match(given[0].text):
        yield given, "/s" in options[:begin]
