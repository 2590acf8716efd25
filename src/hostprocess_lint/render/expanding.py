"""Go templates filled in by Helm's own engine, each once, in bounded time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from ..limits import CHART_SECONDS
from ..sources.charts.archive import Package, pack_files
from ..sources.landmarks import CHART
from .engines import Engines
from .helm.engine.contract import EngineError, Installation, NoEngineError

_FILLED = b'{{- define "filled" }}%s{{ end }}{{ template "filled" .Values }}'  # whose dot and root are the values
_CHART = b"apiVersion: v2\nname: filled\nversion: 0.0.0\n"


class Expander:
    """Fills in the templates of one repository's releases: each is that of a chart whose values are the parameters."""

    def __init__(self, engines: Engines, root: str) -> None:
        self._engines = engines
        self._root = root
        self._seconds = CHART_SECONDS
        self._done: dict[bytes, str | ValueError] = {}

    def __call__(self, template: str, parameters: Mapping[str, Any], definitions: str = "") -> str:
        """What a template becomes. Raises ValueError where nobody here can say."""
        if self._seconds <= 0:
            raise ValueError(f"not tried: templates took more than {CHART_SECONDS:g} seconds")
        start = self._engines.worked(self._root)
        try:
            key = _key(template, parameters, definitions)
            if key not in self._done:
                self._done[key] = self._expanded(template, parameters, definitions)
        finally:
            self._seconds -= self._engines.worked(self._root) - start
        found = self._done[key]
        if isinstance(found, ValueError):
            raise found
        return found

    def _expanded(self, template: str, parameters: Mapping[str, Any], definitions: str) -> str | ValueError:
        files = {CHART: _CHART, "templates/filled.yaml": _FILLED.replace(b"%s", template.encode())}
        files |= {"templates/_definitions.tpl": definitions.encode()} if definitions else {}
        package = Package(pack_files(files), lasting=True)
        try:
            rendered = self._engines.helm(self._root).render(package, dict(parameters), Installation())
        except (EngineError, NoEngineError) as error:
            return ValueError(" ".join(str(error).split()))
        return next(iter(rendered.values()), "")


def _key(template: str, parameters: Mapping[str, Any], definitions: str) -> bytes:
    """A template with its parameters, in few bytes: there may be many of both."""
    whole = json.dumps([template, parameters, definitions], sort_keys=True, default=str)
    return blake2b(whole.encode()).digest()
