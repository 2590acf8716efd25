"""Manifests and the files of helmfile and Fleet become releases."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ...documents.document import Document, documents
from ...documents.firstlook import as_utf8
from ...finding import Location, Precision
from ...limits import FILE_BYTES
from ...sourcefile import SourceFile
from ..landmarks import is_helmfile
from ..source import Source
from . import applicationset, argo, fleet, flux, fluxkustomization, fluxv1, k3s, kinds
from .filled import Expand
from .firstlook import FLEET, may_deploy
from .helmfile.releases import releases as helmfiles
from .objects import ObjectInFile, Objects, objects_in
from .release import Release, Unknowable
from .repository import Repository

_REFERRED = (b"ConfigMap", b"Secret", b"ArtifactGenerator")


class Made(NamedTuple):
    """The objects that an overlay or a chart is made into, and the files, by real paths, that they were made of.

    `path` is the overlay's, as reports show it: what tells production from staging. `read` are all files and
    directories that may have had a part in it.
    """

    objects: tuple[ObjectInFile, ...] = ()
    parts: frozenset[str] = frozenset()
    path: str | None = None
    read: tuple[Path, ...] = ()


def releases(sources: Iterable[Source], repository: Repository, expand: Expand) -> Iterator[Release | Unknowable]:
    """What the manifests among some sources deploy. `expand` fills in a Go template with parameters."""
    yield from Manifests(sources).releases(repository, expand)


class Manifests:
    """The manifests of a repository that may say what is deployed, or be referred to by what does; read once."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._bundles: list[tuple[Path, SourceFile]] = []
        self._states: dict[Path, SourceFile] = {}
        self._objects: dict[str, list[ObjectInFile]] = {}
        self.parts: set[str] = set()
        """The files that overlays read, by their real paths."""
        for source in sources:
            text = _read(source) if source.kind == "manifest" else None
            if text is None:
                continue
            file, real = SourceFile(source.path, text), os.path.realpath(source.file)
            if os.path.basename(source.file) == FLEET:
                self._bundles.append((Path(source.file), file))
            elif is_helmfile(source.file):
                self._states[Path(real)] = file
            else:
                self._objects[real] = list(objects_in(file))
                self.parts |= {real} if source.is_part else set()

    def releases(
        self,
        repository: Repository,
        expand: Expand,
        made: Sequence[Made] = (),
        parts: Container[str] = (),
        missing: set[str] | None = None,
    ) -> Iterator[Release | Unknowable]:
        """What is deployed, by these manifests but `parts`, and by what was `made`.

        The names of objects that are referred to and are nowhere are added to `missing`.
        """
        for path, file in self._bundles:
            yield from _bundles(file, path, repository)
        yield from helmfiles(self._states, repository, expand)
        bare = [each for path, found in self._objects.items() if path not in parts for each in found]
        rest = [each for path, found in self._objects.items() if path in parts for each in found]
        everything = Objects([*bare, *(each for one in made for each in one.objects), *rest])
        yield from _of_objects(Objects(bare, everything), repository, expand)
        for one in made:
            for found_in in _of_objects(Objects(one.objects, everything), repository, expand):
                yield _of_made(found_in, one)
        if missing is not None:
            missing |= everything.missing


def _of_made(found: Release | Unknowable, made: Made) -> Release | Unknowable:
    if isinstance(found, Unknowable):
        return found
    return replace(found, environment=found.environment or made.path, read=(*found.read, *made.read))


def _of_objects(objects: Objects, repository: Repository, expand: Expand) -> Iterator[Release | Unknowable]:
    for each in objects.of(kinds.ARGO, "Application"):
        yield from argo.applications(each, repository)
    for each in objects.of(kinds.ARGO, "ApplicationSet"):
        yield from applicationset.releases(each, repository, expand)
    for each in objects.of(kinds.HELM, "HelmRelease"):
        yield from flux.helm_release(each, objects, repository)
    for each in objects.of(kinds.HELM_OPERATOR, "HelmRelease"):
        yield fluxv1.helm_release(each, objects, repository)
    for each in objects.of(kinds.KUSTOMIZE, "Kustomization"):
        yield fluxkustomization.kustomization(each, objects, repository)
    for each in objects.of(kinds.FLEET, "GitRepo"):
        yield from fleet.git_repo(each, repository)
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
