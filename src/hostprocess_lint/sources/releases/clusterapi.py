"""Cluster API: the chart that a `HelmChartProxy` of its add-on provider for Helm installs on each cluster it selects.

The fields are those of `HelmChartProxySpec` (api/v1alpha1/helmchartproxy_types.go of
https://github.com/kubernetes-sigs/cluster-api-addon-provider-helm): a chart of a repository or registry, always, and
values that are a template of Go's over the cluster, its control plane and its infrastructure (`ParseValues`). These
exist where it is installed: what an action prints of them is unknown here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ...documents.actions import spans
from .elsewhere import chart_elsewhere, chart_or_url
from .objects import ObjectInFile, text
from .places import FilledIn, one_document
from .release import Elsewhere, Given, Release, Unknowable

_VALUES = "valuesTemplate"
_UNKNOWN = "${cluster}"
_SILENT = re.compile(r"/\*|\$\w*(?:\s*,\s*\$\w+)?\s*:?=|(?:break|continue)\b")
"""What prints nothing: a comment, an assignment, the end of a loop."""
_OPENS, _NAMES = re.compile(r"(?:if|with|range)\b"), re.compile(r"(?:define|block|template)\b")
_DEFAULT_NAMESPACE = "default"


def helm_chart_proxy(found: ObjectInFile) -> Release:
    """The release of a HelmChartProxy. One without a `releaseName` gets a name that begins with the chart's."""
    spec = found.spec
    chart = spec.text("chartName") or ""
    given, unknown = _values(found)
    return Release(
        title=found.title,
        location=found.at((*spec.route, "chartName")),
        deploys=_deploys(chart, spec.text("repoURL") or "", text(spec.data.get("version"))),
        name=spec.text("releaseName") or chart,
        namespace=spec.text("namespace") or _DEFAULT_NAMESPACE,
        given=given,
        unknown=unknown,
    )


def _deploys(chart: str, url: str, version: str) -> Elsewhere:
    """A registry's `repoURL` is what the chart's name is appended to, be it there already."""
    if url.startswith("oci://"):
        return chart_or_url(f"{url.rstrip('/')}/{chart}", "", version)
    return chart_elsewhere(chart, url, version)


def _values(found: ObjectInFile) -> tuple[tuple[Given, ...], tuple[Unknowable, ...]]:
    route = (*found.spec.route, _VALUES)
    written, place = found.spec.text(_VALUES) or "", found.string(route)
    known = _as_far_as_known(written)
    document = one_document(known.text) if known else None
    if known is None or (known.text != written and (document is None or not isinstance(document.data, dict))):
        return (), (Unknowable(f"values that `{_VALUES}` makes of a cluster", found.at(route)),)
    given = Given(f"`{_VALUES}`", FilledIn(place, written, known.text, ()), text=known.text)
    left = Unknowable(f"values of `{_VALUES}` behind an `else`, of which the cluster decides", place.line(known.left))
    return (given,) if known.text.strip() else (), (left,) if known.left else ()


class _Known(NamedTuple):
    """A template as far as it is known; `left` is the 1-based line of the first branch that is left out, if any is."""

    text: str
    left: int


def _as_far_as_known(template: str) -> _Known | None:
    """A template with what its actions print as unknown, and with the first of branches, once for any number of items.

    None for one that defines templates.
    """
    parts: list[str] = []
    branches: list[bool] = []  # of those that are open, whether this is another than the first
    done = left = others = 0
    trims = False
    for start, end in (*spans(template), (len(template), len(template))):
        before, action = template[done:start], template[start + 2 : end - 2]
        before = before.lstrip() if trims else before
        parts.append("" if others else before.rstrip() if re.match(r"-\s", action) else before)
        trims, done = re.search(r"\s-\Z", action) is not None, end
        if start == end:
            break
        words = action.removeprefix("-").strip()
        if _NAMES.match(words):
            return None
        if _OPENS.match(words):
            branches.append(False)
        elif words.startswith("else") and branches:
            left = left or template.count("\n", 0, start) + 1
            others += not branches[-1]
            branches[-1] = True
        elif words.startswith("end") and branches:
            others -= branches.pop()
        elif not (others or _SILENT.match(words)):
            parts.append(_UNKNOWN)
    return _Known("".join(parts), left)
