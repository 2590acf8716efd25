"""Rules about which program a command line starts, and where it is looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...finding import Level, Violation
from ...location import Label
from ...pods.commandline import IMAGE_ROOT, Command, Word, commands
from ...pods.environment import UNKNOWN
from ...pods.paths import ON_NODES, Places, brings, cut, in_image, is_on_drive, is_relative, is_rooted
from ...pods.pod import Container
from ..code import line
from ..context import Context
from ..script import statements
from .shell import THROUGH_CMD

# Tools of Unix and of its images that Windows Server has neither on PATH nor in `cmd`. PowerShell has aliases of some
# of these names, which are nothing to `cmd`.
_UNIX_TOOLS = (
    "apk apt-get ash awk base64 basename bash busybox cat chmod chown chroot cp csh cut dash dirname dumb-init env expr"
    " false grep gunzip head id iptables kill ksh ln ls mkfifo mktemp modprobe mv nc nohup nsenter pgrep pkill printenv"
    " printf ps pwd pwsh readlink realpath rm sed seq sh sleep source stat su sudo sysctl systemctl tail tee test tini"
    " touch tr true uname wc wget xargs yum zsh"
)
_NOT_ON_WINDOWS = frozenset(_UNIX_TOOLS.split())
_SHELLS = frozenset(("ash", "bash", "csh", "dash", "ksh", "sh", "zsh"))
_UNIX_FOLDERS = frozenset(("bin", "sbin", "usr", "lib", "lib64", "etc"))
_ON_NODES = Places(ON_NODES)
_IMAGE = Places((cut(IMAGE_ROOT),))
_RUNS_SCRIPTS = frozenset(("", "cmd", "powershell", "pwsh"))
_SCRIPT = r"(?i)\.(?:ps1|psm1|cmd|bat|exe|vbs)\Z"

_IN_THE_IMAGE = "begin it with `%CONTAINER_SANDBOX_MOUNT_POINT%\\`, where the files of the image are"
_OF_WINDOWS = "call what Windows has for it, such as `type`, `findstr` or PowerShell's `Start-Sleep`"
_A_SHELL = "call `powershell.exe` or `cmd.exe`, which every node has"


def no_such_program(container: Container, _: Context) -> Iterator[Violation]:
    for command in commands(container):
        program = command.program
        if program is None and _is_unix_shell(command.words):
            label = Label(command.words[0].route, "not part of Windows Server")
            yield Violation(label, hint=_A_SHELL, level=Level.WARNING, container=container.name)
        for word in dict.fromkeys(_called_by_cmd(command)):
            label = Label(word.route, "calls what is not part of Windows Server")
            yield Violation(label, hint=_OF_WINDOWS, level=Level.WARNING, container=container.name)
        if program is None or _is_linux_hook(command, container):
            continue
        if _is_rooted_nowhere(program.text, container):
            level = None if set(cut(program.text)[:1]) & _UNIX_FOLDERS else Level.WARNING
            hint = _A_SHELL if command.name in _NOT_ON_WINDOWS else _IN_THE_IMAGE
            yield Violation(Label(program.route), hint=hint, level=level, container=container.name)
        elif _is_named_for_unix(command) or _is_new_powershell(command, container):
            label = Label(program.route, "not part of Windows Server")
            yield Violation(label, hint=_A_SHELL, level=Level.WARNING, container=container.name)


def linux_hook(container: Container, _: Context) -> Iterator[Violation]:
    for command in commands(container):
        if command.program and _is_linux_hook(command, container):
            yield Violation(Label(command.program.route), container=container.name)


def image_absolute_command(container: Container, _: Context) -> Iterator[Violation]:
    """The container's own program: probes and hooks are most often looked up where it is."""
    for command in commands(container):
        program = command.program.text if command.program and command.kind == "container" else ""
        known = _ON_NODES.hold(program) or brings(container, program) or UNKNOWN in program
        if command.program and is_on_drive(program) and not known and not _is_new_powershell(command, container):
            yield Violation(Label(command.program.route), container=container.name)


