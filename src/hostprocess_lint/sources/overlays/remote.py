"""References to what is not in the repository: how they are told, and the command that brings it."""

from __future__ import annotations

import re
import shlex
from pathlib import PurePosixPath

_REMOTE = re.compile(
    r"://|^\s*(?:https?:|git::|gh:|github\.com[:/]|[\w.+-]+@[\w.-]+[:/])|_git/|\?(?:ref|version|timeout|submodules)=",
    re.IGNORECASE,
)
_FILE = re.compile(r"https?://[^?#]*\.(?:ya?ml|json)", re.IGNORECASE)
_REF = re.compile(r"[?&](?:ref|version)=([^&]+)")


def is_remote(reference: str) -> bool:
    """Whether Kustomize could take a reference for a URL or a Git repository; rather too often than too rarely."""
    return _REMOTE.search(reference) is not None


def bringing(reference: str) -> str:
    """The hint with the command that brings a remote file or repository, in the forms that Kustomize's docs name
    (https://github.com/kubernetes-sigs/kustomize/blob/master/examples/remoteBuild.md).
    """
    text = reference.strip()
    if _FILE.fullmatch(text) or text.startswith("https://raw."):
        name = PurePosixPath(text.partition("?")[0]).name
        return f"`curl -fsSLo {shlex.quote(name)} {shlex.quote(text)}`, and refer to the file"
    ref = _REF.search(text)
    address = text.partition("?")[0].removeprefix("git::")
    scheme = re.match(r"[a-z+]+://", address)
    start = scheme.end() if scheme else 0
    address = address[:start] + address[start:].partition("//")[0]
    if re.match(r"github\.com[:/]", address):
        address = f"https://{address.replace(':', '/', 1)}"
    repository = re.match(r"(https://github\.com/[^/]+/[^/]+)/.", address)
    branch = f"--branch {shlex.quote(ref[1])} " if ref else ""
    return f"`git clone {branch}{shlex.quote(repository[1] if repository else address)}`, and refer to its directory"
