"""Flux: where in the repository an `ExternalArtifact` comes from, by the `ArtifactGenerator` that puts it together.

Copies are those of source-watcher (https://github.com/fluxcd/source-watcher, docs/spec): `@source/a/**` to
`@artifact/b/` brings what is below `a` to `b`, `@source/a` brings `a` itself.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from ...pods.view import View
from .objects import Objects, text

KIND, GENERATOR, GROUP = "ExternalArtifact", "ArtifactGenerator", "source.extensions.fluxcd.io"


def original(objects: Objects, namespace: str | None, name: str, path: str) -> str:
    """The path in the repository of a path in an artifact; the same where no generator says more."""
    wanted = posixpath.normpath(path.lstrip("/") or ".")
    found = [
        (into, origin)
        for origin, into in _copies(objects, namespace, name)
        if into == "." or wanted == into or wanted.startswith(f"{into}/")
    ]
    if not found:
        return path
    into, origin = max(found, key=lambda each: (each[0] != ".", len(each[0])))
    rest = wanted if into == "." else wanted[len(into) :].lstrip("/")
    return posixpath.normpath(f"{origin}/{rest}")


def _copies(objects: Objects, namespace: str | None, name: str) -> Iterator[tuple[str, str]]:
    """The directories that an artifact is put together of, and where they are in it."""
    for generator in objects.everywhere(GROUP, GENERATOR):
        if generator.namespace in (namespace, None):
            for artifact in generator.spec.items("artifacts"):
                if text(artifact.data.get("name")) == name:
                    yield from map(_copy, artifact.items("copy"))


def _copy(copy: View) -> tuple[str, str]:
    _, _, origin = text(copy.data.get("from")).partition("/")
    _, _, into = text(copy.data.get("to")).partition("/")
    if origin.endswith("/**"):
        return origin.removesuffix("/**"), posixpath.normpath(into or ".")
    if origin in ("**", ""):
        return ".", posixpath.normpath(into or ".")
    inside = into.endswith("/") or not into
    return origin, posixpath.normpath(posixpath.join(into, posixpath.basename(origin)) if inside else into)
