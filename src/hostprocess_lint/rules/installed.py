"""Rules that installed packages bring: what their entry point `hostprocess_lint.rules` names.

Only a package that is installed can bring one. A scanned tree cannot: what lies in the working directory is no place
where packages are looked for, unless the interpreter has its own there.
"""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from .rule import Rule

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint

GROUP = "hostprocess_lint.rules"


@cache
def installed() -> tuple[tuple[str, Rule], ...]:
    """The rules of packages, each with the name of its package. Raises UsageError that names one that fails."""
    places = [place for place in _places() if _declares(place)]
    if not places:
        return ()
    from importlib.metadata import distributions  # which takes longer to import than all else until here

    entries = {
        (distribution.metadata["Name"], entry.name): (distribution, entry)
        for distribution in reversed(list(distributions(path=places)))  # the first place wins, as for imports
        for entry in distribution.entry_points
        if entry.group == GROUP
    }
    return tuple(
        found for _, (distribution, entry) in sorted(entries.items()) for found in _loaded(distribution, entry)
    )


def _places() -> Iterator[str]:
    """The directories of installed packages."""
    here = os.path.join(os.path.realpath(os.getcwd()), "")
    own = {os.path.realpath(path) for path in (*site.getsitepackages(), site.getusersitepackages())}
    for path in dict.fromkeys(sys.path):
        real = os.path.realpath(path)
        if path and os.path.isabs(path) and (real in own or not os.path.join(real, "").startswith(here)):
            yield path


def _declares(directory: str) -> bool:
    """Whether the metadata of a package there names the group, by its bytes: most environments have no such package."""
    try:
        names = os.listdir(directory)
    except OSError:
        return False
    for name in names:
        if name.endswith((".dist-info", ".egg-info")):
            with suppress(OSError), open(os.path.join(directory, name, "entry_points.txt"), "rb") as file:
                if GROUP.encode() in file.read():
                    return True
    return False


def _loaded(distribution: Distribution, entry: EntryPoint) -> Iterator[tuple[str, Rule]]:
    """What an entry point names: rules, or a function that gives them."""
    package = f"{distribution.metadata['Name']} {distribution.version}"
    where = f"the package {package} (entry point `{entry.name} = {entry.value}`)"
    try:
        named: Any = entry.load()
        given = list(named() if callable(named) else named)
    except (Exception, SystemExit) as error:
        raise UsageError(f"{where}: its rules cannot be loaded: {error!r}: mend or uninstall it") from error
    for rule in given:
        if not isinstance(rule, Rule):
            raise UsageError(f"{where}: gives {type(rule).__name__!r} where a `hostprocess_lint.Rule` is expected")
        yield where, rule
