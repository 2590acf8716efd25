"""Which paths of a release are in this repository, and what a file there holds."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ...limits import FILE_BYTES

_URL = re.compile(r"\s*url\s*=\s*(\S+)")
_NAME = re.compile(r"(?:\w[\w+.-]*://)?(?:[^@/\s]+@)?([^/:\s]+)(?::\d+(?=/))?[/:](.+?)(?:\.git)?/*\Z")
_CONFIG_BYTES = 2**20
_LONGEST_URL = 2_000


@dataclass(frozen=True)
class Repository:
    """A checkout, by the real path of its root."""

    root: Path
    _held: dict[tuple[str, str], Repository] = field(default_factory=dict, repr=False, compare=False)

    def is_this(self, url: str) -> bool:
        """Whether a URL may be this repository's: not where both are known and differ."""
        asked, own = _identity(url), self._remotes
        return not asked or not own or asked in own

    def path(self, text: str, base: Path | None = None) -> Path | None:
        """What a path leads to, from the root or a directory below it, where that is there and in the repository."""
        if "\0" in text or "://" in text:
            return None
        relative = text.replace("\\", "/").lstrip("/")
        try:
            found = Path(os.path.realpath((self.root if text.startswith("/") or base is None else base) / relative))
            return found if found.exists() and found.is_relative_to(self.root) else None
        except (OSError, ValueError):  # a name that no system takes
            return None

    def holding(self, text: str, file: str) -> Repository:
        """The repository as the author of a file sees it, who names a directory from its root.

        A repository may hold others as folders: what is not at the root is looked for in the nearest folder above the
        file that has it.
        """
        asked = text, file
        if asked not in self._held:  # each round of a scan asks again
            self._held[asked] = self._holding(*asked)
        return self._held[asked]

    def _holding(self, text: str, file: str) -> Repository:
        above = Path(os.path.realpath(file)).parents
        folders = (self.root, *(each for each in above if each.is_relative_to(self.root)))
        found = next((each for each in folders if Repository(each).path(text.lstrip("/"))), self.root)
        return self if found == self.root else Repository(found)

    @cached_property
    def _remotes(self) -> frozenset[str]:
        """The identities of the remotes that the checkout's own configuration names; nothing where there is none."""
        try:
            with (self.root / ".git" / "config").open(encoding="utf-8", errors="replace") as stream:
                lines = stream.read(_CONFIG_BYTES).splitlines()
        except OSError:
            return frozenset()
        urls, section = [], ""
        for line in lines:
            section = line.strip() if line.lstrip().startswith("[") else section
            url = _URL.match(line)
            if url and section.startswith("[remote "):  # submodules have some of their own
                urls.append(url[1])
        return frozenset(name for each in urls if (name := _identity(each)))


def text_of(file: Path, errors: str = "strict") -> str | None:
    """The text of a file; None where it cannot be read, or is too large."""
    try:
        raw = file.read_bytes() if file.stat().st_size <= FILE_BYTES else None
        return raw.decode("utf-8-sig", errors) if raw is not None else None
    except (OSError, UnicodeDecodeError):
        return None


def _identity(url: str) -> str:
    """`host/owner/name` of a URL in any of git's spellings, in lower case; nothing where it is none."""
    match = _NAME.match(url.strip()) if len(url) <= _LONGEST_URL else None
    return f"{match[1]}/{match[2].strip('/')}".lower() if match and "{" not in url else ""
