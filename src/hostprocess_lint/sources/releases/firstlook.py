"""The first look at a manifest: whether it could say what is deployed."""

from __future__ import annotations

import os
import re

from ...documents.firstlook import as_utf8

FLEET = "fleet.yaml"

_DEPLOYING = (b"argoproj.io/", b".toolkit.fluxcd.io/", b"helm.cattle.io/")
_HELMFILE = re.compile(r"(?:^|/)helmfile(?:\.d/[^/]+)?\.ya?ml\Z")


def may_deploy(file: str, raw: bytes) -> bool:
    """Whether a manifest, by its name and its bytes, could say what is deployed."""
    raw = as_utf8(raw)
    return deploys_by_name(file) or any(word in raw for word in _DEPLOYING)


def deploys_by_name(file: str) -> bool:
    return os.path.basename(file) == FLEET or _HELMFILE.search(file.replace(os.sep, "/")) is not None
