"""Which releases deploy a kustomization as a part of a directory that has none of its own.

Flux generates one of such a directory, in which each kustomization below it is a resource (`scanManifests` of
fluxcd/pkg/kustomize).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property

from ..landmarks import KUSTOMIZATIONS
from ..paths import nearest_saying
from .release import Release


class Enclosing:
    """Releases by the real paths of what they deploy, asked for the directories in these."""

    def __init__(self, by_path: Mapping[str, Sequence[Release]]) -> None:
        self._by_path = by_path
        self._around = nearest_saying(self._generating)

    def of(self, directory: str) -> tuple[Release, ...]:
        """The releases of a kustomization, by its directory's real path, that none of its own deploys."""
        if not self._is_any or self._by_path.get(directory):
            return ()
        return self._around(os.path.dirname(directory)) or ()

    @cached_property
    def _is_any(self) -> bool:
        return any(each.generates for found in self._by_path.values() for each in found)

    def _generating(self, directory: str) -> tuple[Release, ...] | None:
        if any(os.path.isfile(os.path.join(directory, name)) for name in KUSTOMIZATIONS):
            return ()  # a part of that one
        return tuple(each for each in self._by_path.get(directory, ()) if each.generates) or None
