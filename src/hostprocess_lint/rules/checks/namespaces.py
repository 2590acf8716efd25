"""Rules about the namespace that a pod is created in."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Label, Level, Related, Violation
from ...pods.pod import Pod
from ..context import Context


def namespace_forbids_host_process(pod: Pod, context: Context) -> Iterator[Violation]:
    """Pod Security admission: the check `windowsHostProcess` is part of baseline, and so of restricted.

    `enforce` refuses the pods, of a controller too, though not the controller; `warn` and `audit` only say so.
    """
    labels = context.namespaces.get(pod.resource.namespace or "", ())
    for label in sorted(labels, key=lambda label: ("enforce", "warn", "audit").index(label.mode)):
        if label.level not in ("baseline", "restricted"):
            continue
        enforced = label.mode == "enforce"
        yield Violation(
            Label(pod.because, "refused in this namespace" if enforced else "reported in this namespace"),
            message=f"namespace `{pod.resource.namespace}` {_VERBS[label.mode]} HostProcess pods",
            level=None if enforced else Level.NOTE,
            related=(Related(f"level {label.level}", label.location),),
        )
        return


_VERBS = {"enforce": "refuses", "warn": "warns about", "audit": "audits"}
