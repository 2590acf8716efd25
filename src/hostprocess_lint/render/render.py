"""Sources become text: the only place that runs an engine."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, TypeGuard

from ..errors import fault
from ..location import Location, Precision, Span
from ..outcome import Outcome, Passed, Skipped
from ..rendered import Rendered
from ..sourcefile import SourceFile
from ..sources.inside import text_inside
from ..sources.landmarks import CHART, KUSTOMIZATIONS
from ..sources.paths import boundary
from ..sources.source import Source
from .engines import Engines
from .options import RenderOptions
from .parts import Parts

if TYPE_CHECKING:
    from ..sources.releases.release import Release
    from ..sources.releases.touched import TouchedFiles
    from .deployed import Deployed

_QUOTED_BYTES = 2**20


def render(
    sources: Iterable[Source | Skipped | Passed], options: RenderOptions, engines: Engines
) -> Generator[Rendered | Skipped | Passed, None, None]:
    """The texts of all sources, with what is not looked at and what needs no judging.

    Where the lines of a text come from may be asked as long as the engines are open.
    """
    # Manifests first, though they come in their place: they may say with which values charts are deployed.
    listed = list(sources)
    deploying: list[Source] = []
    reading = _reading(deploying.append, options)
    read_already = {
        number: reading(each)
        for number, each in enumerate(listed)
        if isinstance(each, Source) and each.kind == "manifest"
    }
    judged = (each for number, each in enumerate(listed) if _is_judged(read_already.get(number)))
    concerned = [each for each in judged if isinstance(each, Source)]
    deployed, besides, faults = _releases(listed, deploying, options, engines, concerned)
    yield from deployed.said if deployed else ()
    yield from faults
    parts = Parts()
    listed += besides
    listed = [deployed.standing(each) for each in listed] if deployed else listed
    overlays = _overlays(listed, options, engines, deployed)
    for number, source in enumerate(listed):
        if isinstance(source, Source) and source.is_context:
            continue
        if number in read_already and isinstance(source, Source):
            text = read_already.pop(number)
            if source.is_part or (deployed and deployed.replaces(source)):
                parts.hold(source, text)
            else:
                yield deployed.labelled(source, text) if deployed and isinstance(text, Rendered) else text
        elif isinstance(source, Source):
            releases = deployed.of(source) if deployed else ()
            texts = next(overlays) if source.kind == "overlay" else partial(_chart, source, options, engines, releases)
            yield from parts.taken(_told(source, _guarded(source, texts), deployed))
        else:
            yield source
    yield from parts.left()


def _releases(
    listed: Sequence[Source | Skipped | Passed],
    deploying: Sequence[Source],
    options: RenderOptions,
    engines: Engines,
    concerned: list[Source],
) -> "tuple[Deployed | None, list[Source | Passed], list[Skipped]]":
    """What releases among some sources deploy, the sources that only they name, and what went wrong on the way."""
    deployed: Deployed | None = None
    try:
        if saying := [*deploying, *filter(_makes_releases, listed)]:
            deployed = _deployed(listed, saying, options, engines, concerned)
            return deployed, list(deployed.besides(listed, options.excluded)), []
    except Exception as error:
        return deployed, [], [_faulty(deploying[0] if deploying else Source("manifest", ".", "."), error)]
    return None, [], []


def _makes_releases(source: Source | Skipped | Passed) -> TypeGuard[Source]:
    if not isinstance(source, Source) or source.kind != "chart":
        return False
    from ..sources.releases.firstlook import chart_may_deploy

    return chart_may_deploy(source.file)


def _is_judged(text: Rendered | Skipped | Passed | None) -> bool:
    """Whether a manifest that was read could hold a HostProcess pod."""
    return isinstance(text, Skipped) or (isinstance(text, Rendered) and not text.about_others)


def _deployed(
    listed: "Sequence[Source | Skipped | Passed]",
    saying: Sequence[Source],
    options: RenderOptions,
    engines: Engines,
    concerned: list[Source],
) -> "Deployed":
    from .deployed import Deployed

    sources = [each for each in listed if isinstance(each, Source)]
    return Deployed(sources, saying, engines, options, _change(sources, options), concerned)


def _change(sources: list[Source], options: RenderOptions) -> "TouchedFiles | None":
    if options.changed is None:
        return None
    from ..sources.releases.touched import TouchedFiles

    affected = (each for each in sources if each.kind != "manifest" and not each.is_context)
    return TouchedFiles(options.changed, {os.path.realpath(each.file) for each in affected})


def _reading(
    deploying: Callable[[Source], None], options: RenderOptions
) -> Callable[[Source], Rendered | Skipped | Passed]:
    """How manifests are read in one scan."""
    from .manifest import read_by_chart, read_manifest

    others, read_by = _tells_of_others(options), cache(read_by_chart)

    def read(source: Source) -> Rendered | Skipped | Passed:
        try:
            return read_manifest(source, deploying, others, read_by)
        except Exception as error:
            return _faulty(source, error)

    return read


def _overlays(
    listed: "Iterable[Source | Skipped | Passed]", options: RenderOptions, engines: Engines, deployed: "Deployed | None"
) -> "Iterator[Callable[[], Iterable[Rendered | Skipped | Passed]]]":
    """For each overlay what waits for its texts: they are begun before their turn."""
    sources = (each for each in listed if isinstance(each, Source) and not each.is_context)
    overlays = [each for each in sources if each.kind == "overlay"]
    if overlays:
        from .overlays import render_overlays

        found = ((source, deployed.of(source) if deployed else ()) for source in overlays)
        yield from render_overlays(found, options, engines)


def _guarded(
    source: Source, texts: Callable[[], Iterable[Rendered | Skipped | Passed]]
) -> Iterator[Rendered | Skipped | Passed]:
    """The texts of a chart or an overlay, up to a fault of ours, which is no reason to keep back those of others."""
    found = False
    try:
        for text in texts():
            found = True
            yield _placed(text, source) if isinstance(text, Skipped) else text
    except Exception as error:
        yield _placed(_faulty(source, error), source)
    else:
        if not found:
            yield Passed(source.kind, source.path, Outcome.JUDGED, "no HostProcess pod in what it renders to")


def _told(
    source: Source, items: "Iterable[Rendered | Skipped | Passed]", deployed: "Deployed | None"
) -> "Iterator[Rendered | Skipped | Passed]":
    """With what is not told otherwise in place of a source's being irrelevant, and behind it what is never."""
    untold = [_placed(each, source) for each in deployed.untold(source)] if deployed else []
    unmade = [_placed(each, source) for each in deployed.unmade(source)] if deployed else []
    for item in items:
        if not (isinstance(item, Passed) and (untold or unmade)):
            yield item
        else:
            yield from untold
    yield from unmade


