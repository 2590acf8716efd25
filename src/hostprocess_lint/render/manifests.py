"""The manifests of a scan, read before anything is rendered: they may say with which values charts are deployed."""

import os
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from typing import NamedTuple

from ..outcome import Passed, Skipped
from ..rendered import Rendered
from ..sources.paths import lies_in
from ..sources.source import Source
from .options import RenderOptions
from .telling import faulty


class ManifestTexts(NamedTuple):
    """What was read. `texts` go by the manifest's number among the sources.

    `deploying` may say what else is deployed, `concerned` hold a HostProcess pod or cannot be read.
    """

    texts: dict[int, Rendered | Skipped | Passed]
    deploying: list[Source]
    concerned: list[Source]


def read_manifests(sources: Iterable[Source | Skipped | Passed], options: RenderOptions) -> ManifestTexts:
    """Reads those among some sources; a fault of ours in one costs no other."""
    from ..sources.charts.ownfiles import read_by_chart
    from .manifest import read_manifest

    found = ManifestTexts({}, [], [])
    listed = list(sources)
    others, read_by, linked = tells_of_others(options), cache(read_by_chart), _Linked(listed)
    for number, source in enumerate(listed):
        if not isinstance(source, Source) or source.kind != "manifest":
            continue
        text: Rendered | Skipped | Passed
        try:
            text = read_manifest(source, found.deploying.append, others, read_by, linked)
        except Exception as error:
            text = faulty(source, error)
        found.texts[number] = text
        if isinstance(text, Skipped) or (isinstance(text, Rendered) and not text.about_others):
            found.concerned.append(source)
    return found


class _Linked:
    """Which files charts in scope have for templates through symbolic links; asked for template text alone."""

    def __init__(self, sources: Iterable[Source | Skipped | Passed]) -> None:
        self._charts = [each.file for each in sources if isinstance(each, Source) and each.kind == "chart"]

    def __call__(self, file: str) -> bool:
        real = os.path.realpath(file)
        return any(lies_in(real, target) for target in self._targets)

    @cached_property
    def _targets(self) -> frozenset[str]:
        from ..sources.links import templates_through_links

        return frozenset(target for chart in self._charts for target in templates_through_links(chart))


def tells_of_others(options: RenderOptions) -> Callable[[bytes], bool]:
    """What is read for the sake of other texts: for a review that is more."""
    from ..documents.firstlook import may_tell_of_others, may_tell_of_reach

    return may_tell_of_reach if options.reach else may_tell_of_others
