"""Argo CD: `Application`, and the shape of one that an ApplicationSet's template has.

What is read, and in which order values win, is that of argo-cd's reposerver (`helmTemplate`, `mergeSourceParameters`,
`newEnv` in reposerver/repository/repository.go, `ApplicationSource` in pkg/apis/application/v1alpha1/types.go).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ....documents.stream import Broken, documents
from ....pods.view import View
from ....sourcefile import SourceFile
from ...landmarks import CHART, KUSTOMIZATIONS
from ...layering import merge_patched
from ...paths import display
from ..customized import customized
from ..elsewhere import chart_elsewhere, path_elsewhere
from ..homes import InObject, Stack
from ..objects import ObjectInFile, objects_in, text
from ..patterns import matching
from ..release import Customized, Elsewhere, Given, Release, Unknowable
from ..repository import Repository, text_of
from .values import HelmValues

_OPEN = re.compile(r"\$\{(\w+)\}")
"""A parameter of an ApplicationSet that only a server knows."""
_FIXED = ("repoURL", "path", "chart", "targetRevision")
"""What files beside the manifests cannot say."""
_TOOLS = ("kustomize", "helm", "directory")


def applications(found: ObjectInFile, repository: Repository) -> Iterator[Release]:
    """The releases of an Application: one for each of its sources that names a chart or a directory."""
    spec = View(found.spec.data, ("spec",))
    home = Stack((InObject(found.view.data, found, found.view.route),))
    yield from of_spec(Application(found, spec, home, found.name, found.title, repository))


@dataclass(frozen=True, slots=True)
class Application:
    """An Application's `spec`, and the object that it is written in: an Application, or an ApplicationSet.

    `home` knows where its entries are written, by their ways from the Application's own.
    """

    found: ObjectInFile
    spec: View
    home: Stack
    name: str
    title: str
    repository: Repository


def of_spec(application: Application) -> Iterator[Release]:
    """The releases of an Application's `spec`: of the source that a hydrator renders, of several, or of the one."""
    spec = application.spec
    hydrator = View(spec.data.get("sourceHydrator"), (*spec.route, "sourceHydrator"))
    if hydrator.data:  # what it has rendered is on a branch of its own
        sources = [View(hydrator.data.get("drySource"), (*hydrator.route, "drySource"))]
    else:
        sources = list(spec.items("sources")) or [View(spec.data.get("source"), (*spec.route, "source"))]
    references = {f"${text(each.data.get('ref'))}": each for each in sources if each.data.get("ref")}
    for source in sources:
        if source.data.get("chart") or source.data.get("path") is not None:
            yield _Source(application, source, references).release()


