"""Sources become text: the only place that runs an engine."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import fault
from ..finding import Location, Outcome, Passed, Precision, Skipped, Span
from ..rendered import Rendered
from ..sourcefile import SourceFile
from ..sources.landmarks import CHART, KUSTOMIZATIONS
from ..sources.paths import boundary, display
from ..sources.source import Source
from .engines import Engines
from .options import RenderOptions
from .parts import Parts

if TYPE_CHECKING:
    from ..sources.releases.release import Release
    from ..sources.releases.touched import Change
    from .deployed import Deployed
    from .helm.profiles.profiles import HelmOptions


def render(
    sources: Iterable[Source | Skipped | Passed], options: RenderOptions, engines: Engines
) -> Generator[Rendered | Skipped | Passed, None, None]:
    """The texts of all sources, with what is not looked at and what needs no judging.

    Where the lines of a text come from may be asked as long as the engines are open.
    """
    # Manifests first, though they come in their place: they may say with which values charts are deployed.
    listed = list(sources)
    deploying: list[Source] = []
    read_already = {
        number: _read(each, deploying.append, options)
        for number, each in enumerate(listed)
        if isinstance(each, Source) and each.kind == "manifest"
    }
    deployed: Deployed | None = None
    try:
        deployed = _deployed(listed, options, engines) if deploying else None
    except Exception as error:
        yield _faulty(deploying[0], error)
    yield from deployed.said if deployed else ()
    parts = Parts()
    more = deployed.besides(listed, options.excluded) if deployed else ()
    listed += more
    overlays = _overlays(listed, options, engines, deployed)
    for number, source in enumerate(listed):
        if number in read_already and isinstance(source, Source):
            text = read_already.pop(number)
            if source.is_context:
                continue
            if source.is_part or (deployed and deployed.replaces(source)):
                parts.hold(source, text)
            else:
                yield deployed.labelled(source, text) if deployed and isinstance(text, Rendered) else text
        elif isinstance(source, Source):
            releases = deployed.of(source) if deployed else ()
            texts = next(overlays) if source.kind == "overlay" else partial(_chart, source, options, engines, releases)
            yield from parts.taken(_guarded(source, texts))
        else:
            yield source
    yield from parts.left()


def _deployed(listed: "list[Source | Skipped | Passed]", options: RenderOptions, engines: Engines) -> "Deployed":
    from .deployed import Deployed

    manifests = [each for each in listed if isinstance(each, Source) and each.kind == "manifest"]
    return Deployed(manifests, engines, _pulled(options), _change(listed, options))


def _change(listed: "list[Source | Skipped | Passed]", options: RenderOptions) -> "Change | None":
    if options.changed is None:
        return None
    from ..sources.releases.touched import Change

    affected = (each for each in listed if isinstance(each, Source) and each.kind != "manifest")
    return Change(options.changed, {os.path.realpath(each.file) for each in affected if not each.is_context})


def _pulled(options: RenderOptions) -> Path | None:
    return Path(os.path.abspath(options.charts_directory)) if options.charts_directory else None


def _read(source: Source, deploying: Callable[[Source], None], options: RenderOptions) -> Rendered | Skipped | Passed:
    from .manifest import read_manifest

    try:
        return read_manifest(source, deploying, _tells_of_others(options))
    except Exception as error:
        return _faulty(source, error)


def _overlays(
    listed: "Iterable[Source | Skipped | Passed]", options: RenderOptions, engines: Engines, deployed: "Deployed | None"
) -> "Iterator[Callable[[], Iterable[Rendered | Skipped | Passed]]]":
    """For each overlay what waits for its texts: they are begun before their turn."""
    overlays = [each for each in listed if isinstance(each, Source) and each.kind == "overlay"]
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
            yield Passed(source.kind, source.path, Outcome.IRRELEVANT, "nothing of it can be a HostProcess pod")


def _faulty(source: Source, error: Exception) -> Skipped:
    reason, hint = fault(error)
    rule = "HPC001" if source.kind == "manifest" else "HPC002"
    return Skipped(source.path, reason, rule, hint=hint, kind=source.kind)


def _chart(
    source: Source, options: RenderOptions, engines: Engines, releases: "tuple[Release, ...]"
) -> Iterator[Rendered | Skipped]:
    from ..documents.firstlook import may_concern
    from ..sources.charts.chart import ChartInput
    from .helm.rendering import Looks, render_chart

    root = boundary(source.file)
    chart = ChartInput(Path(os.path.abspath(source.file)), source.path, Path(root), _pulled(options))
    asked = list(_helm_options(source, options, releases))
    looks = Looks(may_concern, _tells_of_others(options))
    return render_chart(chart, asked, engines.helm(root), lambda path: display(str(path)), looks)


def _tells_of_others(options: RenderOptions) -> Callable[[bytes], bool]:
    from ..documents.firstlook import may_tell_of_others, may_tell_of_reach

    return may_tell_of_reach if options.reach else may_tell_of_others


def _helm_options(source: Source, options: RenderOptions, releases: "tuple[Release, ...]") -> "Iterator[HelmOptions]":
    """What the command line says of a chart, then the configuration's profiles that are meant for it, and releases."""
    from .helm.profiles.profiles import HelmOptions

    own = HelmOptions(
        values=_absolute(options.values),
        sets=options.sets,
        namespace=options.namespace,
        release_name=options.release_name,
        kubernetes_versions=options.kubernetes_versions,
        api_versions=options.api_versions,
    )
    given = bool(options.values or options.sets)
    chosen = [] if given else [profile for profile in options.profiles if profile.charts.covers(source.path)]
    if not (any(profile.only for profile in chosen) or (source.is_released and releases)):
        yield own
    if given:
        return
    for profile in chosen:
        yield HelmOptions(
            values=_absolute(profile.values),
            sets=profile.sets,
            namespace=profile.namespace or own.namespace,
            release_name=profile.release_name or own.release_name,
            kubernetes_versions=profile.kubernetes_versions or own.kubernetes_versions,
            api_versions=(*own.api_versions, *profile.api_versions),
        )
    for release in releases:
        version = release.kubernetes_version
        yield HelmOptions(
            namespace=release.namespace or own.namespace,
            release_name=release.name,
            kubernetes_versions=(version,) if version else own.kubernetes_versions,
            api_versions=(*own.api_versions, *release.api_versions),
            release=release,
        )


def _absolute(files: "tuple[str, ...]") -> tuple[Path, ...]:
    """As the files that a chart brings along are named."""
    return tuple(Path(os.path.abspath(file)) for file in files)


def _placed(skipped: Skipped, source: Source) -> Skipped:
    """With a file to look at: what could not be rendered is a finding too, and that needs a place."""
    skipped = skipped._replace(kind=source.kind)
    if skipped.location is not None:
        return skipped
    place = source.file if skipped.path == source.path else skipped.path  # else what a chart is rendered without
    names = (CHART,) if source.kind == "chart" else KUSTOMIZATIONS
    name = next((name for name in names if os.path.isfile(os.path.join(place, name))), None)
    path = skipped.path if name is None else name if skipped.path == "." else f"{skipped.path}/{name}"
    text = SourceFile(path, "")
    # Reports quote the line: it must not be one of a file that a link leads to.
    if name is not None and Path(os.path.realpath(os.path.join(place, name))).is_relative_to(boundary(place)):
        with open(os.path.join(place, name), encoding="utf-8", errors="replace", newline="") as stream:
            text = SourceFile(path, stream.read(2**20))
    return skipped._replace(location=Location(text, Span(*text.line_span(1)), Precision.FILE))
