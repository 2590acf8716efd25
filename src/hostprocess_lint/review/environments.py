"""Where a workload is deployed, as far as the repository says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from ..finding import Origin

_FOLDERS = frozenset(("clusters", "env", "environments", "envs", "overlays", "stages"))
_VALUES = re.compile(r"(?:.*/)?values[-.]([^/]+?)\.ya?ml|(?:.*/)?([^/]+)[-.]values\.ya?ml")


def environments(sources: Iterable[Origin]) -> tuple[str, ...]:
    """Their names, each once.

    That is the environment or the cluster which a release names; else the folder below `overlays`, `environments` and
    the like that the release or the source lies in; else what a values file is called after.
    """
    return tuple(dict.fromkeys(name for source in sources for name in _of(source)))


def _of(source: Origin) -> Iterator[str]:
    for release in source.releases:
        name = release.environment or release.cluster or _folder(release.location.path)
        if name:
            yield name
    if source.releases:
        return
    if name := _folder(source.path):
        yield name
    elif source.kind == "chart":
        for profile in (source.variant or "").split(", "):
            called = _VALUES.fullmatch(profile)
            if called and not profile.startswith("ci/"):
                yield called[1] or called[2]


def _folder(path: str) -> str | None:
    """The folder below one of those that hold an environment each, or a file's name there."""
    for above, name in pairwise(path.split("/")):
        if above.lower() in _FOLDERS:
            return re.sub(r"\.ya?ml$", "", name)
    return None