def relative_path(container: Container, context: Context) -> Iterator[Violation]:
    """Until containerd 1.6 the working directory was below the image's; since 1.7 it is a directory of the node
    (hcsshim, CreateProcess in internal/jobcontainers/jobcontainer.go).
    """
    directory = container.written("workingDir")
    base = directory.value if directory and isinstance(directory.value, str) else ""
    if context.containerd < THROUGH_CMD or in_image(base):
        return
    if directory and base and not is_rooted(base) and not is_on_drive(base) and not base.startswith(("%", "$", "\\\\")):
        yield Violation(Label(directory.route), container=container.name)
        return
    for command in commands(container):
        for word, path in _started(command):
            if is_relative(path) and not _is_found_from(base, path, container):
                yield Violation(Label(word.route), container=container.name)


def _is_unix_shell(words: Sequence[Word]) -> bool:
    """Whether arguments begin with a shell and what it is to run: the node has none, whatever the image starts."""
    if len(words) < 3 or words[1].text not in ("-c", "-ec", "-xc", "-lc"):
        return False
    return words[0].text.rpartition("/")[2] in _SHELLS


def _called_by_cmd(command: Command) -> Iterator[Word]:
    """The words of a line for `cmd` in which it is to call a tool of Unix; PowerShell has names of its own for some."""
    if command.name != "cmd" or "powershell" in command.line.lower():
        return
    script = line(command)
    for statement in statements(script.text):
        for stage in statement:
            for call in stage.calls:
                if call.program in _NOT_ON_WINDOWS and _is_bare(call.first):
                    yield script.word_at(script.text.lower().find(call.first, stage.at))


def _is_named_for_unix(command: Command) -> bool:
    return command.program is not None and _is_bare(command.program.text) and command.name in _NOT_ON_WINDOWS


def _is_new_powershell(command: Command, container: Container) -> bool:
    """Whether it is PowerShell 7 where its installer puts it, which is not part of Windows Server."""
    path = command.program.text if command.program else ""
    return command.name == "pwsh" and is_on_drive(path) and not _IMAGE.hold(path) and not brings(container, path)


def _is_bare(text: str) -> bool:
    return not any(character in text for character in f"\\/:%${UNKNOWN}")


def _is_rooted_nowhere(program: str, container: Container) -> bool:
    """Whether a path begins at the root of the node's drive, and nothing is known that would bring it there."""
    if not is_rooted(program) or UNKNOWN in program or not cut(program):
        return False
    return not _ON_NODES.hold(program) and not brings(container, program)


def _is_linux_hook(command: Command, container: Container) -> bool:
    """Whether it is a probe or hook that calls a Unix shell, or something in a folder of Unix."""
    if command.kind == "container" or command.program is None:
        return False
    program = command.program.text
    if is_rooted(program):
        of_unix = command.name in _SHELLS or not _UNIX_FOLDERS.isdisjoint(cut(program)[:1])
        return of_unix and _is_rooted_nowhere(program, container)
    return _is_bare(program) and command.name in _SHELLS


def _started(command: Command) -> Iterator[tuple[Word, str]]:
    """The words of a command that name what is run, and the path in each: the program, and a script given to a shell.

    A script comes first, or behind an option and perhaps its value.
    """
    if command.program:
        yield command.program, command.program.text
    scripts = command.words[1:] if command.program else command.words
    if command.name not in _RUNS_SCRIPTS:
        return
    for index, word in enumerate(scripts):
        before = [other.text[:1] for other in scripts[max(index - 2, 0) : index]]
        path = next(iter(word.text.removeprefix("&").split()), "").strip("\"'")
        if re.search(_SCRIPT, path) and (index == 0 or "-" in before or "/" in before):
            yield word, path


def _is_found_from(base: str, path: str, container: Container) -> bool:
    """Whether a relative path leads to something that is there, as far as the manifest knows.

    In a directory of the node an init container may have put anything.
    """
    resolved = f"{base}\\{path}"
    if _ON_NODES.hold(resolved) or brings(container, resolved):
        return True
    first = next((other for other in container.pod.containers if other is not container), None)
    return is_on_drive(base) and first is not None and first.kind == "init"  # they stand before all others
