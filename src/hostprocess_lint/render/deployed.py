"""What the releases of a scan deploy: which charts under which values, and what lies elsewhere."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from ..documents.firstlook import may_hold_pods
from ..finding import OUTSIDE, Level, Outcome, Passed, Skipped
from ..limits import FILE_BYTES
from ..rendered import Rendered
from ..sources.charts.archive import Package, pack_files
from ..sources.charts.dependencies import pulled
from ..sources.landmarks import CHART, KUSTOMIZATIONS
from ..sources.paths import boundary, in_scope
from ..sources.releases.kustomized import changes, is_chart
from ..sources.releases.reading import releases
from ..sources.releases.release import Elsewhere, Release, Unknowable
from ..sources.releases.repository import Repository
from ..sources.releases.touched import Change
from ..sources.source import Source, named_source
from .engines import Engines
from .helm.engine.contract import EngineError, Installation, NoEngineError

_WITHOUT = "rendered without it"
_NOT_KNOWN = "what depends on it is judged without it: see the page on releases"
_NOT_READ = "mend it or make it smaller, or accept this with a reason under `ignore` in the configuration"
_FILLED = b'{{- define "filled" }}%s{{ end }}{{ template "filled" .Values }}'  # whose dot and root are the values
_CHART = b"apiVersion: v2\nname: filled\nversion: 0.0.0\n"


class Deployed:
    """The releases of some manifests, by what they deploy. `charts` is where charts are that were pulled.

    With a change there are only those that it touches.
    """

    def __init__(
        self, manifests: Sequence[Source], engines: Engines, charts: Path | None = None, change: Change | None = None
    ) -> None:
        self._engines = engines
        self._charts = charts
        self._by_path: dict[str, list[Release]] = {}
        self.said: list[Skipped] = []
        root_of = cache(boundary)  # of a directory: its files are many
        by_root: dict[str, list[Source]] = {}
        for source in manifests:
            by_root.setdefault(root_of(os.path.dirname(source.file) or "."), []).append(source)
        for root, own in by_root.items():
            for found in releases(own, Repository(Path(root)), partial(self._expand, root)):
                if change is None or change.touches(found):
                    self._take(found)

    def of(self, source: Source) -> tuple[Release, ...]:
        """The releases that deploy a chart as it is rendered, or an overlay.

        A chart that releases change once it is rendered is an overlay as well, of these.
        """
        found = self._by_path.get(os.path.realpath(source.file), [])
        if not is_chart(Path(source.file)):
            return tuple(found)
        is_changed = source.kind == "overlay"
        return tuple(release for release in found if changes(release.customized) is is_changed)

    def besides(
        self, listed: Iterable[Source | Skipped | Passed], excluded: Callable[[str], bool] | None
    ) -> Iterator[Source | Passed]:
        """The charts and overlays that are deployed and no sources of the scan by themselves, or are `excluded`."""
        listed = tuple(listed)
        known = {os.path.realpath(each.file) for each in listed if isinstance(each, Source) and each.kind != "manifest"}
        left_out = [each.path for each in listed if isinstance(each, Passed) and each.outcome is Outcome.EXCLUDED]
        for path, found in self._by_path.items():
            for source in _sources(path, any(changes(release.customized) for release in found)):
                if path in known and not (source.kind == "overlay" and is_chart(Path(path))):
                    continue
                if not (excluded and _is_excluded(source.path, excluded)):
                    yield source._replace(is_released=True)
                elif not in_scope(source.path, left_out):
                    reason = "deployed by a release, and left out by `exclude` in the configuration"
                    yield Passed(source.kind, source.path, Outcome.EXCLUDED, reason)

    def replaces(self, source: object) -> bool:
        """Whether a manifest is deployed by releases only that change it: then it is judged as they have it."""
        found = self._above(source) if isinstance(source, Source) else []
        return bool(found) and all(changes(release.customized) for release in found)

    def labelled(self, source: Source, text: Rendered) -> Rendered:
        """A manifest's text with the releases that deploy its directory as it is."""
        own = os.path.dirname(os.path.realpath(source.file))
        plain = [
            release.released
            for release in self._above(source)
            if not changes(release.customized) and (release.recurses or str(release.deploys) == own)
        ]
        return text._replace(origin=text.origin._replace(releases=tuple(plain))) if plain else text

    def _above(self, source: Source) -> list[Release]:
        """The releases of the nearest directory above a manifest that one deploys."""
        directory = os.path.dirname(os.path.realpath(source.file))
        while True:
            found = self._by_path.get(directory)
            if found and not os.path.isfile(os.path.join(directory, CHART)):
                return found
            above = os.path.dirname(directory)
            if above == directory:
                return []
            directory = above

    def _take(self, found: Release | Unknowable) -> None:
        if isinstance(found, Unknowable):
            self._say(found, "")
            return
        here = self._brought(found.deploys) if isinstance(found.deploys, Elsewhere) else found.deploys
        if here is not None:
            self._by_path.setdefault(str(here), []).append(found)
        elif isinstance(found.deploys, Elsewhere):
            self.said.append(_elsewhere(found, found.deploys))
        for unknown in found.unknown:
            self._say(unknown, f"{found.title}: ")

    def _brought(self, deploys: Elsewhere) -> Path | None:
        """The chart from elsewhere among those that somebody has pulled."""
        if self._charts is None or not deploys.name:
            return None
        found = pulled(deploys.name, deploys.version, self._charts)
        return Path(os.path.realpath(found)) if found else None

    def _say(self, unknown: Unknowable, title: str) -> None:
        location, rule = unknown.location, unknown.rule
        level, hint = (Level.NOTE, _NOT_KNOWN) if rule == OUTSIDE else (None, _NOT_READ)
        self.said.append(Skipped(location.path, f"{title}{unknown.reason}; {_WITHOUT}", rule, location, hint, level))

    def _expand(self, root: str, template: str, parameters: Mapping[str, Any]) -> str:
        """A Go template filled in by Helm's own engine: the one template of a chart whose values are the parameters."""
        files = {CHART: _CHART, "templates/filled.yaml": _FILLED.replace(b"%s", template.encode())}
        package = Package(pack_files(files), lasting=True)
        try:
            rendered = self._engines.helm(root).render(package, dict(parameters), Installation())
        except (EngineError, NoEngineError) as error:
            raise ValueError(" ".join(str(error).split())) from error
        return next(iter(rendered.values()), "")


