"""k3s and RKE2: `HelmChart`, and the `HelmChartConfig` that adds to it.

What is read, and in which order values win, is that of helm-controller (pkg/controllers/chart/chart.go) and of
https://docs.k3s.io/add-ons/helm: the chart's own values, those of its HelmChartConfig, then `set` of the chart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...pods.view import View
from .elsewhere import chart_elsewhere
from .objects import ObjectInFile, Objects, text
from .release import Elsewhere, Given, Release, Unknowable

_COMMA = re.compile(r"\\*,")


def helm_chart(found: ObjectInFile, objects: Objects) -> Release:
    """The release of a HelmChart: values, its own and those of the HelmChartConfig are files, `set` are flags."""
    spec = found.spec
    config = objects.named("HelmChartConfig", found.namespace, found.name)
    sources = (found, config) if config is not None else (found,)
    given = [each for source in sources for each in _content(source)]
    given += _settings(found, spec)
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
        unknown=tuple(unknown for source in sources for unknown in _secrets(source)),
    )


def helm_chart_config(found: ObjectInFile, objects: Objects) -> Iterator[Release]:
    """A HelmChartConfig whose chart is not in the scan: RKE2 and k3s bring theirs along."""
    if objects.named("HelmChart", found.namespace, found.name) is None:
        route = (*found.spec.route, "valuesContent")
        elsewhere = Elsewhere(f"chart `{found.name}`, which the distribution brings along", "", found.name)
        yield Release(found.title, found.at(route), elsewhere, found.name, found.namespace, tuple(_content(found)))


def _content(found: ObjectInFile) -> Iterator[Given]:
    """`valuesContent`, then `values`, which wins over it."""
    spec = found.spec
    content, values = spec.text("valuesContent"), spec.data.get("values")
    if content:
        place = found.string((*spec.route, "valuesContent"))
        yield Given(f"`valuesContent` of {found.title}", place, text=content)
    if isinstance(values, dict):
        yield Given(f"`values` of {found.title}", found.mapping((*spec.route, "values")), values=values)


def _settings(found: ObjectInFile, spec: View) -> Iterator[Given]:
    """`set`: what looks like a number or boolean is set as such, and anything else as a string (`typedVal`)."""
    settings = spec.data.get("set")
    for name, value in settings.items() if isinstance(settings, dict) else ():
        written = text(value).lower() if isinstance(value, bool) else text(value)
        is_typed = isinstance(value, int) or written.lower() in ("true", "false", "null")
        setting = f"{name}={written if is_typed else _COMMA.sub(_escaped, written)}"
        place = found.entry((*spec.route, "set", name))
        yield Given("`set`", place, setting=setting, flag="set" if is_typed else "set-string")


def _escaped(match: re.Match[str]) -> str:
    return match[0] if len(match[0]) % 2 == 0 else f"\\{match[0]}"


def _secrets(found: ObjectInFile) -> Iterator[Unknowable]:
    for each in found.spec.items("valuesSecrets"):
        yield Unknowable(f"values from Secret `{each.text('name')}`", found.at(each.route))
