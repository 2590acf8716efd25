"""What a configuration says."""

from typing import NamedTuple

from ..location import Location
from ..render.options import ChartProfile
from ..rules.context import Context
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
    charts_directory: str | None = None
