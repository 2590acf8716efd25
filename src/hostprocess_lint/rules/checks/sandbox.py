"""Rules about where the image's files and the volumes are, and how a text refers to that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from ...finding import Violation
from ...location import Label, Span
from ...pods.commandline import REPLACED, SANDBOX_VARIABLE, commands
from ...pods.environment import variable_references, variables
from ...pods.pod import Container
from ...pods.view import Written
from ..context import Context
from .shell import THROUGH_CMD

_MENTION = re.compile(rf"(?i)\$\(?\{{?(?:env:)?{SANDBOX_VARIABLE}\b[)}}]?|%{SANDBOX_VARIABLE}%")
_GLUED = re.compile(rf"(?:%{SANDBOX_VARIABLE}%|\$env:{SANDBOX_VARIABLE})(?=[\w.-])")
_POWERSHELL_OWN = r"(?i)\$\{?env:"
_POWERSHELL = re.compile(r"(?i)(?:^|[\\/\s])(?:powershell|pwsh)(?:\.exe)?\b")
_TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
_BEGINNING = r"(?<![\w%})])/"
_LONGEST_PATH = 260

_NO_SEPARATOR = "write a `\\` behind it: what is put in has none at its end"
_DEAD = "remove the variable: the runtime sets it last, and its value wins"


def sandbox_variable_syntax(container: Container, context: Context) -> Iterator[Violation]:
    r"""hcsshim replaces in the command line, the working directory and the values of the environment; nowhere else.

    What it puts in has no `\` at its end (replaceWithMountPoint in jobcontainer.go). Since containerd 1.7 `cmd` reads
    the command line as well, and knows the variable in any case of letters.
    """
    for text, written, readers in chain(_words(container, context), _settings(container)):
        glued = _GLUED.search(text)
        stays = (each for each in _MENTION.finditer(text) if _stays(each[0], readers))
        found = glued or next(stays, None)
        if found:
            within = Span(*found.span()) if text == written.value else None
            label = Label(written.route, "lacks a separator" if glued else "", within=within)
            yield Violation(label, hint=_NO_SEPARATOR if glued else None, container=container.name)
    for mount in container.items("volumeMounts"):
        path = mount.written("mountPath")
        if path and isinstance(path.value, str) and SANDBOX_VARIABLE in path.value.upper():
            yield Violation(Label(path.route), container=container.name)
    own = variables(container).get(SANDBOX_VARIABLE)
    if own and not _is_referred_to(container):
        label = Label((*own.route, "name"), "the runtime's value wins")
        yield Violation(label, hint=_DEAD, container=container.name)


_Read = tuple[str, Written, str]
"""A text as the runtime gets it, what is written, and which shells read it beside the runtime."""


def _words(container: Container, context: Context) -> Iterator[_Read]:
    """The words of all commands. What only a variable's value says is told where that is set."""
    through_cmd = "cmd " if context.containerd >= THROUGH_CMD else ""
    for command in commands(container):
        powershell = any(_POWERSHELL.search(word.text) for word in command.words[:2])
        for word in command.words:
            text = word.text if _MENTION.search(word.written) else word.written
            yield text, Written(word.written, word.route), through_cmd + ("powershell" if powershell else "")


def _settings(container: Container) -> Iterator[_Read]:
    directory = container.written("workingDir")
    if directory and isinstance(directory.value, str):
        yield directory.value, directory, ""
    yield from _values(container)


def _values(container: Container) -> Iterator[_Read]:
    for variable in variables(container).values():
        if variable.value:
            yield variable.value, Written(variable.written, (*variable.route, "value")), ""


def _stays(mention: str, readers: str) -> bool:
    """Whether the runtime leaves it as it is, and no shell that reads the text knows the form."""
    if mention.rstrip(")}") in REPLACED or (mention[0] == "%" and "cmd" in readers):
        return False
    return not ("powershell" in readers and re.match(_POWERSHELL_OWN, mention))


def _is_referred_to(container: Container) -> bool:
    """Whether Kubernetes puts the manifest's own value of the variable in somewhere."""
    words = (word.written for command in commands(container) for word in command.words)
    values = (variable.written for variable in variables(container).values())
    return any(SANDBOX_VARIABLE in variable_references(text) for text in chain(words, values))


def absolute_mount_path(container: Container, context: Context) -> Iterator[Violation]:
    """Before containerd 1.7 a volume is below the image's directory only: bind mounts came with hcsshim 0.10.

    The working directory is not looked at: it is taken from the image's directory there (hcsshim 0.9.12,
    jobcontainer.go).
    """
    if context.containerd >= THROUGH_CMD:
        return
    mounts = (path for mount in container.items("volumeMounts") if (path := mount.text("mountPath")))
    wanted = {plain for path in (*mounts, _TOKEN_PATH) if 1 < len(plain := _plain(path)) <= _LONGEST_PATH}
    sizes = sorted({len(path) for path in wanted})
    for text, written, _ in chain(_words(container, context), _values(container)):
        if _uses(_plain(text), wanted, sizes):
            yield Violation(Label(written.route), container=container.name)


def _plain(text: str) -> str:
    """A text in which paths of the system drive have one kind of separator and one case."""
    return re.sub(r"[\\/]+", "/", re.sub(r"(?i)\bc:(?=[\\/])", "", text)).rstrip("/").lower()


def _uses(text: str, paths: set[str], sizes: list[int]) -> bool:
    """Whether one of some paths stands in a text with nothing in front of it that could be its directory."""
    for found in re.finditer(_BEGINNING, text):
        at = found.start()
        for size in sizes:
            behind = text[at + size : at + size + 1]
            if text[at : at + size] in paths and not (behind.isalnum() or behind in ("_", "-")):
                return True
    return False
