"""What a release changes of the directory that it deploys, or of what a chart is rendered to: Kustomize's fields."""

from __future__ import annotations

from ...pods.view import View
from .homes import SpecLayer, Stack
from .release import Customized, KustomizedField

_FIELDS = (
    *("namePrefix", "nameSuffix", "images", "replicas", "patches", "components"),
    *("commonLabels", "commonAnnotations", "patchesStrategicMerge", "patchesJson6902"),
)


def customized(home: SpecLayer | Stack, view: View, namespace: str | None) -> Customized:
    """What a release adds to a kustomization, or to what a chart rendered."""
    found = ((name, home.node((*view.route, name))) for name in _FIELDS if view.data.get(name))
    return Customized(tuple(KustomizedField(name, *node) for name, node in found if node is not None), namespace)
