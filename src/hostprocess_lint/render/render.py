"""Sources become text, in their order: manifests are read, charts and overlays are made as releases deploy them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..outcome import Passed, Skipped
from ..rendered import Rendered
from ..sources.source import Source
from .engines import Engines
from .manifests import ManifestTexts, read_manifests, tells_of_others
from .options import RenderOptions
from .parts import Parts
from .releasing import Releases, releases_among
from .telling import texts_up_to_a_fault, told

if TYPE_CHECKING:
    from ..sources.releases.release import Release


def render(
    sources: Iterable[Source | Skipped | Passed], options: RenderOptions, engines: Engines
) -> Generator[Rendered | Skipped | Passed, None, None]:
    """The texts of all sources, with what is not looked at and what needs no judging.

    Where the lines of a text come from may be asked as long as the engines are open.
    """
    from .manifest import as_held

    listed = [as_held(each) if isinstance(each, Source) else each for each in sources]
    telling = [each for each in listed if isinstance(each, Source) and each.tells and each.kind == "overlay"]
    manifests = read_manifests(listed, options)
    releases = releases_among(listed, manifests, options, engines)
    concerned = False
    for item in _made(listed, manifests, releases, options, engines):
        concerned = concerned or (bool(telling) and _may_be_judged(item))
        yield item
    if concerned:
        for source, texts in zip(telling, _overlays(telling, options, engines, releases), strict=True):
            yield from _as_context(texts_up_to_a_fault(source, texts, options.given))


def _made(
    listed: list[Source | Skipped | Passed],
    manifests: ManifestTexts,
    releases: Releases,
    options: RenderOptions,
    engines: Engines,
) -> Iterator[Rendered | Skipped | Passed]:
    """All but what overlays tell that are not judged."""
    yield from releases.said
    standing = [releases.standing(each) for each in (*listed, *releases.besides)]
    judged = (each for each in standing if isinstance(each, Source) and not each.is_context)
    overlays = _overlays(judged, options, engines, releases)
    parts = Parts()
    for number, source in enumerate(standing):
        if not isinstance(source, Source):
            yield source
        elif source.is_context:
            yield from releases.unmade(source)
            if source.tells and source.kind == "manifest" and not releases.replaces(source):
                yield from _as_context(releases.labelled(source, manifests.texts.pop(number)))
        elif source.kind == "manifest":
            text = manifests.texts.pop(number)
            if source.is_part or releases.replaces(source):
                parts.hold(source, text)
            else:
                yield from releases.labelled(source, text)
        else:
            is_overlay = source.kind == "overlay"
            texts = next(overlays) if is_overlay else partial(_chart, source, options, engines, releases.of(source))
            made = told(
                texts_up_to_a_fault(source, texts, options.given), releases.untold(source), releases.unmade(source)
            )
            yield from parts.taken(made)
    yield from parts.left()


def _as_context(items: Iterable[Rendered | Skipped | Passed]) -> Iterator[Rendered]:
    yield from (item._replace(is_context=True) for item in items if isinstance(item, Rendered))


def _may_be_judged(item: Rendered | Skipped | Passed) -> bool:
    from ..documents.firstlook import may_be_judged

    if not isinstance(item, Rendered) or item.is_context or item.about_others:
        return False
    return may_be_judged(item.text.text.encode("utf-8", "surrogatepass"))


def _overlays(
    sources: Iterable[Source], options: RenderOptions, engines: Engines, releases: Releases
) -> Iterator[Callable[[], Iterable[Rendered | Skipped | Passed]]]:
    """For each overlay what waits for its texts: they are begun before their turn."""
    overlays = [each for each in sources if each.kind == "overlay"]
    if overlays:
        from .overlays import render_overlays

        yield from render_overlays(((each, releases.of(each)) for each in overlays), options, engines)


def _chart(
    source: Source, options: RenderOptions, engines: Engines, releases: tuple[Release, ...]
) -> Iterator[Rendered | Skipped | Passed]:
    from ..documents.firstlook import may_concern
    from .charts import rendered_chart
    from .helm.texts import Looks

    looks = Looks(may_concern, tells_of_others(options), vain=engines.vain)
    return rendered_chart(source, options, engines, releases, looks)
