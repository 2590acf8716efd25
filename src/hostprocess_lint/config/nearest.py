"""Which configuration holds for a path, and the configuration itself."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ..errors import UsageError
from ..limits import FILE_BYTES
from ..sources.landmarks import CONFIGURATION
from ..sources.paths import display, lies_in, repository
from .config import Config

_STEM = CONFIGURATION.rpartition(".")[0]
_MISNAMED = tuple(f"{_STEM}{ending}" for ending in (".yml", ".json", ".toml", ""))


def load_config(path: str | os.PathLike[str], policies: Sequence[str] = (), base: str | None = None) -> Config:
    """The configuration in a file, with further directories of policies. Its patterns are relative to `base`, which is
    the file's own directory if left out. Raises UsageError with file and line.
    """
    from .config_file import read_config

    file = os.fspath(path)
    return read_config(file, os.path.dirname(file) if base is None else base, policies)


def nearest_config(path: str | os.PathLike[str], policies: Sequence[str] = ()) -> Config:
    """The one that is found for a path, or one that says nothing."""
    file = find(os.fspath(path))
    if file is not None:
        return load_config(file, policies)
    if not policies:
        return Config()
    from ..rules.catalogue import user_rules

    return Config(users_rules=user_rules(policies))


def find(path: str) -> str | None:
    """The configuration for a path: the nearest upward, to the root of the repository.

    Outside of a repository nothing above the working directory is looked at: it belongs to somebody else. Raises
    UsageError for what somebody will have taken for one.
    """
    start = os.path.abspath("." if path == "-" else path)
    directory = start if os.path.isdir(start) else os.path.dirname(start)
    top = repository(directory) or os.getcwd()
    while True:
        file = os.path.join(directory, CONFIGURATION)
        if os.path.isfile(file):
            return file
        for name in (CONFIGURATION, *_MISNAMED):
            if os.path.lexists(os.path.join(directory, name)):
                wrong = "no file" if name == CONFIGURATION else f"not read: call it {CONFIGURATION}"
                raise UsageError(f"{display(os.path.join(directory, name))}: is {wrong}")
        if directory == top or not lies_in(directory, top):
            return None
        directory = os.path.dirname(directory)


def may_name_files(file: str) -> bool:
    """Whether a configuration could name other files, by its bytes: an escape or UTF-16 may spell anything."""
    try:
        with open(file, "rb") as stream:
            content = stream.read(FILE_BYTES)  # a larger one is refused
    except OSError:
        return True
    return any(word in content for word in (b"policies", b"values", b"\\", b"\0"))
