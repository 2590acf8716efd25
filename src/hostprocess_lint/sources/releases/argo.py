"""Argo CD: `Application`, and the shape of one that an ApplicationSet's template has.

What is read, and in which order values win, is that of argo-cd's reposerver (`helmTemplate`, `mergeSourceParameters`,
`newEnv` in reposerver/repository/repository.go, `ApplicationSource` in pkg/apis/application/v1alpha1/types.go).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...documents.document import Broken, documents
from ...finding import Route
from ...limits import FILE_BYTES, GIVEN_ENTRIES, SOURCE_BYTES
from ...pods.pod import View
from ...sourcefile import SourceFile
from ..landmarks import CHART, KUSTOMIZATIONS
from ..paths import display
from .elsewhere import chart_elsewhere
from .homes import InObject, SpecLayer, Stack, merged
from .objects import ObjectInFile, objects_in, text
from .patterns import TOO_MUCH, Matches, meant, of_each
from .places import WholeFile
from .release import Customized, Elsewhere, Flag, Given, KustomizedField, Release, Substitution, Unknowable
from .repository import Repository

_UNESCAPED_COMMA = re.compile(r"(?<!\\),")
_VARIABLE = re.compile(r"\$(?:\{(ARGOCD_\w+)\}|(ARGOCD_\w+))")
CUSTOMIZED = (
    *("namePrefix", "nameSuffix", "images", "replicas", "patches", "components"),
    *("commonLabels", "commonAnnotations", "patchesStrategicMerge", "patchesJson6902"),
)


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
    """The releases of an Application's `spec`."""
    spec = application.spec
    sources = list(spec.items("sources")) or [View(spec.data.get("source"), (*spec.route, "source"))]
    references = {f"${text(each.data.get('ref'))}": each for each in sources if each.data.get("ref")}
    for source in sources:
        if source.data.get("chart") or source.data.get("path") is not None:
            yield _Source(application, source, references).release()


