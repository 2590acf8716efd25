"""What a release changes of the directory that it deploys, or of what a chart is rendered to: Kustomize's fields."""

from __future__ import annotations

from ...pods.view import View
from .homes import SpecLayer, Stack
from .release import Customized, KustomizedField, Substitution

_FIELDS = (
    *("namePrefix", "nameSuffix", "images", "replicas", "patches", "components"),
    *("commonLabels", "commonAnnotations", "patchesStrategicMerge", "patchesJson6902"),
)


def customized(
    home: SpecLayer | Stack, view: View, namespace: str | None, substitute: tuple[Substitution, ...] = ()
) -> Customized | None:
    """What a release adds to a kustomization, or to what a chart rendered; nothing where it adds nothing."""
    found = ((name, home.node((*view.route, name))) for name in _FIELDS if view.data.get(name))
    fields = tuple(KustomizedField(name, *node) for name, node in found if node is not None)
    if not fields and not namespace and not substitute:
        return None
    return Customized(fields, namespace, substitute)
