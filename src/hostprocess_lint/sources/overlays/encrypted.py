"""Files whose content is not what it is where they are used: git-crypt, Git LFS, sops."""

from __future__ import annotations

import re

_GIT_CRYPT = b"\0GITCRYPT\0"
_LFS = b"version https://git-lfs.github.com/spec/"
# sops encrypts all values where it is told no less; then an object does not even say what it is.
_SOPS = re.compile(rb"(?m)^[ \t]*[\"']?(?:kind|apiVersion)[\"']?[ \t]*:[ \t]*[\"']?ENC\[")


def encryption_of(content: bytes) -> str | None:
    """What stands in the way of reading a file, if it is one of these."""
    if content.startswith(_GIT_CRYPT):
        return "encrypted with git-crypt"
    if content.startswith(_LFS):
        return "in Git LFS, and here is only the pointer to it"
    if b"ENC[" in content and _SOPS.search(content):
        return "encrypted with sops"
    return None
