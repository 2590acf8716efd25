"""Manifests and the files of helmfile and Fleet become releases."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ...documents.document import Document, documents
from ...documents.firstlook import as_utf8
from ...finding import Location, Precision
from ...limits import FILE_BYTES
from ...sourcefile import SourceFile
from ..source import Source
from . import applicationset, argo, fleet, flux, helmfile, k3s
from .applicationset import Expand
from .firstlook import FLEET, deploys_by_name, may_deploy
from .objects import Objects, Written, written
from .release import Release, Unknown
from .repository import Repository

_REFERRED = b"ConfigMap"


def releases(sources: Iterable[Source], repository: Repository, expand: Expand) -> Iterator[Release | Unknown]:
    """What the manifests among some sources deploy. `expand` fills in a Go template with parameters."""
    files = [(source, text) for source in sources if source.kind == "manifest" and (text := _read(source))]
    found: list[Written] = []
    for source, text in files:
        file = SourceFile(source.path, text)
        if deploys_by_name(source.file):
            yield from _of_file(file, Path(source.file), repository)
        else:
            found += written(file)
    yield from _of_objects(found, repository, expand)


def _of_objects(found: list[Written], repository: Repository, expand: Expand) -> Iterator[Release | Unknown]:
    objects = Objects(found)
    for each in objects.of(argo.GROUP, "Application"):
        yield from argo.applications(each, repository)
    for each in objects.of(argo.GROUP, "ApplicationSet"):
        yield from applicationset.releases(each, repository, expand)
    for each in objects.of(flux.HELM, "HelmRelease"):
        yield flux.helm_release(each, objects, repository)
    for each in objects.of(flux.KUSTOMIZE, "Kustomization"):
        yield flux.kustomization(each, objects, repository)
    for each in objects.of(k3s.GROUP, "HelmChart"):
        yield k3s.helm_chart(each, objects)
    for each in objects.of(k3s.GROUP, "HelmChartConfig"):
        yield from k3s.helm_chart_config(each, objects)


def _of_file(file: SourceFile, path: Path, repository: Repository) -> Iterator[Release | Unknown]:
    directory = Path(os.path.realpath(path)).parent
    for document in documents(file):
        if not isinstance(document, Document):
            yield Unknown(f"what {path.name} deploys: {document.reason}", Location(file, document.span, Precision.LINE))
            continue
        if not isinstance(document.data, dict):
            continue
        if path.name == FLEET:
            yield from fleet.releases(fleet.Bundle(file, document, directory, repository))
        else:
            yield from helmfile.releases(helmfile.Helmfile(file, document, directory, repository))


def _read(source: Source) -> str | None:
    """The text of a manifest that may deploy something or be referred to; what cannot be read is told elsewhere."""
    if source.file == "-":
        return None
    try:
        with open(source.file, "rb") as stream:
            raw = stream.read(FILE_BYTES + 1)
        raw = as_utf8(raw)
        if len(raw) > FILE_BYTES or not (may_deploy(source.file, raw) or _REFERRED in raw):
            return None
        return raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
