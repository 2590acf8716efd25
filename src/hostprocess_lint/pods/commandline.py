"""The command line of a HostProcess container as its node gets it, made step by step as kubelet and runtime do."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from ..location import Route
from .environment import expanded, variables
from .pod import Container
from .view import Written

SANDBOX_VARIABLE = "CONTAINER_SANDBOX_MOUNT_POINT"
REPLACED = (f"%{SANDBOX_VARIABLE}%", f"$env:{SANDBOX_VARIABLE}")
"""What the runtime replaces, with regard to case (hcsshim, jobcontainer.go, replaceWithMountPoint)."""

IMAGE_ROOT = "C:\\hpc"
"""Where the files of the image are since containerd 1.7 (hcsshim, internal/jobcontainers/storage.go)."""

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HOOKS = ("postStart", "preStop")
_WRAPPED = frozenset(' \t"')


class Word(NamedTuple):
    """One element of `command` or `args`: what the program is meant to get, what is written, and the way to that."""

    text: str
    written: str
    route: Route


class Command(NamedTuple):
    """What is started in a container: its own command, or that of a probe or hook.

    `program` is the first word, None where it comes from the image (the manifest has `args` only).
    """

    kind: Literal["container", "probe", "hook"]
    words: tuple[Word, ...]
    program: Word | None

    @property
    def name(self) -> str:
        """The program's file name in lower case, without `.exe`; empty where the image says which it is."""
        text = self.program.text if self.program else ""
        return re.split(r"[\\/]", text.lower())[-1].removesuffix(".exe")

    @property
    def line(self) -> str:
        """The words one behind the other, as people read them."""
        return " ".join(word.text for word in self.words)


@lru_cache(maxsize=64)
def commands(container: Container) -> tuple[Command, ...]:
    """Everything that is started in a container, as far as the manifest says it: its own command first.

    The kubelet expands `$(NAME)` in the container's command with all of its variables; in a probe's with what `env`
    has as `value`, unexpanded and empty where the value comes from elsewhere (prober.go, runProbe, with
    ExpandContainerCommandOnlyStatic in container/helpers.go); in a hook's not at all (lifecycle/handlers.go, Run).
    """
    known = variables(container)
    own = {name: variable.value for name, variable in known.items()}
    static: dict[str, str | None] = {name: variable.written for name, variable in known.items()}
    command = tuple(_words(container.written("command"), own))
    found = [Command("container", (*command, *_words(container.written("args"), own)), command[0] if command else None)]
    for probe in _PROBES:
        words = tuple(_words(container.written(probe, "exec", "command"), static))
        found.append(Command("probe", words, words[0] if words else None))
    for hook in _HOOKS:
        words = tuple(_words(container.written("lifecycle", hook, "exec", "command"), {}))
        found.append(Command("hook", words, words[0] if words else None))
    return tuple(command for command in found if command.words)


def _words(listed: Written | None, values: Mapping[str, str | None]) -> Iterator[Word]:
    """The words of a list, of which null is the empty one; what is no string is not decoded."""
    for index, word in enumerate(listed.value if listed and isinstance(listed.value, list) else ()):
        if word is None or isinstance(word, str):
            yield Word(expanded(word or "", values), word or "", (*listed.route, index) if listed else ())


def is_wrapped(word: str) -> bool:
    """Whether quotes are put around a word: where it is empty, or holds a blank, a tab or a quote.

    That is Windows' own rule for arguments. The EscapeArg that hcsshim calls (golang.org/x/sys/windows) leaves a word
    bare that holds a quote and no blank: its own quotes then open and close for `cmd` the other way round.
    """
    return not word or not _WRAPPED.isdisjoint(word)


def escaped(word: str) -> str:
    """A word as it is written into a command line: `escapeArgs` of hcsshim's internal/cmd."""
    if not is_wrapped(word):
        return word
    parts = (part + "\\" * (len(part) - len(part.rstrip("\\"))) for part in word.split('"'))
    return '"' + '\\"'.join(parts) + '"'
