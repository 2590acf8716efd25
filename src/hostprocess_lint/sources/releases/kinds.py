"""The kinds of objects that say what is deployed, each read where the releases of its tool are."""

from __future__ import annotations

ARGO, HELM, KUSTOMIZE, K3S = "argoproj.io", "helm.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io", "helm.cattle.io"
FLEET, HELM_OPERATOR, FLUX_OPERATOR = "fleet.cattle.io", "helm.fluxcd.io", "fluxcd.controlplane.io"
CLUSTER_API = "addons.cluster.x-k8s.io"

KINDS = frozenset(
    {
        (ARGO, "Application"),
        (ARGO, "ApplicationSet"),
        (HELM, "HelmRelease"),
        (HELM_OPERATOR, "HelmRelease"),
        (KUSTOMIZE, "Kustomization"),
        (K3S, "HelmChart"),
        (K3S, "HelmChartConfig"),
        (FLEET, "GitRepo"),
        (FLEET, "HelmOp"),
        (FLUX_OPERATOR, "ResourceSet"),
        (CLUSTER_API, "HelmChartProxy"),
    }
)
_MAKING = frozenset({(FLUX_OPERATOR, "ResourceSet")})


def is_release(api_version: str, kind: str) -> bool:
    """Whether an object deploys something itself, in whatever version of its group: not what makes other objects."""
    return (api_version.rpartition("/")[0], kind) in KINDS - _MAKING
