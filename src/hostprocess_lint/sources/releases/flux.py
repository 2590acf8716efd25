"""Flux: `HelmRelease` and `Kustomization`.

What is read, and in which order values win, is that of helm-controller (`chartutil.ChartValuesFromReferences`, later
references win, `spec.values` over all) and of kustomize-controller (`spec.patches`, `components`, `images` and
`targetNamespace` are added to the kustomization of the path, which is generated where there is none).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...finding import Route
from ...pods.pod import View
from .argo import chart_elsewhere, customized
from .objects import ObjectInFile, Objects, text
from .places import AtEntry, InDocument, InYamlString
from .release import Elsewhere, Given, Release, Substitution, Unknowable
from .repository import Repository

HELM, KUSTOMIZE, SOURCE = "helm.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io", "source.toolkit.fluxcd.io"
_OWN = ("GitRepository", "Bucket", "ExternalArtifact")


def helm_release(found: ObjectInFile, objects: Objects, repository: Repository) -> Release:
    """The release of a HelmRelease."""
    return _HelmRelease(found, objects, repository).release()


class _HelmRelease:
    """One HelmRelease on its way to a release."""

    def __init__(self, found: ObjectInFile, objects: Objects, repository: Repository) -> None:
        self.found = found
        self.objects = objects
        self.own = repository
        self.spec = View(found.view.data.get("spec"), (*found.view.route, "spec"))
        self.repository = repository.holding(text(View(self._chart(), ()).data.get("chart")), found.file.path)
        self.unknown: list[Unknowable] = []

    def release(self) -> Release:
        chart = View(self._chart(), (*self.spec.route, "chart", "spec"))
        target = self.spec.text("targetNamespace")
        own = f"{target}-{self.found.name}" if target else self.found.name
        reference = (*self.spec.route, "chartRef") if self.spec.data.get("chartRef") else (*chart.route, "chart")
        self._post_renderers()
        return Release(
            title=self.found.title,
            location=self.found.at(reference),
            deploys=self._deploys(chart),
            name=self.spec.text("releaseName") or own,
            namespace=target or self.found.namespace,
            given=(*self._files(chart), *self._references(), *self._inline()),
            unknown=tuple(self.unknown),
        )

    def _chart(self) -> object:
        """`spec.chart.spec`, or what a `chartRef` to a HelmChart says in its place."""
        reference = View(self.spec.data.get("chartRef"), ())
        if reference.text("kind") == "HelmChart":
            named = self.objects.named(
                "HelmChart", reference.text("namespace") or self.found.namespace, reference.text("name") or ""
            )
            return named.object.data.get("spec") if named else None
        return View(self.spec.data.get("chart"), ()).data.get("spec")

    def _deploys(self, chart: View) -> Path | Elsewhere:
        reference = View(chart.data.get("sourceRef") or self.spec.data.get("chartRef"), ())
        kind, name = reference.text("kind") or "", reference.text("name") or ""
        source = self.objects.named(kind, reference.text("namespace") or self.found.namespace, name)
        url = View(source.object.data.get("spec"), ()).text("url") or "" if source else ""
        path = text(chart.data.get("chart"))
        if kind in _OWN:
            here = self.repository.path(path.lstrip("/")) if self.own.is_this(url) else None
            return here or Elsewhere(f"`{path}` of {url or name}", f"git clone {url}" if url else "")
        if kind == "OCIRepository":
            return chart_elsewhere(url.rpartition("/")[2] or name, url, "")
        return chart_elsewhere(path, url, text(chart.data.get("version")))

    def _files(self, chart: View) -> Iterator[Given]:
        """`valuesFiles`, relative to the source. Flux has them in place of the chart's own, unless these are named."""
        names = chart.data.get("valuesFiles")
        own = [text(name) for name in names if text(name).endswith("values.yaml")] if isinstance(names, list) else []
        if names and not own:
            reason = "`valuesFiles` take the place of the chart's own values, and are judged on top of them"
            self._not_known(reason, (*chart.route, "valuesFiles"))
        for index, name in enumerate(names if isinstance(names, list) else ()):
            route = (*chart.route, "valuesFiles", index)
            file = self.repository.path(text(name).lstrip("/"))
            if file is not None and file.is_file():
                yield Given(f"`{name}`", AtEntry(self.found.file, self.found.document, route), file=file)
            elif chart.data.get("ignoreMissingValuesFiles") is not True:
                self._not_known(f"the values file `{name}` is not in this repository", route)

    def _references(self) -> Iterator[Given]:
        """`valuesFrom`: a ConfigMap that is in the scan; a Secret is known to nobody here."""
        for reference in self.spec.items("valuesFrom"):
            kind, name = reference.text("kind"), reference.text("name") or ""
            key = reference.text("valuesKey") or "values.yaml"
            held = self.objects.named("ConfigMap", self.found.namespace, name) if kind == "ConfigMap" else None
            data = View(held.object.data.get("data"), ()).text(key) if held else None
            if held is None or data is None:
                if reference.data.get("optional") is not True or kind != "ConfigMap":
                    self._not_known(f"values from {kind} `{name}`, which is not in the scan", reference.route)
                continue
            route = (*held.object.route, "data", key)
            path = reference.text("targetPath")
            if path:
                entry = AtEntry(held.file, held.document, route)
                yield Given(f"{held.title}", entry, setting=f"{path}={data.strip()}")
            else:
                yield Given(f"{held.title}", InYamlString(held.file, held.document, route), text=data)

    def _inline(self) -> Iterator[Given]:
        values = self.spec.data.get("values")
        if isinstance(values, dict):
            place = InDocument(self.found.file, self.found.document, (*self.spec.route, "values"))
            yield Given("`values`", place, values=values)

    def _post_renderers(self) -> None:
        for each in self.spec.items("postRenderers"):
            self._not_known("post-renderers, which change what the chart renders", each.route)

    def _not_known(self, reason: str, route: Route) -> None:
        self.unknown.append(Unknowable(reason, self.found.at(route)))


