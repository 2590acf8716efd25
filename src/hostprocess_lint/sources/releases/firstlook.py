"""The first look at a manifest: whether it could say what is deployed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import suppress

from ...documents.firstlook import as_utf8, may_hold_pods
from ...limits import FILE_BYTES
from ..landmarks import is_helmfile

FLEET = "fleet.yaml"

_DEPLOYING = (b"argoproj.io/", b".toolkit.fluxcd.io/", b"helm.cattle.io/", b"fleet.cattle.io/", b"helm.fluxcd.io/")
_KIND = re.compile(rb"kind\s*:\s*[\"']?(?:Application(?:Set)?|HelmRelease|HelmChart(?:Config)?|Kustomization)\b")


def may_deploy(file: str, raw: bytes) -> bool:
    """Whether a manifest, by its name and its bytes, could say what is deployed."""
    raw = as_utf8(raw)
    return os.path.basename(file) == FLEET or is_helmfile(file) or any(word in raw for word in _DEPLOYING)


def chart_may_deploy(directory: str) -> bool:
    """Whether the templates of a chart could make objects that say what is deployed: apps of apps."""
    for folder, _, names in os.walk(os.path.join(directory, "templates")):
        for name in names:
            path = os.path.join(folder, name)
            with suppress(OSError):
                if os.path.isfile(path) and not os.path.islink(path) and os.path.getsize(path) <= FILE_BYTES:
                    with open(path, "rb") as file:
                        raw = file.read()
                    if any(word in raw for word in _DEPLOYING) and _KIND.search(raw):
                        return True
    return False


def texts_may_deploy(texts: Iterable[bytes], is_pulled: bool) -> bool:
    """Whether what a build makes of some texts could say what is deployed of this repository, or says HostProcess.

    A HelmRelease of a chart repository is told as well by the file that it is written in, unless charts were pulled.
    """
    whole = b"\n".join(map(as_utf8, texts))
    found = [word for word in _DEPLOYING if word in whole]
    if not found:
        return False
    if is_pulled or may_hold_pods(whole) or b"\\" in whole:
        return True
    helm = whole.replace(b"helm.toolkit.fluxcd.io/", b"").replace(b"source.toolkit.fluxcd.io/", b"")
    others = any(word in helm for word in _DEPLOYING)
    return others or any(word in whole for word in (b"GitRepository", b"Bucket", b"chartRef"))
