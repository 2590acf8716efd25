"""Sources become text: the only place that runs an engine."""

from typing import NamedTuple, Protocol

from ..finding import Origin, Part, Route, Span, Trace
from ..sourcefile import SourceFile


class Provenance(Protocol):
    """Knows where the parts of a rendered text come from."""

    def locate(self, document: int, route: Route, part: Part, span: Span) -> Trace:
        """The place in the repository that made a place of the text.

        `document` counts the text's YAML documents from 0, empty ones too (the parts between `---` lines). `route` is
        the way into that document, `part` which side of the entry is meant, `span` its offsets in the text.
        """
        ...


class Rendered(NamedTuple):
    """Text that a source became. For a manifest it is the file itself."""

    origin: Origin
    text: SourceFile
    provenance: Provenance
