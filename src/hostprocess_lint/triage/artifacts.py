"""Which file of the tree a SARIF location means, whatever its URI is relative to."""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import unquote, urlsplit

from ..sources.paths import lies_in

_MOST_BASES = 10
_DRIVE = re.compile(r"/[A-Za-z]:/")


def file_of(artifact: Any, run: dict[str, Any], root: str) -> str | None:
    """The real path of an `artifactLocation`, or None for what is no file of the tree.

    A URI is absolute, relative to a base of the run, or to `root`. A base that is no directory here was one on another
    machine, as it is in a report out of a container: what is relative to it is then relative to `root`.
    """
    found = _listed(artifact, run)
    path = _path(found.get("uri"))
    if path is None:
        return None
    base = None if os.path.isabs(path) else _base(found.get("uriBaseId"), run)
    home = os.path.realpath(root)
    file = os.path.realpath(os.path.join(base if base and os.path.isdir(base) else home, path))
    return file if lies_in(file, home) and os.path.isfile(file) else None


def _listed(artifact: Any, run: dict[str, Any]) -> dict[str, Any]:
    """The location itself, or the one of the run's list that it gives the number of."""
    found = artifact if isinstance(artifact, dict) else {}
    index, artifacts = found.get("index"), run.get("artifacts")
    if "uri" in found or type(index) is not int or not isinstance(artifacts, list):
        return found
    item = artifacts[index] if 0 <= index < len(artifacts) else None
    location = item.get("location") if isinstance(item, dict) else None
    return location if isinstance(location, dict) else {}


def _base(name: Any, run: dict[str, Any]) -> str | None:
    """The directory that a base stands for; a base can be relative to another one."""
    bases = run.get("originalUriBaseIds")
    steps: list[str] = []
    while isinstance(bases, dict) and isinstance(name, str) and len(steps) < _MOST_BASES:
        base = bases.get(name)
        path = _path(base.get("uri")) if isinstance(base, dict) else None
        if path is None or not isinstance(base, dict):
            return None
        steps.append(path)
        if os.path.isabs(path):
            return os.path.join(*reversed(steps))
        name = base.get("uriBaseId")
    return None


def _path(uri: Any) -> str | None:
    """A URI as a path, which is relative where the URI is."""
    if not isinstance(uri, str):
        return None
    try:
        parts = urlsplit(uri)
        path = unquote(parts.path, errors="strict")
    except ValueError:
        return None
    if parts.scheme not in ("", "file") or parts.netloc not in ("", "localhost") or not path or "\0" in path:
        return None
    return path[1:] if os.name == "nt" and _DRIVE.match(path) else path
