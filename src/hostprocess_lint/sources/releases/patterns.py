"""The files and directories that a tool's pattern means, found in bounded time."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from fnmatch import translate
from pathlib import Path

_MOST_ENTRIES = 50_000
_MOST_FOUND = 1_000
_ANY_DEPTH = "(?:[^/]+/)*"


def is_pattern(name: str) -> bool:
    return any(sign in name for sign in "*?[")


def matching(pattern: str, base: Path, *, directories: bool = False) -> list[Path]:
    """What lies below a directory and has a name of that pattern, in the order of the names.

    `*` and `?` stay within a name, `**` stands for any number of directories, as in doublestar, which Argo CD uses.
    Links are not followed, and what git keeps is not looked at.
    """
    steps = [step for step in pattern.split("/") if step not in ("", ".")]
    if ".." in steps or not steps:
        return []
    fixed = next((index for index, step in enumerate(steps) if is_pattern(step)), len(steps) - 1)
    top = base.joinpath(*steps[:fixed])
    expression = _expression(steps[fixed:])
    found = []
    for path, is_directory in _below(top):
        if is_directory is directories and expression.fullmatch(os.path.relpath(path, top).replace(os.sep, "/")):
            found.append(path)
            if len(found) == _MOST_FOUND:
                break
    return sorted(found)


def _expression(steps: list[str]) -> re.Pattern[str]:
    """The steps as one expression. Several `**` beside one another are one: each more would multiply the time."""
    parts = []
    for index, step in enumerate(steps):
        last = index == len(steps) - 1
        if step == "**":
            if index == 0 or steps[index - 1] != "**":
                parts.append("(?:[^/]+/)*[^/]+" if last else _ANY_DEPTH)
        else:
            within = translate(step).removeprefix("(?s:").removesuffix(r")\Z").replace(".*", "[^/]*")
            parts.append(re.sub(r"(?<!\\)\.", "[^/]", within) + ("" if last else "/"))
    return re.compile("".join(parts))


def _below(top: Path) -> Iterator[tuple[Path, bool]]:
    """The entries below a directory, and whether each is one itself; no more than can be looked at."""
    pending, seen = [top], 0
    while pending:
        try:
            with os.scandir(pending.pop()) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            seen += 1
            if seen > _MOST_ENTRIES:
                return
            is_directory = entry.is_dir(follow_symlinks=False)
            if is_directory and entry.name != ".git":
                pending.append(Path(entry.path))
            yield Path(entry.path), is_directory
