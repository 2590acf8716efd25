"""A chart of a scan, under what the command line, the configuration and its releases say of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..outcome import Passed, Skipped
from ..rendered import Rendered
from ..sources.charts.chart import ChartInput, Packed
from ..sources.charts.dependencies import Added
from ..sources.paths import boundary, display
from ..sources.releases.inchart import chart_texts, says_release
from ..sources.source import Source
from .chartwords import ChartWords
from .engines import Engines
from .helm.profiles.profiles import HelmOptions
from .helm.profiles.relevant import given_texts
from .helm.rendering import render_chart
from .helm.texts import Looks
from .options import RenderOptions

if TYPE_CHECKING:
    from ..sources.releases.release import Release


def rendered_chart(
    source: Source,
    options: RenderOptions,
    engines: Engines,
    releases: tuple[Release, ...],
    looks: Looks,
    *,
    is_as_deployed: bool = False,
) -> Iterator[Rendered | Skipped | Passed]:
    """The texts of a chart that are of interest; `is_as_deployed`: where releases deploy it, of these alone."""
    root = boundary(source.file, options.given)
    chart = ChartInput(Path(os.path.abspath(source.file)), source.path, Path(root), options.pulled)
    asked = list(_helm_options(source, options, releases))
    if is_as_deployed:
        asked = [each for each in asked if each.release] or asked
    for packed, added in dict.fromkeys(map(_made_of, asked)):
        alike = [each for each in asked if _made_of(each) == (packed, added)]
        whole = replace(chart, packed=packed, added=added)
        texts = render_chart(whole, alike, engines.helm(root), lambda path: display(str(path)), looks)
        yield from texts if packed is None else map(partial(_placed, packed), texts)


def may_make_releases(
    source: Source,
    options: RenderOptions,
    releases: tuple[Release, ...],
    words: ChartWords,
) -> bool:
    """Whether a chart could make releases, with all that it is rendered with; so could one not read wholly.

    `words` has what charts say that are rendered without more.
    """
    given = tuple(
        text
        for asked in _helm_options(source, options, releases)
        for text in given_texts(asked.values, asked.sets, asked.release.given if asked.release else ())
    )
    packed = dict.fromkeys(each.deploys for each in releases if isinstance(each.deploys, Packed))
    if not given and not packed:
        return words.say_release(source.file)
    found = [chart_texts(source.file, given, options.pulled, options.given, each) for each in packed or (None,)]
    return any(texts is None or says_release(texts) for texts in found)


def _placed(packed: Packed, text: Rendered | Skipped | Passed) -> Rendered | Skipped | Passed:
    """What is told of a chart that a manifest holds, at its line there."""
    if isinstance(text, Skipped) and text.location is None:
        return text._replace(location=packed.location)
    return text


def _made_of(asked: HelmOptions) -> tuple[Packed | None, tuple[Added, ...]]:
    """The chart that a release holds itself, and the dependencies that it adds to one."""
    if asked.release is None:
        return None, ()
    deploys = asked.release.deploys
    return deploys if isinstance(deploys, Packed) else None, asked.release.dependencies


def _helm_options(source: Source, options: RenderOptions, releases: tuple[Release, ...]) -> Iterator[HelmOptions]:
    """What the command line says of a chart, then the configuration's profiles that are meant for it, and releases."""
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


def _absolute(files: tuple[str, ...]) -> tuple[Path, ...]:
    """As the files that a chart brings along are named."""
    return tuple(Path(os.path.abspath(file)) for file in files)
