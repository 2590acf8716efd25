"""Flux: `HelmRelease`.

What is read, and in which order values win, is that of source-controller (`valuesFiles` take the place of the chart's
own) and of helm-controller (`chartutil.ChartValuesFromReferences`, later references win, `spec.values` over all;
`postRenderers` change what was rendered).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ....limits import FILE_BYTES, GIVEN_ENTRIES
from ....location import Part, Precision, Route
from ....pods.view import View
from ...charts.yamlfile import load_mapping
from ..elsewhere import chart_elsewhere
from ..helddata import entry_of
from ..objects import ObjectInFile, Objects, text
from ..patterns import TOO_MUCH
from ..places import OneEntry
from ..release import Customized, Elsewhere, Flag, Given, KustomizedField, Release, Unknowable
from ..repository import Repository
from . import artifact

_OWN = ("GitRepository", "Bucket", "ExternalArtifact")
_LONGEST_NAME = 53
_POST_RENDERED = ("patches", "images", "patchesStrategicMerge", "patchesJson6902")


def helm_release(found: ObjectInFile, objects: Objects, repository: Repository) -> Iterator[Release]:
    """The release of a HelmRelease; none of what names no chart, as a patch of one that an overlay reads."""
    release = _HelmRelease(found, objects, repository)
    if release.chart.data.get("chart") or found.spec.data.get("chartRef"):
        yield release.release()


class _HelmRelease:
    """One HelmRelease on its way to a release. `chart` is its `spec.chart.spec`, or a HelmChart's that it refers to."""

    def __init__(self, found: ObjectInFile, objects: Objects, repository: Repository) -> None:
        self.found = found
        self.objects = objects
        self.own = repository
        self.spec = found.spec
        self.at, self.chart = self._chart()
        self.path = self._path()
        self.repository = repository.holding(self.path, found.file.path)
        self.unknown: list[Unknowable] = []

    def release(self) -> Release:
        target = self.spec.text("targetNamespace")
        own = f"{target}-{self.found.name}" if target else self.found.name
        deploys = self._deploys()
        return Release(
            title=self.found.title,
            location=self._named(),
            deploys=deploys,
            name=self.spec.text("releaseName") or _shortened(own),
            namespace=target or self.found.namespace,
            given=(*self._files(deploys), *self._references(), *self._inline()),
            customized=self._customized(),
            unknown=tuple(self.unknown),
            cluster=View(self.spec.data.get("kubeConfig"), ()).text("secretRef", "name"),
        )

    def _chart(self) -> tuple[ObjectInFile, View]:
        reference = View(self.spec.data.get("chartRef"), ())
        if reference.text("kind") == "HelmChart":
            namespace = reference.text("namespace") or self.found.namespace
            named = self.objects.named("HelmChart", namespace, reference.text("name") or "")
            return (named, named.spec) if named else (self.found, View({}, self.spec.route))
        chart = View(self.spec.data.get("chart"), (*self.spec.route, "chart"))
        return self.found, View(chart.data.get("spec"), (*chart.route, "spec"))

    def _path(self) -> str:
        """The chart's name or path; what is a path in an artifact is one in the repository."""
        path, reference = text(self.chart.data.get("chart")), View(self.chart.data.get("sourceRef"), ())
        if reference.text("kind") != artifact.KIND:
            return path
        namespace = reference.text("namespace") or self.at.namespace
        return artifact.original(self.objects, namespace, reference.text("name") or "", path)

    def _named(self) -> Any:
        is_referred = bool(self.spec.data.get("chartRef"))
        return self.found.at((*self.spec.route, "chartRef") if is_referred else (*self.chart.route, "chart"))

    def _deploys(self) -> Path | Elsewhere:
        reference = View(self.chart.data.get("sourceRef") or self.spec.data.get("chartRef"), ())
        kind, name = reference.text("kind") or "", reference.text("name") or ""
        source = self.objects.named(kind, reference.text("namespace") or self.at.namespace, name)
        spec = source.spec if source else View({}, ())
        url, path = spec.text("url") or "", self.path
        if kind in _OWN:
            here = self.repository.path(path.lstrip("/")) if self.own.is_this(url) else None
            return here or Elsewhere(f"`{path}` of {url or name}", f"git clone {url}" if url else "")
        if kind == "OCIRepository":
            version = spec.text("ref", "tag") or spec.text("ref", "semver") or ""
            return chart_elsewhere(url.rpartition("/")[2] or name, url, version)
        return chart_elsewhere(path, url, text(self.chart.data.get("version")))

    def _files(self, deploys: Path | Elsewhere) -> Iterator[Given]:
        """`valuesFiles`, relative to the source: they take the place of the chart's own, of which nothing is left."""
        listed = self.chart.data.get("valuesFiles")
        names = [text(name) for name in listed] if isinstance(listed, list) else []
        routes: list[Route] = [(*self.chart.route, "valuesFiles", index) for index in range(len(names))]
        older = self.chart.text("valuesFile")
        if older:  # until v2beta2
            names, routes = [*names, older], [*routes, (*self.chart.route, "valuesFile")]
        if len(names) > GIVEN_ENTRIES:
            self.unknown.append(Unknowable(TOO_MUCH, self.at.at(routes[GIVEN_ENTRIES]), "HPC005"))
            names, routes = names[:GIVEN_ENTRIES], routes[:GIVEN_ENTRIES]
        found: list[tuple[str, Route, Path]] = []
        for name, route in zip(names, routes, strict=True):
            file = self.repository.path(name.lstrip("/")) if isinstance(deploys, Path) else None
            if file is not None and file.is_file():
                found.append((name, route, file))
            elif self.chart.data.get("ignoreMissingValuesFiles") is not True:
                self._not_known(f"the values file `{name}` is not in this repository", self.at, route)
        if found and isinstance(deploys, Path):
            own = self.repository.path("values.yaml", deploys)
            gone = _without(_values(own) if own else {}, list(map(_values, dict.fromkeys(file for *_, file in found))))
            if gone:
                key = self.at.entry((*self.chart.route, "valuesFiles" if names != [older] else "valuesFile"))
                yield Given("`valuesFiles`, without it", OneEntry(key, (), Precision.LINE), values=gone)
        for name, route, file in found:
            yield Given(f"`{name}`", self.at.entry(route), file=file)

    def _references(self) -> Iterator[Given]:
        """`valuesFrom`: ConfigMaps and Secrets that are in the scan."""
        for reference in self.spec.items("valuesFrom"):
            kind, name = reference.text("kind") or "", reference.text("name") or ""
            key = reference.text("valuesKey") or "values.yaml"
            value = entry_of(self.objects, kind, self.found.namespace, name, key)
            if isinstance(value, str):
                if not (reference.data.get("optional") is True and kind == "ConfigMap"):
                    self._not_known(f"values from {kind} `{name}`, which {value}", self.found, reference.route)
                continue
            path = reference.text("targetPath")
            if not path:
                yield Given(value.title, value.place, text=value.text)
                continue
            is_literal = reference.data.get("literal") is True
            flag: Flag
            written, flag = (value.text, "set-literal") if is_literal else _unquoted(value.text.strip())
            yield Given(value.title, OneEntry(value.entry, ()), setting=f"{path}={written}", flag=flag)

    def _inline(self) -> Iterator[Given]:
        values = self.spec.data.get("values")
        if isinstance(values, dict):
            yield Given("`values`", self.found.mapping((*self.spec.route, "values")), values=values)

    def _customized(self) -> Customized | None:
        """What the post-renderers change, each of what those before it have made."""
        fields = [
            KustomizedField(name, self.found, node)
            for each in self.spec.items("postRenderers")
            for name in _POST_RENDERED
            if (node := self.found.document.node((*each.route, "kustomize", name))) is not None
        ]
        return Customized(tuple(fields)) if fields else None

    def _not_known(self, reason: str, found: ObjectInFile, route: Route) -> None:
        self.unknown.append(Unknowable(reason, found.at(route, Part.PAIR)))


def _shortened(name: str) -> str:
    """A name that Helm takes (`release.ShortenName` of helm-controller)."""
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[:40]}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _unquoted(value: str) -> tuple[str, Flag]:
    """A value without quotes, and how it is read: one that had some is a string (`ReplacePathValue`)."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value.strip("'\""), "set-string"
    return value, "set"


def _values(file: Path) -> dict[str, Any]:
    """What a values file says; what cannot be read is told where it is given to the chart."""
    try:
        if not file.is_file() or file.stat().st_size > FILE_BYTES:
            return {}
        return load_mapping(file.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return {}


def _without(own: dict[str, Any], others: list[dict[str, Any]]) -> dict[str, Any]:
    """Nulls for what of a chart's own values no other values set: to Helm a null takes a default away."""
    gone: dict[str, Any] = {}
    for key, value in own.items():
        over = [other[key] for other in others if key in other]
        if isinstance(value, dict) and value and all(isinstance(each, dict) for each in over):
            inner = _without(value, over)
            if inner:
                gone[key] = inner
        elif not over:
            gone[key] = None
    return gone
