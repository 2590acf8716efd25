"""Flux: where in the repository an `ExternalArtifact` comes from, by the `ArtifactGenerator` that puts it together.

Copies are those of source-watcher (https://github.com/fluxcd/source-watcher, docs/spec): `@source/a/**` to
`@artifact/b/` brings what is below `a` to `b`, `@source/a` brings `a` itself.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from ....pods.folders import Folders
from ....pods.view import View
from ..objects import Objects, text

KIND, GENERATOR, GROUP = "ExternalArtifact", "ArtifactGenerator", "source.extensions.fluxcd.io"


def original(objects: Objects, namespace: str | None, name: str, path: str) -> str:
    """The path in the repository of a path in an artifact; the same where no generator says more."""
    wanted = _steps(posixpath.normpath(path.lstrip("/") or "."))
    known = objects.once(_artifacts)
    for artifact in (known.get((home, name)) for home in (namespace, None)):
        found = artifact.nearest(wanted) if artifact else None
        if found:
            into, origin = found
            return posixpath.normpath("/".join((origin, *wanted[len(into) :])))
    return path


def _artifacts(objects: Objects) -> Mapping[tuple[str | None, str], Folders[str]]:
    """By namespace and name, the directories of artifacts, and which ones of the repository are brought there."""
    found: dict[tuple[str | None, str], Folders[str]] = {}
    for generator in objects.of(GROUP, GENERATOR):
        for artifact in generator.spec.items("artifacts"):
            name = text(artifact.data.get("name"))
            for origin, into in map(_copy, artifact.items("copy")):
                found.setdefault((generator.namespace, name), Folders()).keep(_steps(into), origin)
    return found


def _steps(path: str) -> tuple[str, ...]:
    """A path within the directory that is the artifact's own."""
    return (".", *path.split("/")) if path != "." else (".",)


def _copy(copy: View) -> tuple[str, str]:
    """Where it is in the repository, and in the artifact."""
    _, _, origin = text(copy.data.get("from")).partition("/")
    _, _, into = text(copy.data.get("to")).partition("/")
    if origin.endswith("/**"):
        return origin.removesuffix("/**"), posixpath.normpath(into or ".")
    if origin in ("**", ""):
        return ".", posixpath.normpath(into or ".")
    inside = into.endswith("/") or not into
    return origin, posixpath.normpath(posixpath.join(into, posixpath.basename(origin)) if inside else into)
