"""k3s and RKE2: `HelmChart`, and the `HelmChartConfig` that adds to it.

What is read, and in which order values win, is that of helm-controller (pkg/controllers/chart/chart.go) and of
https://docs.k3s.io/add-ons/helm: the chart's own values, those of its HelmChartConfig, then `set` of the chart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...location import Part, Precision
from ...pods.embedded import bytes_in_base64
from ...pods.view import View
from ..charts.chart import Packed
from .elsewhere import chart_or_url
from .helddata import entry_of
from .objects import ObjectInFile, Objects, text
from .release import Elsewhere, Given, Release, Unknowable

_COMMA = re.compile(r"\\*,")


def helm_chart(found: ObjectInFile, objects: Objects) -> Release:
    """The release of a HelmChart: values, its own and those of the HelmChartConfig are files, `set` are flags."""
    spec = found.spec
    config = objects.named("HelmChartConfig", found.namespace, found.name)
    said = [
        each
        for source in (found, config)
        if source is not None
        for each in (*_content(source), *_secrets(source, objects))
    ]
    said += _settings(found, spec)
    field = "chartContent" if spec.text("chartContent") else "chart"
    return Release(
        title=found.title,
        location=found.at((*spec.route, field), Part.KEY if field == "chartContent" else Part.PAIR),
        deploys=_deploys(found),
        name=found.name,
        namespace=spec.text("targetNamespace") or found.namespace,
        given=tuple(each for each in said if isinstance(each, Given)),
        unknown=tuple(each for each in said if isinstance(each, Unknowable)),
    )


def _deploys(found: ObjectInFile) -> Packed | Elsewhere:
    """The chart that is written in `chartContent`, which wins, or the one that `chart` names."""
    spec = found.spec
    content, chart, repo = (text(spec.data.get(field)) for field in ("chartContent", "chart", "repo"))
    if not content:
        return chart_or_url(chart, repo, text(spec.data.get("version")))
    if "{" in content:
        return Elsewhere("a chart in `chartContent`, which a template fills in", "")
    place = found.at((*spec.route, "chartContent"), Part.KEY)._replace(precision=Precision.LINE)
    archive = bytes_in_base64(content)
    return Packed(content.encode() if archive is None else archive, place)  # what is none is told where it is opened


def helm_chart_config(found: ObjectInFile, objects: Objects) -> Iterator[Release]:
    """A HelmChartConfig whose chart is not in the scan: RKE2 and k3s bring theirs along."""
    if objects.named("HelmChart", found.namespace, found.name) is None:
        field = next((name for name in ("valuesContent", "values", "valuesSecrets") if name in found.spec.data), None)
        said = [*_content(found), *_secrets(found, objects)]
        yield Release(
            title=found.title,
            location=found.at((*found.spec.route, field) if field else found.spec.route),
            deploys=Elsewhere(f"chart `{found.name}`, which the distribution brings along", "", found.name),
            name=found.name,
            namespace=found.namespace,
            given=tuple(each for each in said if isinstance(each, Given)),
            unknown=tuple(each for each in said if isinstance(each, Unknowable)),
        )


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
    for name, value in sorted(settings.items()) if isinstance(settings, dict) else ():
        written = text(value).lower() if isinstance(value, bool) else text(value)
        is_typed = isinstance(value, int) or written.lower() in ("true", "false", "null")
        setting = f"{name}={written if is_typed else _COMMA.sub(_escaped, written)}"
        place = found.entry((*spec.route, "set", name))
        yield Given("`set`", place, setting=setting, flag="set" if is_typed else "set-string")


def _escaped(match: re.Match[str]) -> str:
    return match[0] if len(match[0]) % 2 == 0 else f"\\{match[0]}"


def _secrets(found: ObjectInFile, objects: Objects) -> Iterator[Given | Unknowable]:
    """`valuesSecrets`: some keys of Secrets, which win over the values beside them; without a key, nothing."""
    for each in found.spec.items("valuesSecrets"):
        name = each.text("name") or ""
        values = [entry_of(objects, "Secret", found.namespace, name, text(key)) for key in each.listed("keys")]
        why = next((value for value in values if isinstance(value, str)), None)
        if why is not None:
            yield Unknowable(f"values from Secret `{name}`, which {why}", found.at(each.route))
        yield from (Given(each.title, each.place, text=each.text) for each in values if not isinstance(each, str))
