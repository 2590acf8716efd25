"""The manifests of a scan, read before anything is rendered: they may say with which values charts are deployed."""

import os
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

from ..outcome import Passed, Skipped
from ..rendered import Rendered
from ..sources.landmarks import CHART
from ..sources.paths import lies_in
from ..sources.source import Source
from .options import RenderOptions
from .telling import source_fault

if TYPE_CHECKING:
    from ..sources.charts.filesread import FilesRead


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
    others, read_by = tells_of_others(options), cache(read_by_chart)
    linked = _Linked(listed, read_by)
    for number, source in enumerate(listed):
        if not isinstance(source, Source) or source.kind != "manifest":
            continue
        text: Rendered | Skipped | Passed
        try:
            text = read_manifest(source, found.deploying.append, others, read_by, linked, options.given)
        except Exception as error:
            text = source_fault(source, error)
        found.texts[number] = text
        if isinstance(text, Skipped) or (isinstance(text, Rendered) and not text.about_others):
            found.concerned.append(source)
    return found


class _Linked:
    """Which files charts in scope have through symbolic links, for templates or for what these read; asked for template
    text alone.
    """

    def __init__(self, sources: Iterable[Source | Skipped | Passed], read_by: "Callable[[str], FilesRead]") -> None:
        self._charts = [each.file for each in sources if isinstance(each, Source) and each.kind == "chart"]
        self._read_by = read_by

    def __call__(self, file: str) -> bool:
        real = os.path.realpath(file)
        return any(self._has(link, real[len(target) :]) for link, target in self._links if lies_in(real, target))

    @cached_property
    def _links(self) -> tuple[tuple[str, str], ...]:
        from ..sources.links import links_in

        return tuple(link for chart in self._charts for link in links_in(chart))

    def _has(self, link: str, below: str) -> bool:
        """Whether the chart that a link is in is rendered with a file that this leads to, or that is below there."""
        chart = os.path.dirname(link)
        while not os.path.isfile(os.path.join(chart, CHART)):  # there is one, as the search began in it
            chart = os.path.dirname(chart)
        name = os.path.relpath(link, chart).replace(os.sep, "/")
        return name.partition("/")[0] == "templates" or self._read_by(chart).covers(name + below.replace(os.sep, "/"))


def tells_of_others(options: RenderOptions) -> Callable[[bytes], bool]:
    """What is read for the sake of other texts: for a review that is more."""
    from ..documents.firstlook import may_tell_of_others, may_tell_of_reach

    return may_tell_of_reach if options.reach else may_tell_of_others
