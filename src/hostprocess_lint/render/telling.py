"""What is told of a source that is not rendered, or not wholly: it has a place, and costs no other source anything."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from ..errors import fault
from ..location import Location, Precision, Span
from ..outcome import Outcome, Passed, Skipped
from ..rendered import Rendered
from ..sourcefile import SourceFile
from ..sources.inside import text_inside
from ..sources.landmarks import CHART, KUSTOMIZATIONS
from ..sources.paths import boundary
from ..sources.source import Source

_QUOTED_BYTES = 2**20


def source_fault(source: Source, error: Exception, what: str = "") -> Skipped:
    """A fault of ours at a source, and `what` was asked of it."""
    reason, hint = fault(error)
    rule = "HPC001" if source.kind == "manifest" else "HPC002"
    return Skipped(source.path, f"{what}{reason}", rule, hint=hint, kind=source.kind)


def texts_up_to_a_fault(
    source: Source, texts: Callable[[], Iterable[Rendered | Skipped | Passed]], given: Sequence[str]
) -> Iterator[Rendered | Skipped | Passed]:
    """The texts of a chart or an overlay, up to a fault of ours, which is no reason to keep back those of others.

    The scan is of the paths that are `given`.
    """
    found = False
    try:
        for text in texts():
            found = True
            yield placed(text, source, given) if isinstance(text, Skipped) else text
    except Exception as error:
        yield placed(source_fault(source, error), source, given)
    else:
        if not found:
            yield Passed(source.kind, source.path, Outcome.JUDGED, "no HostProcess pod in what it renders to")


def told(
    items: Iterable[Rendered | Skipped | Passed], untold: Sequence[Skipped], unmade: Sequence[Skipped]
) -> Iterator[Rendered | Skipped | Passed]:
    """With what is not told otherwise in place of a source's being irrelevant, and behind it what is never."""
    is_told = False
    for item in items:
        is_told = is_told or (isinstance(item, Skipped) and item.outcome is Outcome.NOT_LOOKED_AT)
        if not (isinstance(item, Passed) and (untold or unmade)):
            yield item
    yield from () if is_told else untold
    yield from unmade


def placed(skipped: Skipped, source: Source, given: Sequence[str]) -> Skipped:
    """With a file to look at: what could not be rendered is a finding too, and that needs a place."""
    skipped = skipped._replace(kind=source.kind)
    if skipped.location is not None:
        return skipped
    place = source.file if skipped.path == source.path else skipped.path  # else what a chart is rendered without
    names = (CHART,) if source.kind == "chart" else KUSTOMIZATIONS
    name = next((name for name in names if os.path.isfile(os.path.join(place, name))), None)
    path = skipped.path if name is None else name if skipped.path == "." else f"{skipped.path}/{name}"
    quoted = None if name is None else text_inside(os.path.join(place, name), boundary(place, given), _QUOTED_BYTES)
    text = SourceFile(path, quoted or "")
    return skipped._replace(location=Location(text, Span(*text.line_span(1)), Precision.FILE))
