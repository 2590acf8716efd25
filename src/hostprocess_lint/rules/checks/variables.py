"""Rules about the values of variables, and about words that name something of the cluster or of a volume."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...finding import Label, Violation
from ...pods.cmd import NODE_VARIABLES
from ...pods.commandline import Command, Word, commands
from ...pods.environment import UNKNOWN, Variable, references, variables
from ...pods.paths import Places, cut, host_paths, places
from ...pods.pod import Container, View, Written
from ..context import Context
from .shell import THROUGH_CMD

_PER_CENT = re.compile(r"%([^%:\s]+)(?=%|:[^%]*%)")
_LIKE_A_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*\Z")
_SHELLS = frozenset(("cmd", "powershell", "pwsh"))
_OBJECTS = {"secretKeyRef": "a Secret", "configMapKeyRef": "a ConfigMap"}
_WHOLE_OBJECTS = {"secretRef": "a Secret", "configMapRef": "a ConfigMap"}
_OWN_FIELDS = {"metadata.annotations": "the pod's annotations", "metadata.labels": "the pod's labels"}

_SYSTEM_FOLDER = re.compile(r"(?i)[a-z]:[\\/]+(?:[^\\/]+[\\/]+)*system32\Z")
_EXPANSION = re.compile(r"(?i)%path%|\$\(path\)|\$\{?env:path\b")
_BETWEEN = re.compile(r"[\s,;=\"'|()<>]+")
_HOST = re.compile(r"(?i)(?:[a-z][a-z0-9+.-]*://)?(?:[^@/]*@)?([a-z0-9.-]+)")


def path_variable(container: Container, _: Context) -> Iterator[Violation]:
    """A value replaces the node's, whatever the case of the name; the runtime appends the image's directory and two of
    Windows' own, and nothing expands a variable in it (hcsshim, CreateProcess in jobcontainer.go).
    """
    for variable in variables(container).values():
        if variable.name.upper() != "PATH" or not variable.value or UNKNOWN in variable.value:
            continue
        segments = (segment.strip(' "').rstrip("\\/") for segment in variable.value.split(";"))
        known = any(_SYSTEM_FOLDER.match(segment) for segment in segments)
        expansion = _EXPANSION.search(variable.value)
        if expansion or not known:
            text = f"`{expansion[0]}` is not expanded" if expansion else ""
            yield Violation(Label((*variable.route, "value"), text), container=container.name)


def untrusted_command_line(container: Container, context: Context) -> Iterator[Violation]:
    """Kubernetes and `cmd` put a variable's value into the line, and then `cmd` or another shell reads all of it.

    In probes Kubernetes has no value for such a variable, and in hooks it expands nothing; `cmd` does so in both.
    """
    by_cmd = context.containerd >= THROUGH_CMD
    for command in commands(container):
        if not by_cmd and command.name not in _SHELLS:
            continue
        for word in command.words:
            source = next(_foreign_values(word, command, container, by_cmd), None)
            if source:
                label = Label(word.route, f"a value from {source[0]}")
                yield Violation(label, related=(Label(source[1].route, "brings the value"),), container=container.name)


def _foreign_values(word: Word, command: Command, container: Container, by_cmd: bool) -> Iterator[tuple[str, View]]:
    """Whose values come into a word, and the entries of `env` or `envFrom` that bring them."""
    known = variables(container)
    names = list(references(word.written)) if command.kind == "container" else []
    upper = {found[1].upper() for found in _PER_CENT.finditer(word.text)} if by_cmd else set()
    used = [*(known[name] for name in names if name in known)]
    used += [variable for variable in known.values() if variable.name.upper() in upper]
    for origin in (origin for variable in used for origin in variable.origins):
        source = _whose(origin)
        if source:
            yield source, origin.view
    unknown = ({*names} - {*known}) | (upper - {name.upper() for name in known} - NODE_VARIABLES)
    yield from _whole_objects(container, unknown)


def _whose(variable: Variable) -> str | None:
    """Who writes the value, where that is neither whoever writes the manifest nor the cluster itself."""
    if variable.source == "fieldRef":
        path = variable.view.text("valueFrom", "fieldRef", "fieldPath") or ""
        return _OWN_FIELDS.get(path.partition("[")[0])
    return _OBJECTS.get(variable.source or "")


def _whole_objects(container: Container, names: set[str]) -> Iterator[tuple[str, View]]:
    """What brings variables of some names that `env` does not have: PowerShell's own `$(…)` must not look like one."""
    like_variables = [name for name in names if _LIKE_A_VARIABLE.match(name)]
    for view in container.items("envFrom") if like_variables else ():
        prefix = view.text("prefix") or ""
        for field, source in _WHOLE_OBJECTS.items():
            if view.written(field) and any(name.startswith(prefix) for name in like_variables):
                yield source, view


def socket_through_mount(container: Container, _: Context) -> Iterator[Violation]:
    """A socket's address that leads through a volume, where the node's own path would do."""
    mounted = _mounted_elsewhere(container)
    for written in _texts(container) if mounted.held else ():
        for token in _BETWEEN.split(written.value):
            is_address = token[:5].lower() == "unix:"
            path = token[5:].removeprefix("//") if is_address else token
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
    return places(found)


def cluster_name(container: Container, _: Context) -> Iterator[Violation]:
    for written in _texts(container):
        if any(_is_a_service(token) for token in _BETWEEN.split(written.value) if ".svc" in token.lower()):
            yield Violation(Label(written.route), container=container.name)


def _is_a_service(token: str) -> bool:
    """Whether a host's name, an address or a URL names a service of the cluster."""
    host = _HOST.match(token)
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
