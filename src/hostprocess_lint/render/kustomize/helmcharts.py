"""An entry of `helmCharts` as a release: the name and the values that Kustomize hands to Helm.

How they are merged is that of its inflator (`replaceValuesInline` in
https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/builtins/HelmChartInflationGenerator.go): with
`override` inline values win over the values file, with `merge` that wins over them, and a null of what wins takes the
other's entry away, so that the chart's own default holds again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ...documents.document import Document
from ...documents.stream import documents
from ...location import Location, Part
from ...sourcefile import SourceFile
from ...sources.overlays.closure import Inflation
from ...sources.overlays.kustomization import as_text, read_bytes
from ...sources.overlays.nodes import child, listed_texts, string
from ...sources.releases.places import AtEntry, InDocument, value_at
from ...sources.releases.release import Given, Release

_UNNAMED = "release-name"
"""What `helm template --generate-name` calls a release."""


def release_of(inflation: Inflation, display: Callable[[Path], str]) -> Release:
    """What an entry deploys."""
    kustomization, entry = inflation.kustomization.changed or inflation.kustomization, inflation.entry
    file = SourceFile(display(kustomization.path), kustomization.text)
    document = next(each for each in documents(file) if isinstance(each, Document))
    own: list[Given] = []
    additional: list[Given] = []
    for way, path in inflation.files:
        named = Given(f"`{display(path)}`", AtEntry(file, document, inflation.written(*way)), file=path)
        (own if way == ("valuesFile",) else additional).append(named)
    at = inflation.written("valuesInline")
    inner = value_at(document.data, at)
    values = inner if isinstance(inner, dict) else {}
    inline = Given(f"`{at[-1]}`", InDocument(file, document, at), values=values)
    if values:
        paths = [each.file for each in own if each.file]
        own = list(_merged(string(entry, "valuesMerge") or "override", inline, paths, inflation.chart, display))
    template = string(entry, "nameTemplate")
    name = string(entry, "releaseName") or (template if "{{" not in template else "") or _UNNAMED
    return Release(
        title=f"{inflation.listed} {string(entry, 'releaseName') or string(entry, 'name')}",
        location=Location(file, document.span(inflation.written("name"), Part.PAIR)),
        deploys=inflation.chart,
        name=name,
        namespace=string(entry, "namespace") or None,
        given=(*own, *additional),
        kubernetes_version=string(entry, "kubeVersion") or None,
        api_versions=tuple(listed_texts(child(entry, "apiVersions"))),
    )


def _merged(merge: str, inline: Given, own: list[Path], chart: Path, display: Callable[[Path], str]) -> Iterator[Given]:
    """The inline values with those of the values file, which is the chart's own where none is named."""
    inner = inline.values or {}
    files = [each for path in own or [chart / "values.yaml"] if (each := _of_file(path, display))]
    if merge == "replace":
        yield inline
    elif merge == "merge":
        for each in files:
            yield inline._replace(values=_without(inner, each.values))
            yield each._replace(values=_without(each.values, each.values))
        if not files:
            yield inline
    else:
        for each in files if own else ():
            yield each._replace(values=_without(each.values, inner))
        yield inline._replace(values=_without(inner, inner))


def _of_file(path: Path, display: Callable[[Path], str]) -> Given | None:
    """What a values file says, if it can be read."""
    if not path.is_file():
        return None
    file = SourceFile(display(path), as_text(read_bytes(path), path.name))
    document = next((each for each in documents(file) if isinstance(each, Document)), None)
    if document is None or not isinstance(document.data, dict):
        return None
    return Given(f"`{file.path}`", InDocument(file, document, ()), values=document.data)


def _without(values: dict[str, Any] | None, over: dict[str, Any] | None) -> dict[str, Any]:
    """Values without what is null in others."""
    kept: dict[str, Any] = {}
    for key, value in (values or {}).items():
        other = (over or {}).get(key)
        if isinstance(value, dict) and isinstance(other, dict):
            kept[key] = _without(value, other)
        elif other is not None or key not in (over or {}):
            kept[key] = value
    return kept
