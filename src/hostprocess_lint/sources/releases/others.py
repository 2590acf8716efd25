"""k3s and RKE2's `HelmChart` with its `HelmChartConfig`, and Fleet's `fleet.yaml`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...documents.document import Document
from ...finding import Location, Part, Route
from ...pods.pod import View
from ...sourcefile import SourceFile
from .argo import chart_elsewhere
from .objects import Objects, Written, text
from .places import AtEntry, InDocument, InString
from .release import Elsewhere, Given, Release, Unknown
from .repository import Repository

K3S = "helm.cattle.io"


def k3s_chart(found: Written, objects: Objects) -> Release:
    """The release of a HelmChart: its own values, the settings, then those of the HelmChartConfig of its name."""
    spec = View(found.view.data.get("spec"), (*found.view.route, "spec"))
    given = [*_content(found)]
    settings = spec.data.get("set")
    for name, value in settings.items() if isinstance(settings, dict) else ():
        written = text(value).lower() if isinstance(value, bool) else text(value)
        place = AtEntry(found.file, found.document, (*spec.route, "set", name))
        given.append(Given("`set`", place, setting=f"{name}={written.replace(',', chr(92) + ',')}"))
    config = objects.named("HelmChartConfig", found.namespace, found.name)
    if config is not None:
        given += _content(config)
    chart, repo = text(spec.data.get("chart")), text(spec.data.get("repo"))
    field = "chart" if chart else "chartContent"
    elsewhere = chart_elsewhere(chart.rpartition("/")[2], repo or chart, text(spec.data.get("version")))
    return Release(
        title=found.title,
        location=found.at((*spec.route, field)),
        deploys=elsewhere if chart else Elsewhere("a chart in `chartContent`", ""),
        name=found.name,
        namespace=spec.text("targetNamespace") or found.namespace,
        given=tuple(given),
    )


def _content(found: Written) -> Iterator[Given]:
    spec = View(found.view.data.get("spec"), (*found.view.route, "spec"))
    content = spec.text("valuesContent")
    if content:
        place = InString(found.file, found.document, (*spec.route, "valuesContent"))
        yield Given(f"`valuesContent` of {found.title}", place, text=content)


def fleet_bundle(file: SourceFile, document: Document, directory: Path, repository: Repository) -> Iterator[Release]:
    """The releases of a `fleet.yaml`: what all clusters get, and what each target gets on top."""
    view = View(document.data, ())
    helm = View(view.data.get("helm"), ("helm",))
    targets = list(view.items("targetCustomizations"))
    customizations: list[View | None] = [*targets] if targets else [None]
    for target in customizations:
        unknown: list[Unknown] = []
        own = View(target.data.get("helm"), (*target.route, "helm")) if target else None
        given = [*_fleet_values(file, document, helm, directory, repository, unknown)]
        if own is not None:
            given += _fleet_values(file, document, own, directory, repository, unknown)
        name = text(helm.data.get("releaseName")) or directory.name
        chart = text(helm.data.get("chart"))
        here = repository.path(chart or ".", directory)
        title = f"Fleet bundle {name}"
        yield Release(
            title=f"{title} ({text(target.data.get('name'))})" if target else title,
            location=Location(file, document.span(("helm", "chart"))),
            deploys=here or chart_elsewhere(chart, text(helm.data.get("repo")), text(helm.data.get("version"))),
            name=name,
            namespace=view.text("namespace") or view.text("defaultNamespace"),
            given=tuple(given),
            unknown=tuple(unknown),
            cluster=text(target.data.get("name")) if target else None,
        )


def _fleet_values(
    file: SourceFile,
    document: Document,
    helm: View,
    directory: Path,
    repository: Repository,
    unknown: list[Unknown],
) -> Iterator[Given]:
    names: Any = helm.data.get("valuesFiles")
    for index, name in enumerate(names if isinstance(names, list) else ()):
        route: Route = (*helm.route, "valuesFiles", index)
        found = repository.path(text(name), directory)
        if found is None or not found.is_file():
            reason = f"the values file `{name}` is not in this repository"
            unknown.append(Unknown(reason, Location(file, document.span(route, Part.PAIR))))
        else:
            yield Given(f"`{name}`", AtEntry(file, document, route), file=found)
    values = helm.data.get("values")
    if isinstance(values, dict):
        yield Given("`values`", InDocument(file, document, (*helm.route, "values")), values=values)
    for reference in helm.items("valuesFrom"):
        reason = "values from an object of the cluster"
        unknown.append(Unknown(reason, Location(file, document.span(reference.route, Part.PAIR))))
