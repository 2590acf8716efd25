"""What releases deployed before their files changed, as far as their old texts alone say it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

from ...documents.firstlook import as_utf8
from ...documents.stream import Broken, documents
from ...sourcefile import SourceFile
from ..charts.dependencies import pulled as pulled_chart
from ..context import content_of
from ..landmarks import is_helmfile
from ..paths import display
from ..source import Source
from .firstlook import directory_may_deploy, may_deploy
from .flux.artifact import GENERATOR, KIND
from .kustomized import changes
from .objects import objects_in
from .reading import Manifests
from .release import Elsewhere, Release, Unknowable
from .repository import Repository
from .touched import built_with

_MOST = 2_000
"""Releases."""

_SOURCES = ("GitRepository", "OCIRepository", "Bucket", "HelmChart", GENERATOR, KIND)
"""Kinds of Flux that say where the path of a release is."""

_INDIRECT = (GENERATOR.encode(), KIND.encode())


class AnythingError(Exception):
    """What was referred to is not known: it may have been anything."""


def deployed_before(before: Mapping[str, bytes], root: str, pulled: Path | None) -> Iterator[str]:
    """The real paths of what the releases in some files deployed, and with what, by what these held.

    Where an object was in another file it is taken for what lets a path be in this repository. Raises AnythingError.
    """
    held = {file: as_utf8(raw) for file, raw in before.items() if _may_say(file, raw)}
    for file, raw in held.items():
        _require_plain(file, raw)
    read = Manifests([Source("manifest", display(file), file) for file in held], held.get)
    for found in islice(read.releases(Repository(Path(root)), _nobody_knows), _MOST + 1 if held else 0):
        if isinstance(found, Unknowable):
            raise AnythingError
        yield from _of(found, pulled)


def _of(release: Release, pulled: Path | None) -> Iterator[str]:
    deploys = release.deploys
    if isinstance(deploys, Elsewhere) and deploys.name and pulled is not None:
        chart = pulled_chart(deploys.name, deploys.version, pulled)
        deploys = Path(os.path.realpath(chart)) if chart else deploys
    yield from built_with(release)
    if isinstance(deploys, Path):
        if changes(release.customized) and directory_may_deploy(str(deploys)):
            raise AnythingError  # it changed releases: nobody knows what these were then
        yield str(deploys)


def _may_say(file: str, raw: bytes) -> bool:
    return may_deploy(file, raw) or any(word in raw for word in _INDIRECT)


def _require_plain(file: str, raw: bytes) -> None:
    """Raises AnythingError for what cannot be read alone, and where it said of other releases where their paths are."""
    text = raw.decode("utf-8", "replace")
    if (b"chartRef" in raw and b"HelmChart" in raw) or KIND.encode() in raw or "\ufffd" in text:
        raise AnythingError
    if not is_helmfile(file) and any(isinstance(each, Broken) for each in documents(SourceFile("", text))):
        raise AnythingError
    if _sources(text) - _sources(as_utf8(content_of(file)).decode("utf-8", "replace")):
        raise AnythingError


def _sources(text: str) -> set[str]:
    """The sources of Flux that a text holds, but for the version."""
    found = (each for each in objects_in(SourceFile("", text)) if each.group.startswith("source."))
    return {
        repr((each.kind, each.namespace, each.name, {**each.spec.data, "ref": None, "interval": None}))
        for each in found
        if each.kind in _SOURCES
    }


def _nobody_knows(_template: str, _parameters: Mapping[str, Any], _definitions: str = "", /) -> NoReturn:
    """No engine fills in a template here."""
    raise ValueError("a template")
