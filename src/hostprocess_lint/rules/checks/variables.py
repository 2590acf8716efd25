"""Rules about the values of variables, and about words that name something of the cluster or of a volume."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...finding import Violation
from ...location import Label, Span
from ...pods.cmd import NODE_VARIABLES
from ...pods.commandline import Word, commands
from ...pods.environment import UNKNOWN, Variable, variable_references, variables
from ...pods.paths import Places, cut, host_paths
from ...pods.pod import Container
from ...pods.view import View, Written
from ..context import Context
from .shell import THROUGH_CMD

_PER_CENT = re.compile(r"%([^%:\s]+)(?=%|:[^%]*%)")
_LIKE_A_VARIABLE = r"[A-Z_][A-Z0-9_]*\Z"
_SHELLS = frozenset(("cmd", "powershell", "pwsh"))
_OBJECTS = {"secretKeyRef": "a Secret", "configMapKeyRef": "a ConfigMap"}
_WHOLE_OBJECTS = {"secretRef": "a Secret", "configMapRef": "a ConfigMap"}
_OWN_FIELDS = {"metadata.annotations": "the pod's annotations", "metadata.labels": "the pod's labels"}

_SYSTEM_FOLDER = r"(?i)[a-z]:[\\/]+(?:[^\\/]+[\\/]+)*system32\Z"
_EXPANSION = r"(?i)%path%|\$\(path\)|\$\{?env:path\b"
_BETWEEN = re.compile(r"[\s,;=\"'|()<>]+")
_BEFORE_A_DRIVE = r"\A[\\/]+(?=[A-Za-z]:)"
_HOST = r"(?i)(?:[a-z][a-z0-9+.-]*://)?(?:[^@/]*@)?([a-z0-9.-]+)"


def path_variable(container: Container, _: Context) -> Iterator[Violation]:
    """A value replaces the node's, whatever the case of the name; the runtime appends the image's directory and two of
    Windows' own, and nothing expands a variable in it (hcsshim, CreateProcess in jobcontainer.go).
    """
    for variable in variables(container).values():
        if variable.name.upper() != "PATH" or not variable.value or UNKNOWN in variable.value:
            continue
        segments = (segment.strip(' "').rstrip("\\/") for segment in variable.value.split(";"))
        known = any(re.match(_SYSTEM_FOLDER, segment) for segment in segments)
        expansion = re.search(_EXPANSION, variable.value)
        if expansion or not known:
            text = f"`{expansion[0]}` is not expanded" if expansion else ""
            yield Violation(Label((*variable.route, "value"), text), container=container.name)


def untrusted_command_line(container: Container, context: Context) -> Iterator[Violation]:
    """Kubernetes and `cmd` put a variable's value into the line, and then `cmd` or another shell reads all of it.

    In probes Kubernetes has no value for such a variable, and in hooks it expands nothing; `cmd` does so in both.
    """
    by_cmd = context.containerd >= THROUGH_CMD
    whole = tuple(container.items("envFrom"))
    known = variables(container)
    upper = {name.upper(): variable for name, variable in known.items()}
    for command in commands(container) if known or whole else ():
        for word in command.words if by_cmd or command.name in _SHELLS else ():
            names = {name: known.get(name) for name in variable_references(word.written) if command.kind == "container"}
            if by_cmd:
                asked = {found[1]: found[1].upper() for found in _PER_CENT.finditer(word.text)}
                names |= {name: upper.get(key) for name, key in asked.items() if key not in NODE_VARIABLES}
            for name, variable in names.items():
                source = _foreign(variable) if variable else _of_a_whole_object(name, whole)
                if source:
                    label = Label(word.route, f"a value from {source[0]}", within=_reference(name, word))
                    related = (Label(source[1].route, "brings the value"),)
                    yield Violation(label, related=related, container=container.name)
                    break


def _reference(name: str, word: Word) -> Span | None:
    """Where a word refers to a variable."""
    found = re.search(rf"\$\({re.escape(name)}\)|%{re.escape(name)}[%:]", word.written)
    return Span(*found.span()) if found else None


def _foreign(variable: Variable) -> tuple[str, View] | None:
    """Whose value a variable has, where somebody else writes it, and the entry of `env` that brings it."""
    return next(((source, origin.view) for origin in variable.origins if (source := _whose(origin))), None)


def _whose(variable: Variable) -> str | None:
    """Who writes the value, where that is neither whoever writes the manifest nor the cluster itself."""
    if variable.source == "fieldRef":
        path = variable.view.text("valueFrom", "fieldRef", "fieldPath") or ""
        return _OWN_FIELDS.get(path.partition("[")[0])
    return _OBJECTS.get(variable.source or "")


def _of_a_whole_object(name: str, whole: Sequence[View]) -> tuple[str, View] | None:
    """What brings a variable that `env` does not have: PowerShell's own `$(…)` must not look like one."""
    for view in whole if re.match(_LIKE_A_VARIABLE, name) else ():
        if name.startswith(view.text("prefix") or ""):
            for field, source in _WHOLE_OBJECTS.items():
                if view.written(field):
                    return source, view
    return None


def socket_through_mount(container: Container, _: Context) -> Iterator[Violation]:
    """A socket's address that leads through a volume, where the node's own path would do."""
    mounted = _mounted_elsewhere(container)
    for written in _texts(container) if mounted else ():
        for token in _BETWEEN.split(written.value):
            is_address = token[:5].lower() == "unix:"
            path = re.sub(_BEFORE_A_DRIVE, "", token[5:].removeprefix("//")) if is_address else token
            if (is_address or token.lower().endswith(".sock")) and mounted.hold(path):
                yield Violation(Label(written.route), container=container.name)
                break


def _mounted_elsewhere(container: Container) -> Places:
    """Where directories of the node are mounted at another path than their own."""
    known = host_paths(container.pod)
    found = []
    for mount in container.items("volumeMounts"):
        source, target = known.get(mount.text("name") or ""), mount.text("mountPath")
        if source and target and cut(source) != cut(target):
            found.append(cut(target))
    return Places(found)


def cluster_name(container: Container, _: Context) -> Iterator[Violation]:
    for written in _texts(container):
        if any(_is_a_service(token) for token in _BETWEEN.split(written.value) if ".svc" in token.lower()):
            yield Violation(Label(written.route), container=container.name)


def _is_a_service(token: str) -> bool:
    """Whether a host's name, an address or a URL names a service of the cluster."""
    host = re.match(_HOST, token)
    name = host[1].lower().rstrip(".").removesuffix(".cluster.local") if host else ""
    return name.endswith(".svc") and name.count(".") >= 2


def _texts(container: Container) -> Iterator[Written]:
    """The words of the container's own command as they are written, and the values of its variables."""
    for command in commands(container):
        for word in command.words if command.kind == "container" else ():
            yield Written(word.written, word.route)
    for variable in variables(container).values():
        if variable.value:
            yield Written(variable.value, (*variable.route, "value"))
