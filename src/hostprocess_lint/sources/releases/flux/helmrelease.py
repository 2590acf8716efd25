"""Flux: `HelmRelease`, as helm-controller reads it: its chart and names, and what changes the rendering."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from ....location import Location
from ....pods.view import View
from ..elsewhere import chart_elsewhere, git_ref, path_elsewhere
from ..helddata import held
from ..objects import ObjectInFile, Objects, text
from ..release import Customized, Elsewhere, KustomizedField, Release, Unknowable
from ..repository import Repository
from . import artifact
from .commonmetadata import common_labels
from .values import values, values_files

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
            name=_shortened(self.spec.text("releaseName") or own),
            namespace=target or self.found.namespace,
            given=(
                *values_files(self.at, self.chart, deploys, self.repository, self.unknown),
                *values(self.found, self.objects, self.unknown),
            ),
            customized=self._customized(),
            unknown=tuple(self.unknown),
            is_literal=self._is_literal(),
            cluster=View(self.spec.data.get("kubeConfig"), ()).text("secretRef", "name"),
        )

    def _is_literal(self) -> bool:
        """Whether the release and all that it takes values from is in the cluster as it is here."""
        references = ((each.text("kind") or "", each.text("name") or "") for each in self.spec.items("valuesFrom"))
        known = (held(self.objects, kind, self.found.namespace, name) for kind, name in references)
        return self.found.is_literal and all(each.found.is_literal for each in known if each)

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
        path = text(self.chart.data.get("chart"))
        reference = View(self.chart.data.get("sourceRef") or self.spec.data.get("chartRef"), ())
        if reference.text("kind") != artifact.KIND:
            return path
        namespace = reference.text("namespace") or self.at.namespace
        return artifact.original(self.objects, namespace, reference.text("name") or "", path)

    def _named(self) -> Location:
        is_referred = bool(self.spec.data.get("chartRef"))
        return self.found.at((*self.spec.route, "chartRef") if is_referred else (*self.chart.route, "chart"))

    def _deploys(self) -> Path | Elsewhere:
        reference = View(self.chart.data.get("sourceRef") or self.spec.data.get("chartRef"), ())
        kind, name = reference.text("kind") or "", reference.text("name") or ""
        source = self.objects.named(kind, reference.text("namespace") or self.at.namespace, name)
        spec = source.spec if source else View({}, ())
        url, path = spec.text("url") or "", self.path
        if kind in _OWN:
            here = self.repository.path(path.lstrip("/")) if path and self.own.is_this(url) else None
            return here or path_elsewhere(path or ".", url, name, git_ref(spec))
        if kind == "OCIRepository":
            version = spec.text("ref", "tag") or spec.text("ref", "semver") or ""
            return chart_elsewhere(url.rpartition("/")[2] or name, url, version)
        return chart_elsewhere(path, url, text(self.chart.data.get("version")))

    def _customized(self) -> Customized | None:
        """What the post-renderers change, each of what those before it have made, and then the labels of all."""
        fields = [
            KustomizedField(name, self.found, node)
            for each in self.spec.items("postRenderers")
            for name in _POST_RENDERED
            if (node := self.found.document.node((*each.route, "kustomize", name))) is not None
        ]
        fields += common_labels(self.found)
        return Customized(tuple(fields)) if fields else None


def _shortened(name: str) -> str:
    """A name that Helm takes (`release.ShortenName` of helm-controller)."""
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[:40]}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
