"""The first look at a manifest: whether it could say what is deployed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from ...documents.firstlook import as_utf8, may_hold, may_hold_pods
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
_SAID = tuple(word.lower().removesuffix(b"/") for word in _DEPLOYING)
"""The same as the first look has them: in lower case, and without the slash, which JSON may escape."""

_OF_REPOSITORIES = re.compile(rb"(?:helm|source)\.toolkit\.fluxcd\.io/|HelmChartProxy")
"""What only deploys charts of a repository, if nothing else says of this one."""

_REFERRED = (b"ConfigMap", b"Secret", b"ArtifactGenerator")

_NAMES = b"|".join(sorted({kind.encode() for _, kind in KINDS}))
_KIND = rb"\bkind[\"']?\s*:\s*[\"']?(?:\{\{|(?:%s)\b)" % _NAMES
"""The kind of a release, or one that a template fills in."""

_API_VERSION = rb"\bapiVersion[\"']?\s*:\s*[\"']?(?:%s)/" % b"|".join(re.escape(g.encode()) for g, _ in KINDS)


def is_named_to_deploy(file: str) -> bool:
    """Whether Fleet or helmfile would read a file for its name."""
    return os.path.basename(file) in FLEETS or is_helmfile(file)


def may_deploy(file: str, raw: bytes) -> bool:
    """Whether a manifest, by its name and its bytes, could say what is deployed, in whatever way it is spelt."""
    return is_named_to_deploy(file) or may_hold(raw, _is_said)


def may_be_referred_to(raw: bytes) -> bool:
    """Whether a manifest could hold what a release takes values, or its source, from."""
    raw = as_utf8(raw)
    if any(kind in raw for kind in _REFERRED):
        return True
    return b"\\" in raw and may_hold(raw, lambda lower: any(kind.lower() in lower for kind in _REFERRED))


def _is_said(lower: bytes) -> bool:
    return any(word in lower for word in _SAID)


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
            raw = file.read(FILE_BYTES + 1)
    except OSError:
        return True
    return len(raw) > FILE_BYTES or may_hold(raw, _is_said)


def texts_may_deploy(texts: Iterable[bytes], is_pulled: bool) -> bool:
    """Whether what a build makes of some texts could say what is deployed of this repository, or says HostProcess.

    A HelmRelease of a chart repository, or a HelmChartProxy, is told as well by the file that it is written in, unless
    charts were pulled.
    """
    whole = b"\n".join(map(as_utf8, texts))
    if not may_hold(whole, _is_said):
        return False
    if is_pulled or may_hold_pods(whole) or b"\\" in whole:
        return True
    rest = _OF_REPOSITORIES.sub(b"", whole)
    others = any(word in rest for word in _DEPLOYING)
    return others or any(word in whole for word in (b"GitRepository", b"Bucket", b"ExternalArtifact", b"chartRef"))