def _sources(path: str, is_changed: bool) -> Iterator[Source]:
    """What a release deploys as a source of its own: of manifests that it takes as they are each is one already.

    A chart that is changed once it is rendered is an overlay as well.
    """
    if is_chart(Path(path)):
        yield named_source("chart", os.path.relpath(path))
    if is_changed or (
        not is_chart(Path(path)) and any(os.path.isfile(os.path.join(path, name)) for name in KUSTOMIZATIONS)
    ):
        yield named_source("overlay", os.path.relpath(path))


def _is_excluded(shown: str, excluded: Callable[[str], bool]) -> bool:
    """Whether a path or a folder above it is left out."""
    steps = shown.split("/")
    return any(excluded("/".join(steps[:count])) for count in range(1, len(steps) + 1))


def _elsewhere(release: Release, deploys: Elsewhere) -> Skipped:
    says = any(
        _says_host_process(each.values, each.text, each.setting) or _file_says(each.file) for each in release.given
    )
    given = ", and the values given to it say HostProcess" if says else ""
    return Skipped(
        release.location.path,
        f"{release.title} deploys {deploys.what}, which is not in this repository{given}",
        OUTSIDE,
        release.location,
        f"`{deploys.command}`, and name its folder with `--charts DIR`" if deploys.command else None,
        Level.WARNING if says else Level.NOTE,
    )


def _file_says(file: Path | None) -> bool:
    try:
        return file is not None and file.stat().st_size <= FILE_BYTES and may_hold_pods(file.read_bytes())
    except OSError:
        return False


def _says_host_process(*given: Any) -> bool:
    return any(may_hold_pods(json.dumps(each).encode()) for each in given if each)
