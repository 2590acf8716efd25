"""The first look at a manifest: whether it could say what is deployed."""

from __future__ import annotations

import os

from ...documents.firstlook import as_utf8
from ..landmarks import is_helmfile

FLEET = "fleet.yaml"

_DEPLOYING = (b"argoproj.io/", b".toolkit.fluxcd.io/", b"helm.cattle.io/", b"fleet.cattle.io/")


def may_deploy(file: str, raw: bytes) -> bool:
    """Whether a manifest, by its name and its bytes, could say what is deployed."""
    raw = as_utf8(raw)
    return os.path.basename(file) == FLEET or is_helmfile(file) or any(word in raw for word in _DEPLOYING)
