"""Rules about the versions of Kubernetes and containerd that are aimed at."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Level, Violation
from ...location import Label
from ...pods.pod import Pod
from ..context import Context


def kubernetes_too_old(pod: Pod, context: Context) -> Iterator[Violation]:
    """The gate WindowsHostProcessContainers: alpha and off in 1.22, beta and on in 1.23, stable in 1.26 (KEP-1981)."""
    version = context.kubernetes
    if version >= (1, 26):
        return
    shown = ".".join(map(str, version))
    if version < (1, 22):
        yield Violation(Label(pod.because), message=f"HostProcess is unknown to Kubernetes {shown}")
    elif version < (1, 23):
        yield Violation(Label(pod.because), message=f"HostProcess is switched off in Kubernetes {shown}")
    else:
        message = f"HostProcess is a beta feature of Kubernetes {shown}"
        yield Violation(Label(pod.because), message=message, level=Level.NOTE)


def containerd_too_old(pod: Pod, context: Context) -> Iterator[Violation]:
    if context.containerd < (1, 6):
        yield Violation(Label(pod.because))


def container_level_only(pod: Pod, context: Context) -> Iterator[Violation]:
    """kubernetes/kubernetes#110140: early kubelets asked the containers only where the pod had a block of options."""
    if context.kubernetes < (1, 25) and pod.written("securityContext", "windowsOptions") is None:
        yield Violation(Label(pod.because))