class _Source:
    """One source of an Application."""

    def __init__(self, application: Application, source: View, references: Mapping[str, View]) -> None:
        self.application = application
        self.repository = application.repository.holding(text(source.data.get("path")), application.found.file.path)
        self.deploys = self._deploys(source)
        self.directory = self.deploys if isinstance(self.deploys, Path) else None
        said = tuple(self._overrides(source))
        layers = [each for each in said if isinstance(each, InObject)]
        data = source.data
        for layer in layers:
            data = merge_patched(data, {key: value for key, value in layer.data.items() if key not in _FIXED})
        self.home = Stack((*reversed(layers), *application.home.layers))
        self.source = View(data, source.route)
        self.helm = View(data.get("helm"), (*source.route, "helm"))
        roots = {name: self.repository.root if self._is_here(each) else None for name, each in references.items()}
        self.values = HelmValues(self.helm, self.home, self.repository, self.directory, roots, self._variables())
        self.unread = tuple(each for each in said if isinstance(each, Unknowable))

    def release(self) -> Release:
        destination, here = View(self.application.spec.data.get("destination"), ()), self.directory
        values = tuple(self.values.given())
        unknown = (*self.unread, *(each for each in values if isinstance(each, Unknowable)), *self._made_by_programs())
        return Release(
            title=self.application.title,
            location=self.home.at((*self.source.route, "chart" if self.source.data.get("chart") else "path")),
            deploys=self.deploys,
            name=_OPEN.sub(r"\1", text(self.helm.data.get("releaseName")) or self.application.name),
            namespace=_known(text(self.helm.data.get("namespace")) or destination.text("namespace")),
            given=tuple(each for each in values if isinstance(each, Given)),
            kubernetes_version=text(self.helm.data.get("kubeVersion")) or None,
            api_versions=tuple(text(each) for each in self.helm.listed("apiVersions")),
            customized=self._customized(),
            unknown=unknown,
            recurses=View(self.source.data.get("directory"), ()).data.get("recurse") is True,
            cluster=destination.text("name") or destination.text("server"),
            taken_as=self._taken_as(here) if here and here.is_dir() else None,
        )

    def _deploys(self, source: View) -> Path | Elsewhere:
        url, chart = text(source.data.get("repoURL")), text(source.data.get("chart"))
        version = text(source.data.get("targetRevision"))
        if chart:
            return chart_elsewhere(chart, url, version)
        path = text(source.data.get("path"))
        here = self.repository.path(path.lstrip("/")) if self._is_here(source) else None
        return here or path_elsewhere(path, url, ref=version)

    def _is_here(self, source: View) -> bool:
        return self.application.repository.is_this(text(source.data.get("repoURL")))

    def _overrides(self, source: View) -> Iterator[InObject | Unknowable]:
        """What files beside the manifests say in place of the source; the one of the Application's name last."""
        for name in (".argocd-source.yaml", f".argocd-source-{self.application.name}.yaml"):
            file = self.repository.path(name, self.directory) if self.directory else None
            if file is None or not file.is_file():
                continue
            content = text_of(file)
            overriding = SourceFile(display(str(file)), content or "")
            if content is None or any(isinstance(each, Broken) for each in documents(overriding)):
                place = self.application.home.at((*source.route, "path"))
                yield Unknowable(f"`{name}` cannot be read", place, "HPC001")
                continue
            for found in objects_in(overriding):
                yield InObject(found.view.data, found, found.view.route, source.route)

    def _customized(self) -> Customized | None:
        """The options of Kustomize, where that is what builds the directory."""
        kustomize = View(self.source.data.get("kustomize"), (*self.source.route, "kustomize"))
        if self.directory is None or not _holds(self.directory, KUSTOMIZATIONS):
            return None
        if self._tool(self.directory) != "kustomize":
            return None
        changed = customized(self.home, kustomize, kustomize.text("namespace"))
        return changed._replace(may_miss=kustomize.data.get("ignoreMissingComponents") is True)

    def _tool(self, directory: Path) -> str:
        """What makes manifests of a directory: the tool that the source has options of, else the one that is meant by
        the files in it, of which a kustomization counts last (`GetAppSourceType`, `Discover` of util/app/discovery).
        """
        named = (tool for tool in _TOOLS if any(View(self.source.data.get(tool), ()).data.values()))
        found = "kustomize" if _holds(directory, KUSTOMIZATIONS) else "helm" if _holds(directory, (CHART,)) else ""
        return next(named, found)

    def _taken_as(self, directory: Path) -> Literal["overlay", "manifests"] | None:
        tool = self._tool(directory)
        if tool == "directory" and _holds(directory, (CHART, *KUSTOMIZATIONS)):
            return "manifests"
        return "overlay" if tool == "kustomize" and _holds(directory, (CHART,)) else None

    def _made_by_programs(self) -> Iterator[Unknowable]:
        """Manifests that a program would have to make."""
        if self.source.data.get("plugin"):
            yield self._not_known("made by a plugin, which is not run", "plugin")
        directory = View(self.source.data.get("directory"), ()).data
        if directory.get("disableExtensionFilter") is True:
            yield self._not_known("manifests in files of any name, which are not read", "directory")
        here = self.directory
        if here is None or not here.is_dir() or _holds(here, (CHART, *KUSTOMIZATIONS)):
            return
        pattern = "**/*.jsonnet" if directory.get("recurse") is True else "*.jsonnet"
        if matching(pattern, here).paths:
            yield self._not_known("what its Jsonnet makes, which is not run", "path")

    def _not_known(self, reason: str, field: str) -> Unknowable:
        return Unknowable(reason, self.home.at((*self.source.route, field)))

    def _variables(self) -> dict[str, str]:
        """What Argo CD sets while it renders."""
        spec, source = self.application.spec, self.source.data
        return {
            "ARGOCD_APP_NAME": self.application.name,
            "ARGOCD_APP_NAMESPACE": View(spec.data.get("destination"), ()).text("namespace") or "",
            "ARGOCD_APP_PROJECT_NAME": text(spec.data.get("project")),
            "ARGOCD_APP_SOURCE_REPO_URL": text(source.get("repoURL")),
            "ARGOCD_APP_SOURCE_PATH": text(source.get("path")),
            "ARGOCD_APP_SOURCE_TARGET_REVISION": text(source.get("targetRevision")),
        }


def _holds(directory: Path, names: Iterable[str]) -> bool:
    return any((directory / name).is_file() for name in names)


def _known(namespace: str | None) -> str | None:
    """A namespace, unless only a server knows it."""
    return None if namespace and _OPEN.search(namespace) else namespace
