"""What a kustomization that cannot be read could build once it is mended: what lies near it, and what it may name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from ...limits import SOURCE_BYTES, SOURCE_FILES
from .encrypted import encryption_of
from .kustomization import NAMES, RefusedError, read_bytes
from .remote import is_remote

_COMMENT = re.compile(r"(?m)^[ \t]*#.*$")
_BETWEEN = re.compile(r"[\s,=\"'\[\]{}]+")


def texts_nearby(directory: Path, root: Path) -> list[bytes] | None:
    """All files at and below a directory, and those that kustomizations among them may name, in the root; None where
    one cannot be read, lies elsewhere, or there are more than can be looked at.
    """
    texts: list[bytes] = []
    seen: set[str] = set()
    pending = [str(directory)]
    left = SOURCE_BYTES
    try:
        while pending:
            path = Path(os.path.realpath(pending.pop()))
            if str(path) in seen or path.name == ".git":
                continue
            seen.add(str(path))
            if len(seen) > SOURCE_FILES or left < 0 or not path.is_relative_to(root):
                return None
            if path.is_dir():
                pending += (entry.path for entry in os.scandir(path))
            elif path.is_file():
                texts.append(read_bytes(path))
                left -= len(texts[-1])
                if encryption_of(texts[-1]):
                    return None
                pending += _named(path, texts[-1])
    except (RefusedError, OSError, ValueError):
        return None
    return texts


def _named(path: Path, content: bytes) -> Iterator[str]:
    """The paths that words of a kustomization, or of the configuration of a plugin, may be."""
    if path.name not in NAMES and b"builtin" not in content:
        return
    for word in set(_BETWEEN.split(_COMMENT.sub("", content.decode("utf-8", "replace")))):
        if is_remote(word):
            raise RefusedError(f"{word[:200]!r} is not in this repository")
        for each in (word, word.replace("\\", "/")):
            if each and "\0" not in each and len(each) < 1024 and os.path.lexists(path.parent / each):
                yield str(path.parent / each)
