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
from ..landmarks import is_helmfile
from ..source import Source
from . import applicationset, argo, fleet, flux, fluxkustomization, k3s, kinds
from .filled import Expand
from .firstlook import FLEET, may_deploy
from .helmfile.releases import releases as helmfiles
from .objects import ObjectInFile, Objects, objects_in
from .release import Release, Unknowable
from .repository import Repository

_REFERRED = (b"ConfigMap", b"Secret")


def releases(sources: Iterable[Source], repository: Repository, expand: Expand) -> Iterator[Release | Unknowable]:
    """What the manifests among some sources deploy. `expand` fills in a Go template with parameters."""
    files = [(source, text) for source in sources if source.kind == "manifest" and (text := _read(source))]
    found: list[ObjectInFile] = []
    states: dict[Path, SourceFile] = {}
    for source, text in files:
        file = SourceFile(source.path, text)
        if os.path.basename(source.file) == FLEET:
            yield from _bundles(file, Path(source.file), repository)
        elif is_helmfile(source.file):
            states[Path(os.path.realpath(source.file))] = file
        else:
            found += objects_in(file)
    yield from helmfiles(states, repository, expand)
    yield from _of_objects(found, repository, expand)


def _of_objects(found: list[ObjectInFile], repository: Repository, expand: Expand) -> Iterator[Release | Unknowable]:
    objects = Objects(found)
    for each in objects.of(kinds.ARGO, "Application"):
        yield from argo.applications(each, repository)
    for each in objects.of(kinds.ARGO, "ApplicationSet"):
        yield from applicationset.releases(each, repository, expand)
    for each in objects.of(kinds.HELM, "HelmRelease"):
        yield flux.helm_release(each, objects, repository)
    for each in objects.of(kinds.KUSTOMIZE, "Kustomization"):
        yield fluxkustomization.kustomization(each, objects, repository)
    for each in objects.of(kinds.K3S, "HelmChart"):
        yield k3s.helm_chart(each, objects)
    for each in objects.of(kinds.K3S, "HelmChartConfig"):
        yield from k3s.helm_chart_config(each, objects)


def _bundles(file: SourceFile, path: Path, repository: Repository) -> Iterator[Release | Unknowable]:
    directory = Path(os.path.realpath(path)).parent
    for document in documents(file):
        if not isinstance(document, Document):
            yield Unknowable(
                f"what {path.name} deploys: {document.reason}", Location(file, document.span, Precision.LINE)
            )
        elif isinstance(document.data, dict):
            yield from fleet.releases(fleet.Bundle(file, document, directory, repository))


def _read(source: Source) -> str | None:
    """The text of a manifest that may deploy something or be referred to; what cannot be read is told elsewhere."""
    if source.file == "-":
        return None
    try:
        with open(source.file, "rb") as stream:
            raw = stream.read(FILE_BYTES + 1)
        raw = as_utf8(raw)
        if len(raw) > FILE_BYTES or not (may_deploy(source.file, raw) or any(kind in raw for kind in _REFERRED)):
            return None
        return raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
