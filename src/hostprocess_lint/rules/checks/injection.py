"""Rules about webhooks that add containers to a pod."""

from collections.abc import Iterator
from typing import NamedTuple

from ...finding import Level, Violation
from ...location import Label
from ...pods.pod import Pod
from ..context import Context

_TRUE = ("true", "t", "1", "yes", "y", "on")


class _Injector(NamedTuple):
    """Who adds containers at the word of an annotation or label, and the values that do not ask for that.

    `asks` are the values that do, where not every other one does.
    """

    name: str
    asks: tuple[str, ...] = ()

    def is_asked(self, value: str) -> bool:
        return value.lower() in self.asks if self.asks else value.lower() not in ("false", "disabled", "")


# vault-k8s (ShouldInject in agent-inject/agent), Dapr, OpenTelemetry's operator and Consul look at no host network.
_ADDING = {
    "vault.hashicorp.com/agent-inject": _Injector("Vault's agent injector", _TRUE),
    "dapr.io/enabled": _Injector("Dapr's sidecar injector", _TRUE),
    "sidecar.opentelemetry.io/inject": _Injector("the OpenTelemetry operator"),
    "consul.hashicorp.com/connect-inject": _Injector("Consul's injector", _TRUE),
}
# Istio skips pods on the host's network (injectRequired in pkg/kube/inject), and `linkerd inject` refuses them.
_SKIPPING = {
    "sidecar.istio.io/inject": _Injector("Istio", _TRUE),
    "linkerd.io/inject": _Injector("Linkerd", ("enabled", "ingress")),
}
_INSTRUMENTATION = "instrumentation.opentelemetry.io/inject-"
_VARIABLES_ONLY = f"{_INSTRUMENTATION}sdk"


def sidecar_injection(pod: Pod, _: Context) -> Iterator[Violation]:
    """What is added are Linux images: refused beside container-level `hostProcess`, HostProcess themselves below it."""
    for field in ("annotations", "labels"):
        written = pod.metadata.written(field)
        for key, value in written.value.items() if written and isinstance(written.value, dict) else ():
            if not isinstance(value, str) or written is None:
                continue
            place = Label((*written.route, key))
            adding, skipping = _adding(key), _SKIPPING.get(key)
            if adding and adding.is_asked(value):
                yield Violation(place, message=f"{adding.name} adds Linux containers to a HostProcess pod")
            elif skipping and skipping.is_asked(value):
                yield Violation(
                    place._replace(text="without effect here"),
                    message=f"{skipping.name} injects nothing into a pod on the host's network",
                    level=Level.NOTE,
                )


def _adding(key: str) -> _Injector | None:
    if key.startswith(_INSTRUMENTATION) and key != _VARIABLES_ONLY:
        return _ADDING["sidecar.opentelemetry.io/inject"]
    return _ADDING.get(key)