def kustomization(found: ObjectInFile, objects: Objects, repository: Repository) -> Release:
    """The release of a Flux Kustomization."""
    spec = View(found.view.data.get("spec"), (*found.view.route, "spec"))
    reference = View(spec.data.get("sourceRef"), ())
    named = objects.named(
        reference.text("kind") or "", reference.text("namespace") or found.namespace, reference.text("name") or ""
    )
    url = View(named.object.data.get("spec"), ()).text("url") or "" if named else ""
    path = text(spec.data.get("path")) or "."
    here = repository.holding(path, found.file.path).path(path.lstrip("/")) if repository.is_this(url) else None
    unknown: list[Unknowable] = []
    substitute = tuple(_substitutions(found, objects, spec, unknown))
    return Release(
        title=found.title,
        location=found.at((*spec.route, "path")),
        deploys=here or Elsewhere(f"`{path}` of {url or reference.text('name')}", f"git clone {url}" if url else ""),
        name=found.name,
        namespace=spec.text("targetNamespace"),
        customized=customized(found, spec, spec.text("targetNamespace"), substitute),
        unknown=tuple(unknown),
        cluster=View(spec.data.get("kubeConfig"), ()).text("secretRef", "name"),
    )


def _substitutions(
    found: ObjectInFile, objects: Objects, spec: View, unknown: list[Unknowable]
) -> Iterator[Substitution]:
    """The variables of `postBuild`; of equal names the later one holds, and `substitute` over all."""
    build = View(spec.data.get("postBuild"), (*spec.route, "postBuild"))
    for source in build.items("substituteFrom"):
        held = objects.named("ConfigMap", found.namespace, source.text("name") or "")
        if source.text("kind") == "ConfigMap" and held is not None:
            yield from _variables(held, View(held.object.data.get("data"), (*held.object.route, "data")))
        elif source.data.get("optional") is not True:
            named = f"{source.text('kind')} `{source.text('name')}`"
            unknown.append(Unknowable(f"values from {named}, which is not in the scan", found.at(source.route)))
    yield from _variables(found, View(build.data.get("substitute"), (*build.route, "substitute")))


def _variables(found: ObjectInFile, data: View) -> Iterator[Substitution]:
    for name, value in data.data.items():
        yield Substitution(name, text(value), AtEntry(found.file, found.document, (*data.route, name)))