class _Source:
    """One source of an Application."""

    def __init__(self, application: Application, source: View, references: Mapping[str, View]) -> None:
        self.application = application
        self.references = references
        self.unknown: list[Unknowable] = []
        self.repository = application.repository.holding(text(source.data.get("path")), application.found.file.path)
        self.deploys = self._deploys(source)
        self.directory = self.deploys if isinstance(self.deploys, Path) else None
        layers = [*self._overrides(source)]
        data = source.data
        for layer in layers:
            data = merged(data, {key: value for key, value in layer.data.items() if key not in _FIXED})
        self.home = Stack((*reversed(layers), *application.home.layers))
        self.source = View(data, source.route)
        self.helm = View(data.get("helm"), (*source.route, "helm"))

    def release(self) -> Release:
        destination = View(self.application.spec.data.get("destination"), ())
        given = tuple(self._given())
        if self.source.data.get("plugin"):
            self._not_known("made by a plugin, which is not run", (*self.source.route, "plugin"))
        self._jsonnet()
        return Release(
            title=self.application.title,
            location=self.home.at((*self.source.route, "chart" if self.source.data.get("chart") else "path")),
            deploys=self.deploys,
            name=text(self.helm.data.get("releaseName")) or self.application.name,
            namespace=text(self.helm.data.get("namespace")) or destination.text("namespace"),
            given=given,
            kubernetes_version=text(self.helm.data.get("kubeVersion")) or None,
            api_versions=tuple(text(each) for each in _list(self.helm, "apiVersions")),
            customized=self._customized(),
            unknown=tuple(self.unknown),
            recurses=View(self.source.data.get("directory"), ()).data.get("recurse") is True,
            cluster=destination.text("name") or destination.text("server"),
        )

    def _deploys(self, source: View) -> Path | Elsewhere:
        url, chart = text(source.data.get("repoURL")), text(source.data.get("chart"))
        version = text(source.data.get("targetRevision"))
        if chart:
            return chart_elsewhere(chart, url, version)
        path = text(source.data.get("path"))
        here = self.repository.path(path.lstrip("/")) if self.application.repository.is_this(url) else None
        return here or Elsewhere(f"`{path}` of {url or 'another repository'}", f"git clone {url}" if url else "")

    def _overrides(self, source: View) -> Iterator[InObject]:
        """What files beside the manifests say in place of the source; the one of the Application's name last."""
        for name in (".argocd-source.yaml", f".argocd-source-{self.application.name}.yaml"):
            file = self.repository.path(name, self.directory) if self.directory else None
            if file is None or not file.is_file():
                continue
            content = _content(file)
            overriding = SourceFile(display(str(file)), content or "")
            if content is None or any(isinstance(each, Broken) for each in documents(overriding)):
                place = self.application.home.at((*source.route, "path"))
                self.unknown.append(Unknowable(f"`{name}` cannot be read", place, "HPC001"))
                continue
            for found in objects_in(overriding):
                yield InObject(found.view.data, found, found.view.route, source.route)

    def _given(self) -> Iterator[Given]:
        names = [self._filled(text(each)) for each in _list(self.helm, "valueFiles")[: GIVEN_ENTRIES + 1]]
        for (index, name), found in of_each(enumerate(names), lambda entry: self._meant(entry[1])):
            yield from self._files(name, found, (*self.helm.route, "valueFiles", index))
        inline, route = self.helm.data.get("valuesObject"), (*self.helm.route, "valuesObject")
        if isinstance(inline, dict) and inline:  # then `values` is not read (ValuesYAML)
            yield Given("`valuesObject`", self.home.mapping(route), values=inline)
        elif text(self.helm.data.get("values")):
            route = (*self.helm.route, "values")
            yield Given("`values`", self.home.string(route), text=text(self.helm.data["values"]))
        yield from self._parameters()
        yield from self._file_parameters()

    def _parameters(self) -> Iterator[Given]:
        """As `--set`, then as `--set-string`: of equal names the last counts."""
        settings: dict[tuple[bool, str], Given] = {}
        for parameter in self.helm.items("parameters"):
            name, value = text(parameter.data.get("name")), self._filled(text(parameter.data.get("value")))
            forced = parameter.data.get("forceString") is True
            place = self.home.entry((*parameter.route, "value"))
            setting = f"{name}={_escaped(value)}"
            flag: Flag = "set-string" if forced else "set"
            settings[forced, name] = Given("`parameters`", place, setting=setting, flag=flag)
        for forced in (False, True):
            yield from (given for (is_forced, _), given in settings.items() if is_forced is forced)

    def _file_parameters(self) -> Iterator[Given]:
        """As `--set-file`: the value is all the text of a file."""
        texts: dict[Path, str | None] = {}
        size = 0
        for number, parameter in enumerate(self.helm.items("fileParameters")):
            if number == GIVEN_ENTRIES or size > SOURCE_BYTES:
                self._too_much(parameter.route)
                return
            name, path = text(parameter.data.get("name")), self._filled(text(parameter.data.get("path")))
            file = self.repository.path(path, self.directory) if self.directory else None
            if file and file not in texts:
                texts[file] = _content(file) if file.is_file() else None
            content = texts[file] if file else None
            size += len(content or "")
            if content is None:
                self._not_known(f"the file `{path}` is not in this repository, or cannot be read", parameter.route)
                continue
            place = WholeFile(SourceFile(display(str(file)), content))
            yield Given(f"`{path}`", place, setting=f"{name}={content}", flag="set-file")

    def _meant(self, name: str) -> Matches:
        """A values file, or those that its pattern means: below the source's path, the root, or another source."""
        first, _, rest = name.partition("/")
        base, asked = self.directory, name
        if first in self.references:
            url = text(self.references[first].data.get("repoURL"))
            base, asked = (self.repository.root if self.application.repository.is_this(url) else None), rest
        found = meant(asked, base, self.repository) if base else Matches([])
        return found._replace(paths=[path for path in found.paths if path.is_file()])

    def _files(self, name: str, found: Matches, route: Route) -> Iterator[Given]:
        if not found.is_all:
            self._too_much(route)
        for file in found.paths:
            yield Given(f"`{name}`", self.home.entry(route), file=file)
        if not found.paths and found.is_all and self.helm.data.get("ignoreMissingValueFiles") is not True:
            self._not_known(f"the values file `{name}` is not in this repository", route)

    def _filled(self, value: str) -> str:
        """With the variables that Argo CD has while it renders; others stay."""
        spec, source = self.application.spec, self.source.data
        known = {
            "ARGOCD_APP_NAME": self.application.name,
            "ARGOCD_APP_NAMESPACE": View(spec.data.get("destination"), ()).text("namespace") or "",
            "ARGOCD_APP_PROJECT_NAME": text(spec.data.get("project")),
            "ARGOCD_APP_SOURCE_REPO_URL": text(source.get("repoURL")),
            "ARGOCD_APP_SOURCE_PATH": text(source.get("path")),
            "ARGOCD_APP_SOURCE_TARGET_REVISION": text(source.get("targetRevision")),
        }
        return _VARIABLE.sub(lambda match: known.get(match[1] or match[2], match[0]), value)

    def _customized(self) -> Customized | None:
        """The options of Kustomize, where that is what builds the directory."""
        kustomize = View(self.source.data.get("kustomize"), (*self.source.route, "kustomize"))
        if self.directory is None or not any((self.directory / name).is_file() for name in KUSTOMIZATIONS):
            return None
        if (self.directory / CHART).is_file() and not kustomize.data:
            return None
        return customized(self.home, kustomize, kustomize.text("namespace"))

    def _jsonnet(self) -> None:
        """Manifests that a program would have to make."""
        try:
            names = os.listdir(self.directory) if self.directory and self.directory.is_dir() else []
        except OSError:
            return
        if any(name.endswith(".jsonnet") for name in names) and not {CHART, *KUSTOMIZATIONS} & set(names):
            self._not_known("what its Jsonnet makes, which is not run", (*self.source.route, "path"))

    def _too_much(self, route: Route) -> None:
        self.unknown.append(Unknowable(TOO_MUCH, self.home.at(route), "HPC005"))

    def _not_known(self, reason: str, route: Route) -> None:
        self.unknown.append(Unknowable(reason, self.home.at(route)))


