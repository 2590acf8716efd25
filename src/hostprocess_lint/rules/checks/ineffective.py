"""Rules about what is written for nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Violation
from ...location import Label, Part
from ...pods.pod import Container
from ..context import Context


def ineffective_field(container: Container, _: Context) -> Iterator[Violation]:
    """Resizing in place is not for Windows (allocation/features_windows.go of the kubelet), nor are claims of devices
    (PrepareDynamicResources in its cm/container_manager_windows.go); stop signals are alpha and off; and hcsshim drops
    an empty value (internal/cmd/cmd.go) and knows one spelling of a name (internal/exec/exec.go).
    """
    resize = container.written("resizePolicy")
    if resize and resize.value:
        yield Violation(
            Label(resize.route, part=Part.KEY),
            message="`resizePolicy` has no effect on Windows, whose pods are not resized in place",
            container=container.name,
        )
    claims = container.written("resources", "claims")
    if claims and claims.value:
        yield Violation(
            Label(claims.route, part=Part.KEY),
            message="`resources.claims` brings no device: the kubelet prepares none on Windows",
            container=container.name,
        )
    signal = container.written("lifecycle", "stopSignal")
    fault = _signal_fault(signal.value, container.pod.os) if signal else None
    if signal and fault:
        yield Violation(
            Label(signal.route),
            message=f"`stopSignal` is dropped where it is off, as by default, and refused elsewhere: {fault}",
            container=container.name,
        )
    yield from _variables(container)


def _signal_fault(signal: object, system: str | None) -> str | None:
    """validateStopSignal."""
    if system != "windows":
        return "it needs `os.name`"
    return None if signal in ("SIGTERM", "SIGKILL") else "Windows takes `SIGTERM` and `SIGKILL` only"


def _variables(container: Container) -> Iterator[Violation]:
    known: dict[str, tuple[str, Label]] = {}
    for variable in container.items("env"):
        name = variable.text("name")
        if not name:
            continue
        place = Label((*variable.route, "name"))
        spelling, earlier = known.setdefault(name.upper(), (name, place._replace(text="the other spelling")))
        if spelling != name:
            yield Violation(
                place,
                message=f"environment variable `{name}` differs from another in case only, and either of them wins",
                hint="give the variables names of their own, or remove one",
                related=(earlier,),
                container=container.name,
            )
        if variable.data.get("value") in (None, "") and variable.written("valueFrom") is None:
            yield Violation(
                Label((*variable.route, "value")) if variable.data.get("value") == "" else place,
                message=f"environment variable `{name}` is empty, so the node's own value stays, if it has one",
                hint="remove the variable, or give it a value",
                container=container.name,
            )
