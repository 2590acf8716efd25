"""Rules about the namespace that a pod is created in."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Level, Violation
from ...location import Label, Related
from ...pods.pod import Pod
from ..context import Context

_LABEL = "pod-security.kubernetes.io/"
_LEVELS = ("privileged", "baseline", "restricted")
_VERBS = {"enforce": "refuses", "warn": "warns about", "audit": "audits"}
"""The modes, and what a namespace does in each; the one that matters most comes first."""


def namespace_forbids_host_process(pod: Pod, context: Context) -> Iterator[Violation]:
    """Pod Security admission: the check `windowsHostProcess` is part of baseline, and so of restricted.

    `enforce` refuses the pods, of a controller too, though not the controller; `warn` and `audit` only say so.
    PolicyToEvaluate of its api/helpers.go takes an unknown level for restricted where it enforces, and for privileged
    elsewhere.
    """
    labels = context.namespace_labels(pod.resource.namespace or "")
    for label in sorted(labels, key=lambda label: list(_VERBS).index(label.mode)):
        enforced, known = label.mode == "enforce", label.level in _LEVELS
        if label.level == "privileged" or not (known or enforced):
            continue
        yield Violation(
            Label(pod.because, "refused in this namespace" if enforced else "reported in this namespace"),
            message=_said(pod, label.mode, label.level if not known else None),
            level=None if enforced else Level.NOTE,
            hint=None if enforced else f"label the namespace `{_LABEL}{label.mode}: privileged`",
            related=(Related(f"level {label.level}", label.location),),
        )
        return


def _said(pod: Pod, mode: str, unknown: str | None) -> str:
    namespace = pod.resource.namespace
    if unknown is not None:
        return f"namespace `{namespace}` is refused itself, and enforces restricted: there is no level `{unknown}`"
    return f"namespace `{namespace}` {_VERBS[mode]} HostProcess pods"