_FIXED = ("repoURL", "path", "chart", "targetRevision")
"""What files beside the manifests cannot say."""


def customized(
    home: SpecLayer | Stack, view: View, namespace: str | None, substitute: tuple[Substitution, ...] = ()
) -> Customized | None:
    """What a release adds to a kustomization, or to what a chart rendered; nothing where it adds nothing."""
    found = ((name, home.node((*view.route, name))) for name in CUSTOMIZED if view.data.get(name))
    fields = tuple(KustomizedField(name, *node) for name, node in found if node is not None)
    if not fields and not namespace and not substitute:
        return None
    return Customized(fields, namespace, substitute)


def _content(file: Path) -> str | None:
    """The text of a file; None where it cannot be read, or is too large."""
    try:
        raw = file.read_bytes() if file.stat().st_size <= FILE_BYTES else None
        return raw.decode("utf-8-sig") if raw is not None else None
    except (OSError, UnicodeDecodeError):
        return None


def _escaped(value: str) -> str:
    """A value as `helm --set` is given it (cleanSetParameters): commas are no separators, but in a list in braces."""
    return value if value.startswith("{") and value.endswith("}") else _UNESCAPED_COMMA.sub(r"\\,", value)


def _list(view: View, field: str) -> list[object]:
    value = view.data.get(field)
    return value if isinstance(value, list) else []
