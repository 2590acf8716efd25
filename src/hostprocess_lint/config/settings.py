"""What a caller asks for beside the configuration."""

from typing import NamedTuple

from ..render.options import RenderOptions
from ..rules.targets import Version

MODES = ("all", "configuration", "none")
"""Whose suppressions count: everybody's, those of the configuration and of baselines only, nobody's."""


class Settings(NamedTuple):
    """What a caller asks for beside the configuration, as the options of the command line do. It wins.

    `select` and `ignore` are words that name rules. `baselines` are files of known findings.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    kubernetes: Version | None = None
    containerd: Version | None = None
    suppressions: str = "all"
    baselines: tuple[str, ...] = ()
    render: RenderOptions = RenderOptions()
