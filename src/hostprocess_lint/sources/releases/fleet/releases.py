"""Fleet: what each target of a bundle is given, of a `fleet.yaml` or a HelmOp.

What is read is that of https://fleet.rancher.io/ref-fleet-yaml; a target's options come over those of all as in fleet's
`options.Merge`, and what a chart is rendered to goes into a kustomization of the bundle (`kustomize.Process`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ....location import Route
from ....pods.view import View
from ...landmarks import CHART
from ..elsewhere import chart_or_url
from ..release import Customized, Elsewhere, Given, Release, Unknowable
from .bundle import Bundle
from .overlays import overlaid
from .targets import Clusters, targets
from .values import fleet_values

_KUSTOMIZATION = "kustomization.yaml"
"""Fleet looks for no other name."""


def bundle_releases(bundle: Bundle) -> Iterator[Release]:
    """What each cluster may get of a bundle."""
    return (bundle_release(bundle, clusters) for clusters in targets(bundle, View(bundle.document.data, ())))


def bundle_release(bundle: Bundle, clusters: Clusters) -> Release:
    """What some clusters get."""
    views = clusters.views
    name = bundle.first(views, "helm", "releaseName") or bundle.first(views[:1], "name")
    namespace = bundle.first(views, "namespace") or bundle.first(views, "defaultNamespace")
    helms = [View(view.data.get("helm"), (*view.route, "helm")) for view in views]
    said = [*fleet_values(bundle, helms, namespace[0] if namespace else None)]
    deploys, route = _deploys(bundle, views)
    customized: Customized | None = None
    unknown: tuple[Unknowable, ...] = ()
    if isinstance(deploys, Elsewhere) or deploys.is_file() or (deploys / CHART).is_file():
        customized, unknown = _kustomized(bundle, bundle.first(views, "kustomize", "dir"))
    elif deploys == bundle.directory and not (deploys / _KUSTOMIZATION).is_file():
        customized, unknown = overlaid(bundle, views)
    said += unknown
    called = name[0] if name else bundle.name
    title = bundle.title or f"Fleet bundle {called}"
    return Release(
        title=f"{title} ({clusters.name})" if clusters.name else title,
        location=bundle.at(route),
        deploys=deploys,
        name=called,
        namespace=namespace[0] if namespace else None,
        given=tuple(each for each in said if isinstance(each, Given)),
        customized=customized,
        unknown=tuple(each for each in said if isinstance(each, Unknowable)),
        cluster=clusters.name,
    )


def _kustomized(
    bundle: Bundle, kustomize: tuple[str, Route] | None
) -> tuple[Customized | None, tuple[Unknowable, ...]]:
    """The kustomization that changes what a chart is rendered to, if there is one: the bundle's own, or in `dir`."""
    directory = _in_bundle(bundle, kustomize[0] if kustomize else ".")
    if directory is not None and (directory / _KUSTOMIZATION).is_file():
        return Customized(around=directory), ()
    if kustomize:
        reason = f"`{kustomize[0]}` holds no {_KUSTOMIZATION} in this repository"
        return None, (bundle.not_known(reason, kustomize[1]),)
    return None, ()


def _deploys(bundle: Bundle, views: tuple[View, ...]) -> tuple[Path | Elsewhere, Route]:
    """The chart or the directory, and the way to what names it."""
    chart, repo, version = (bundle.first(views, "helm", field) for field in ("chart", "repo", "version"))
    here = _in_bundle(bundle, chart[0] if chart else ".")
    named = chart or repo
    route: Route = named[1] if named else ("helm", "chart")
    if repo or here is None:
        return chart_or_url(*(each[0] if each else "" for each in (chart, repo, version))), route
    kustomize = bundle.first(views, "kustomize", "dir")
    if kustomize is None or here.is_file() or (here / CHART).is_file():
        return here, route
    directory = _in_bundle(bundle, kustomize[0])
    return directory or Elsewhere(f"`{kustomize[0]}`", ""), kustomize[1]


def _in_bundle(bundle: Bundle, name: str) -> Path | None:
    return bundle.repository.path(name, bundle.directory) if bundle.directory else None
