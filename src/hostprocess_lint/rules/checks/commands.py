"""Rules about commands, arguments and what they refer to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...finding import Label, Violation
from ...pods.pod import Container, Written
from ..context import Context

_VARIABLE = "CONTAINER_SANDBOX_MOUNT_POINT"
_MENTION = re.compile(rf"(?i)\$\(?\{{?(?:env:)?{_VARIABLE}\b|%{_VARIABLE}%")
# The two spellings that hcsshim's replaceWithMountPoint knows, with regard to case.
_REPLACED = (f"%{_VARIABLE}%", f"$env:{_VARIABLE}")
_POWERSHELL = re.compile(r"(?i)(?:^|[\\/\s])(?:powershell|pwsh)(?:\.exe)?\b")
_POWERSHELL_OWN = re.compile(r"(?i)\$\{?env:")

_UNIX_PROGRAM = re.compile(r"/(?:bin|sbin|usr|etc|opt)/|(?:/.*/)?(?:ba|da|a)?sh\Z")
_OF_THE_NODE = re.compile(r"(?i)[a-z]:[\\/]+(?:windows|program files(?: \(x86\))?|hpc)(?:[\\/]|\Z)")
_DRIVE = re.compile(r"(?i)[a-z]:[\\/]")

_FETCH = r"(?:iwr|irm|invoke-webrequest|invoke-restmethod|curl|wget)(?:\.exe)?\b"
_RUN = r"(?:iex|invoke-expression|powershell|pwsh|cmd|bash|sh)(?:\.exe)?\b"
_REMOTE_CODE = re.compile(
    rf"(?i)\b{_FETCH}[^|;]*\|\s*{_RUN}|\b(?:iex|invoke-expression)\b[^;]*\b{_FETCH}|\.DownloadString\s*\("
    r"|https://raw\.githubusercontent\.com/[^/\s]+/[^/\s]+/(?:refs/heads/|main/|master/|HEAD/)"
)
_TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"


def words(container: Container) -> list[Written]:
    """The strings of `command` and `args`, in their order."""
    found = []
    for field in ("command", "args"):
        listed = container.written(field)
        if listed and isinstance(listed.value, list):
            for index, word in enumerate(listed.value):
                if isinstance(word, str):
                    found.append(Written(word, (*listed.route, index)))
    return found


def multiline_command(container: Container, context: Context) -> Iterator[Violation]:
    """containerd 1.7 puts `cmd /c` before the command line, and cmd stops at a line break (containerd#9942).

    A line break at the very end cuts nothing off.
    """
    if context.containerd < (1, 7):
        return
    line = words(container)
    for word in line:
        text = word.value.rstrip("\r\n") if word is line[-1] else word.value
        if "\n" in text or "\r" in text:
            yield Violation(Label(word.route), container=container.name)


def sandbox_variable_syntax(container: Container, _: Context) -> Iterator[Violation]:
    """hcsshim replaces in the command line, the working directory and the values of the environment; nowhere else."""
    line = words(container)
    powershell = any(_POWERSHELL.search(word.value) for word in line[:2])
    for place in (*line, *_settings(container)):
        if any(_stays(match[0], powershell) for match in _MENTION.finditer(place.value)):
            yield Violation(Label(place.route), container=container.name)
    for mount in container.items("volumeMounts"):
        path = mount.written("mountPath")
        if path and isinstance(path.value, str) and _VARIABLE in path.value.upper():
            yield Violation(Label(path.route), container=container.name)
    for variable in container.items("env"):
        if variable.text("name") == _VARIABLE:
            label = Label((*variable.route, "name"), "hides the runtime's value")
            yield Violation(label, hint="remove the variable: the runtime sets it", container=container.name)


def _stays(mention: str, powershell: bool) -> bool:
    """Whether the runtime leaves it as it is, and PowerShell, which reads its own variables, does not help."""
    return mention not in _REPLACED and not (powershell and _POWERSHELL_OWN.match(mention))


def _settings(container: Container) -> Iterator[Written]:
    directory = container.written("workingDir")
    values = (variable.written("value") for variable in container.items("env"))
    for written in (directory, *values):
        if written and isinstance(written.value, str):
            yield written


def image_absolute_command(container: Container, _: Context) -> Iterator[Violation]:
    command = container.written("command")
    line = words(container)
    if command is None or not line or line[0].route[:-1] != command.route:
        return
    program = line[0].value
    rooted = program[:1] in ("/", "\\") and not program.startswith("\\\\")
    on_drive = _DRIVE.match(program) and not _OF_THE_NODE.match(program)
    if (rooted or on_drive) and not any(_below(program, path.value) for path in _mount_paths(container)):
        yield Violation(Label(line[0].route), container=container.name)


def linux_hook(container: Container, _: Context) -> Iterator[Violation]:
    probes = (("livenessProbe",), ("readinessProbe",), ("startupProbe",))
    for path in (*probes, ("lifecycle", "postStart"), ("lifecycle", "preStop")):
        command = container.written(*path, "exec", "command")
        if command and isinstance(command.value, list) and command.value:
            program = command.value[0]
            if isinstance(program, str) and _UNIX_PROGRAM.match(program):
                yield Violation(Label((*command.route, 0)), container=container.name)


def remote_code(container: Container, _: Context) -> Iterator[Violation]:
    for word in words(container):
        if _REMOTE_CODE.search(word.value):
            yield Violation(Label(word.route), container=container.name)


def absolute_mount_path(container: Container, context: Context) -> Iterator[Violation]:
    """Before containerd 1.7 a volume is below the image's directory only: bind mounts came with hcsshim 0.10."""
    if context.containerd >= (1, 7):
        return
    paths = [path.value for path in _mount_paths(container)] + [_TOKEN_PATH]
    for place in (*words(container), *_settings(container)):
        if any(_uses(place.value, path) for path in paths):
            yield Violation(Label(place.route), container=container.name)


def _mount_paths(container: Container) -> Iterator[Written]:
    for mount in container.items("volumeMounts"):
        path = mount.written("mountPath")
        if path and isinstance(path.value, str):
            yield path


def _plain(path: str) -> str:
    """A path on the system drive with one kind of separator and in one case."""
    return re.sub(r"[\\/]+", "/", re.sub(r"(?i)\bc:(?=[\\/])", "", path)).rstrip("/").lower()


def _below(path: str, directory: str) -> bool:
    root = _plain(directory)
    return bool(root) and (_plain(path) + "/").startswith(root + "/")


def _uses(text: str, path: str) -> bool:
    """Whether a path stands in a text with nothing in front of it that could be its directory."""
    wanted = _plain(path)
    return len(wanted) > 1 and re.search(rf"(?<![\w%}})])/*{re.escape(wanted)}(?![\w-])", _plain(text)) is not None
