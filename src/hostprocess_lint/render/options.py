"""What the user asks of charts and overlays."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ..sources.globs import Globs

if TYPE_CHECKING:
    from pathlib import Path


class ChartProfile(NamedTuple):
    """What a chart is rendered with. `values` can be opened as they are; `sets` are as for `helm --set`.

    `only` says that the chart has no other profiles; `api_versions` come on top of Helm's own.
    """

    charts: Globs
    values: tuple[str, ...]
    sets: tuple[str, ...]
    kubernetes_versions: tuple[str, ...]
    namespace: str | None
    release_name: str | None
    only: bool
    api_versions: tuple[str, ...]


class RenderOptions(NamedTuple):
    """What the user asks of charts and overlays. The engines are paths of programs, where one is configured.

    `profiles` are the configuration's, which come on top of those that a chart brings along. `charts_directory` is
    where charts are that were pulled from elsewhere. `reach` asks for texts that say how far a pod reaches, beyond what
    rules need. `excluded` says of a path, as reports show it, that it is left out. `changed` are
    the real paths of some files: then only the releases that these touch are judged. `given` are the paths that the
    scan is of.
    """

    values: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    namespace: str | None = None
    release_name: str = "release-name"
    kubernetes_versions: tuple[str, ...] = ()
    helm: str | None = None
    kustomize: str | None = None
    profiles: tuple[ChartProfile, ...] = ()
    charts_directory: str | None = None
    api_versions: tuple[str, ...] = ()
    reach: bool = False
    excluded: Callable[[str], bool] | None = None
    changed: frozenset[str] | None = None
    given: tuple[str, ...] = ()

    @property
    def pulled(self) -> "Path | None":
        """The directory of charts that were pulled."""
        from pathlib import Path  # here, because most scans render nothing

        return Path(os.path.abspath(self.charts_directory)) if self.charts_directory else None
