"""What a configuration says, and where it lies."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from ..rules.context import Context
from ..sources.landmarks import CONFIGURATION

if TYPE_CHECKING:
    from ..finding import Location
    from ..render.options import ChartProfile
    from ..rules.rule import Rule
    from ..sources.globs import Globs
NEVER_OFF = frozenset(("HPC001", "HPC002", "HPC005"))
"""The rules that say what could not be looked at: that is never a matter of choice."""


class Ignored(NamedTuple):
    """An entry of `ignore:`. `rule` is an id; `path` and `resource` are patterns, of which None matches anything."""

    rule: str
    path: Globs | None
    resource: str | None
    reason: str
    until: str | None
    location: Location


class Config(NamedTuple):
    """What a configuration says, or nothing. `directory` is the one that its patterns are relative to.

    `users_rules` are those of the directories that `policies:` or the command line names. `named` are the files and
    directories that it reads more from: policies and values.
    """

    directory: str | None = None
    users_rules: tuple[Rule, ...] = ()
    context: Context = Context()
    exclude: Globs | None = None
    select: tuple[str, ...] = ()
    fail_on: str | None = None
    ignore: tuple[Ignored, ...] = ()
    charts: tuple[ChartProfile, ...] = ()
    named: tuple[str, ...] = ()


def find(path: str) -> str | None:
    """The configuration for a path: the nearest upward, to the root of the repository.

    Outside of a repository nothing above the working directory is looked at: it belongs to somebody else.
    """
    start = os.path.abspath("." if path == "-" else path)
    directory = start if os.path.isdir(start) else os.path.dirname(start)
    top = _root(directory) or os.getcwd()
    while True:
        file = os.path.join(directory, CONFIGURATION)
        if os.path.isfile(file):
            return file
        if directory == top or not directory.startswith(os.path.join(top, "")):
            return None
        directory = os.path.dirname(directory)


def may_name_files(file: str) -> bool:
    """Whether a configuration could name other files, by its bytes: an escape or UTF-16 may spell anything."""
    try:
        with open(file, "rb") as stream:
            content = stream.read()
    except OSError:
        return True
    return any(word in content for word in (b"policies", b"values", b"\\", b"\0"))


def _root(directory: str) -> str | None:
    """The nearest directory upward that holds `.git`, which is a file in a work tree."""
    while not os.path.exists(os.path.join(directory, ".git")):
        above = os.path.dirname(directory)
        if above == directory:
            return None
        directory = above
    return directory
