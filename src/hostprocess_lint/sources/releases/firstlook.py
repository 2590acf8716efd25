"""The first look at a manifest: whether it could say what is deployed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from ...documents.firstlook import as_utf8, may_hold_pods
from ...limits import FILE_BYTES
from ..landmarks import is_helmfile
from .kinds import KINDS

FLEETS = ("fleet.yaml", "fleet.yml")

_DEPLOYING = (
    b"argoproj.io/",
    b".toolkit.fluxcd.io/",
    b"helm.cattle.io/",
    b"fleet.cattle.io/",
    b"helm.fluxcd.io/",
    b"fluxcd.controlplane.io/",
    b"HelmChartProxy",  # not its group: that of ClusterResourceSets, of which each template of a cluster has some
)
_OF_REPOSITORIES = re.compile(rb"(?:helm|source)\.toolkit\.fluxcd\.io/|HelmChartProxy")
"""What only deploys charts of a repository, if nothing else says of this one."""

_NAMES = b"|".join(sorted({kind.encode() for _, kind in KINDS}))
_KIND = rb"\bkind[\"']?\s*:\s*[\"']?(?:\{\{|(?:%s)\b)" % _NAMES
"""The kind of a release, or one that a template fills in."""

_API_VERSION = rb"\bapiVersion[\"']?\s*:\s*[\"']?(?:%s)/" % b"|".join(re.escape(g.encode()) for g, _ in KINDS)


def is_named_to_deploy(file: str) -> bool:
    """Whether Fleet or helmfile would read a file for its name."""
    return os.path.basename(file) in FLEETS or is_helmfile(file)


def may_deploy(file: str, raw: bytes) -> bool:
    """Whether a manifest, by its name and its bytes, could say what is deployed."""
    raw = as_utf8(raw)
    return is_named_to_deploy(file) or any(word in raw for word in _DEPLOYING)


def is_written_as_release(raw: bytes) -> bool:
    """Whether a text that is no YAML writes an object that says what is deployed."""
    return bool(re.search(_API_VERSION, raw) and re.search(_KIND, raw))


def directory_may_deploy(directory: str) -> bool:
    """Whether a chart's files, by their bytes, could make objects that say what is deployed; one that is packed could.

    That is asked of charts near a change, rather too often than with an engine's or a parser's start.
    """
    paths = (os.path.join(folder, name) for folder, _, names in os.walk(directory) for name in names)
    return any(path.endswith((".tgz", ".tar.gz")) or _file_may_deploy(path) for path in paths)


def _file_may_deploy(path: str) -> bool:
    try:
        if not os.path.isfile(path):
            return os.path.islink(path)
        with open(path, "rb") as file:
            raw = as_utf8(file.read(FILE_BYTES + 1))
    except OSError:
        return True
    return len(raw) > FILE_BYTES or any(word[:-1] in raw for word in _DEPLOYING)


def texts_may_deploy(texts: Iterable[bytes], is_pulled: bool) -> bool:
    """Whether what a build makes of some texts could say what is deployed of this repository, or says HostProcess.

    A HelmRelease of a chart repository, or a HelmChartProxy, is told as well by the file that it is written in, unless
    charts were pulled.
    """
    whole = b"\n".join(map(as_utf8, texts))
    found = [word for word in _DEPLOYING if word in whole]
    if not found:
        return False
    if is_pulled or may_hold_pods(whole) or b"\\" in whole:
        return True
    rest = _OF_REPOSITORIES.sub(b"", whole)
    others = any(word in rest for word in _DEPLOYING)
    return others or any(word in whole for word in (b"GitRepository", b"Bucket", b"ExternalArtifact", b"chartRef"))
