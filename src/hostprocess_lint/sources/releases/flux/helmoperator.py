"""Flux before its second version: the `HelmRelease` of `helm.fluxcd.io/v1`, and `valuesFrom` as its operator reads it.

Values count as in its documentation (https://github.com/fluxcd/helm-operator, docs/references):
`valuesFrom` in order, later ones win, `values` over all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ....pods.view import View
from ..elsewhere import chart_elsewhere, path_elsewhere
from ..helddata import REFERENCES, entry_of
from ..objects import ObjectInFile, Objects, text
from ..release import Elsewhere, Given, Release, Unknowable
from ..repository import Repository


def helm_operator_release(found: ObjectInFile, objects: Objects, repository: Repository) -> Release:
    """The release of such a HelmRelease."""
    chart = View(found.spec.data.get("chart"), (*found.spec.route, "chart"))
    target, path = found.spec.text("targetNamespace"), text(chart.data.get("path"))
    own = "-".join(part for part in (found.namespace, target, found.name) if part)
    unknown: list[Unknowable] = []
    here = repository.holding(path, found.file.path)
    deploys = _deploys(chart, here, repository)
    files = _Files(here, deploys) if isinstance(deploys, Path) else None
    values = found.spec.data.get("values")
    inline = Given("`values`", found.mapping((*found.spec.route, "values")), values=values)
    return Release(
        title=found.title,
        location=found.at((*chart.route, "path" if path else "name")),
        deploys=deploys,
        name=found.spec.text("releaseName") or own,
        namespace=target or found.namespace,
        given=(*_references(found, objects, files, unknown), *([inline] if isinstance(values, dict) else [])),
        unknown=tuple(unknown),
    )


def _deploys(chart: View, repository: Repository, own: Repository) -> Path | Elsewhere:
    git, path = text(chart.data.get("git")), text(chart.data.get("path"))
    if git or path:
        here = repository.path(path.lstrip("/")) if own.is_this(git) else None
        return here or path_elsewhere(path, git, ref=text(chart.data.get("ref")))
    version = text(chart.data.get("version"))
    return chart_elsewhere(text(chart.data.get("name")), text(chart.data.get("repository")), version)


class _Files(NamedTuple):
    """The files of a chart of the repository."""

    repository: Repository
    chart: Path

    def get(self, path: str) -> Path | None:
        found = self.repository.path(path.lstrip("/"), self.chart)
        return found if found and found.is_file() else None


def _references(
    found: ObjectInFile, objects: Objects, files: _Files | None, unknown: list[Unknowable]
) -> Iterator[Given]:
    for each in found.spec.items("valuesFrom"):
        field = next(iter(each.data), "")
        inner = View(each.data.get(field), (*each.route, field))
        path = text(inner.data.get("path"))
        file = files.get(path) if files and field == "chartFileRef" else None
        if file is not None:
            yield Given(f"`{path}`", found.entry((*inner.route, "path")), file=file)
            continue
        namespace = inner.text("namespace") or found.namespace
        name, key = inner.text("name") or "", inner.text("key") or "values.yaml"
        value = entry_of(objects, REFERENCES.get(field, ""), namespace, name, key)
        if not isinstance(value, str):
            yield Given(value.title, value.place, text=value.text)
        elif inner.data.get("optional") is not True:
            named = f"{REFERENCES[field]} `{name}`" if field in REFERENCES else f"`{field}`"
            unknown.append(Unknowable(f"values from {named}, which {value}", found.at(inner.route)))
