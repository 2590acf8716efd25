"""Fleet: the `fleet.yaml` of a bundle, and what it is given for each target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...documents.document import Document
from ...finding import Location, Part, Route
from ...pods.pod import View
from ...sourcefile import SourceFile
from .argo import chart_elsewhere
from .objects import text
from .places import AtEntry, InDocument
from .release import Given, Release, Unknowable
from .repository import Repository

FILE = "fleet.yaml"


@dataclass(frozen=True, slots=True)
class Bundle:
    """One document of a `fleet.yaml`, and the directory that the file lies in."""

    file: SourceFile
    document: Document
    directory: Path
    repository: Repository
    unknown: list[Unknowable] = field(default_factory=list)

    def values(self, helm: View) -> Iterator[Given]:
        """What a `helm` block gives: values files in their order, then its own values."""
        names = helm.data.get("valuesFiles")
        for index, name in enumerate(names if isinstance(names, list) else ()):
            route = (*helm.route, "valuesFiles", index)
            found = self.repository.path(text(name), self.directory)
            if found is None or not found.is_file():
                self.not_known(f"the values file `{name}` is not in this repository", route)
            else:
                yield Given(f"`{name}`", AtEntry(self.file, self.document, route), file=found)
        values = helm.data.get("values")
        if isinstance(values, dict):
            yield Given("`values`", InDocument(self.file, self.document, (*helm.route, "values")), values=values)
        for reference in helm.items("valuesFrom"):
            self.not_known("values from an object of the cluster", reference.route)

    def not_known(self, reason: str, route: Route) -> None:
        self.unknown.append(Unknowable(reason, Location(self.file, self.document.span(route, Part.PAIR))))


def releases(bundle: Bundle) -> Iterator[Release]:
    """What all clusters get or, where there are targets, what each of them gets on top."""
    view = View(bundle.document.data, ())
    helm = View(view.data.get("helm"), ("helm",))
    chart, name = text(helm.data.get("chart")), text(helm.data.get("releaseName")) or bundle.directory.name
    here = bundle.repository.path(chart or ".", bundle.directory)
    if view.data.get("kustomize"):
        bundle.not_known("`kustomize`, which changes what is deployed", ("kustomize",))
    whole = Release(
        title=f"Fleet bundle {name}",
        location=Location(bundle.file, bundle.document.span(("helm", "chart"))),
        deploys=here or chart_elsewhere(chart, text(helm.data.get("repo")), text(helm.data.get("version"))),
        name=name,
        namespace=view.text("namespace") or view.text("defaultNamespace"),
        given=tuple(bundle.values(helm)),
        unknown=tuple(bundle.unknown),
    )
    targets = list(view.items("targetCustomizations"))
    if not targets:
        yield whole
    for target in targets:
        bundle.unknown.clear()
        for key in ("yaml", "kustomize"):
            if target.data.get(key):
                bundle.not_known(f"`{key}`, which changes what is deployed", (*target.route, key))
        given = (*whole.given, *bundle.values(View(target.data.get("helm"), (*target.route, "helm"))))
        cluster = text(target.data.get("name"))
        unknown = (*whole.unknown, *bundle.unknown)
        yield replace(whole, title=f"{whole.title} ({cluster})", given=given, unknown=unknown, cluster=cluster)
