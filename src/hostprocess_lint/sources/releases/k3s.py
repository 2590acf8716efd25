"""k3s and RKE2: `HelmChart`, and the `HelmChartConfig` that adds to it."""

from __future__ import annotations

from collections.abc import Iterator

from ...pods.pod import View
from .argo import chart_elsewhere
from .objects import ObjectInFile, Objects, text
from .places import AtEntry, InYamlString
from .release import Elsewhere, Given, Release

GROUP = "helm.cattle.io"


def helm_chart(found: ObjectInFile, objects: Objects) -> Release:
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


def helm_chart_config(found: ObjectInFile, objects: Objects) -> Iterator[Release]:
    """A HelmChartConfig whose chart is not in the scan: RKE2 and k3s bring theirs along."""
    if objects.named("HelmChart", found.namespace, found.name) is None:
        route = (*found.view.route, "spec", "valuesContent")
        elsewhere = Elsewhere(f"chart `{found.name}`, which the distribution brings along", "", found.name)
        yield Release(found.title, found.at(route), elsewhere, found.name, found.namespace, tuple(_content(found)))


def _content(found: ObjectInFile) -> Iterator[Given]:
    spec = View(found.view.data.get("spec"), (*found.view.route, "spec"))
    content = spec.text("valuesContent")
    if content:
        place = InYamlString(found.file, found.document, (*spec.route, "valuesContent"))
        yield Given(f"`valuesContent` of {found.title}", place, text=content)
