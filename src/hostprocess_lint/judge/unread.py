"""What of the rendered texts cannot be read: told once, at its place, and of which sources."""

from __future__ import annotations

from functools import lru_cache

from ..documents.firstlook import may_be_judged
from ..documents.stream import Broken
from ..finding import Kind
from ..location import Label, Location, Part, Precision, Route
from ..outcome import Skipped
from ..rendered import Rendered
from ..sourcefile import SourceFile
from ..sources.charts.ownfiles import template_alone
from ..sources.landmarks import chart_of_template
from .parsed import Parsed
from .skips import Skips
from .strings import TOO_DEEP_IN_STRINGS


def source_of(item: Rendered) -> tuple[Kind, str]:
    return item.origin.kind, item.origin.path


class Unread:
    """What was told so far; `sources` are those of which something was."""

    def __init__(self, skips: Skips) -> None:
        self.sources: set[tuple[Kind, str]] = set()
        self._skips = skips
        self._templated: set[str] = set()

    def fault(self, error: Exception, item: Rendered, location: Location | None = None) -> None:
        """A fault of ours keeps a document or an object from being read."""
        self.sources.add(source_of(item))
        self._skips.fault(error, item, location)

    def too_deep(self, parsed: Parsed, route: Route) -> None:
        """A string of a document is not looked into."""
        if parsed.rendered.is_context:
            return
        location, _ = parsed.locate(Label(route, part=Part.KEY))
        self._tell(parsed.rendered, location, f"line {location.start[0]}: {TOO_DEEP_IN_STRINGS}", "HPC005")

    def broken(self, rendered: Rendered, broken: Broken) -> None:
        """A document is none that Kubernetes could read."""
        if rendered.about_others or rendered.is_context or not _may_be_judged(broken.text):
            return  # it was only read for what it could say about others
        from ..documents.foreign import TEMPLATE_HINT, may_fill_in_host_process, template_language

        language = template_language(broken) if rendered.origin.kind == "manifest" else None
        if language is not None and not may_fill_in_host_process(broken):
            return
        location = rendered.provenance.locate(broken.number, (), Part.VALUE, broken.span).location
        if language is None:
            where = f"line {location.start[0]}" if location.precision is not Precision.FILE else "a document"
            self._tell(rendered, location, f"{where}: {broken.reason}", broken.rule)
        elif location.path not in self._templated:  # it breaks most documents of a file, and is said once
            self._templated.add(location.path)
            reason, hint = f"template text ({language}), which another tool makes into manifests", TEMPLATE_HINT
            if chart := chart_of_template(rendered.origin.path):
                reason, hint = template_alone(chart)
            self._tell(rendered, location, reason, broken.rule, hint)
        self.sources.add(source_of(rendered))

    def _tell(self, item: Rendered, location: Location, reason: str, rule: str, hint: str | None = None) -> None:
        self.sources.add(source_of(item))
        self._skips.add(Skipped(location.path, reason, rule, location, hint, kind=item.origin.kind), item.origin)


@lru_cache(maxsize=2)
def _may_be_judged(text: SourceFile) -> bool:
    """Whether a text could hold a pod that rules judge; asked for each of its documents that is broken."""
    return may_be_judged(text.text.encode("utf-8", "surrogatepass"))