def _faulty(source: Source, error: Exception) -> Skipped:
    reason, hint = fault(error)
    rule = "HPC001" if source.kind == "manifest" else "HPC002"
    return Skipped(source.path, reason, rule, hint=hint, kind=source.kind)


def _chart(
    source: Source, options: RenderOptions, engines: Engines, releases: "tuple[Release, ...]"
) -> Iterator[Rendered | Skipped | Passed]:
    from ..documents.firstlook import may_concern
    from .charts import rendered_chart
    from .helm.texts import Looks

    return rendered_chart(source, options, engines, releases, Looks(may_concern, _tells_of_others(options)))


def _tells_of_others(options: RenderOptions) -> Callable[[bytes], bool]:
    from ..documents.firstlook import may_tell_of_others, may_tell_of_reach

    return may_tell_of_reach if options.reach else may_tell_of_others


def _placed(skipped: Skipped, source: Source) -> Skipped:
    """With a file to look at: what could not be rendered is a finding too, and that needs a place."""
    skipped = skipped._replace(kind=source.kind)
    if skipped.location is not None:
        return skipped
    place = source.file if skipped.path == source.path else skipped.path  # else what a chart is rendered without
    names = (CHART,) if source.kind == "chart" else KUSTOMIZATIONS
    name = next((name for name in names if os.path.isfile(os.path.join(place, name))), None)
    path = skipped.path if name is None else name if skipped.path == "." else f"{skipped.path}/{name}"
    quoted = None if name is None else text_inside(os.path.join(place, name), boundary(place), _QUOTED_BYTES)
    text = SourceFile(path, quoted or "")
    return skipped._replace(location=Location(text, Span(*text.line_span(1)), Precision.FILE))
