"""What a source becomes: text that knows where it comes from."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from .finding import Origin
from .location import Part, Related, Route, Span, Trace
from .sourcefile import SourceFile


class Provenance(Protocol):
    """Knows where the parts of a rendered text come from."""

    def locate(self, document: int, route: Route, part: Part, span: Span) -> Trace:
        """The place in the repository that made a place of the text.

        `document` counts the text's YAML documents from 0, empty ones too (the parts between `---` lines). `route` is
        the way into that document, `part` which side of the entry is meant, `span` its offsets in the text.
        """
        ...


class Rendered(NamedTuple):
    """Text that a source became. For a manifest it is the file itself.

    `kubernetes` is the range of versions that it asks for, as Helm writes one; `namespace` where what names none goes.
    `removed` says of a field that a document (counted as for `Provenance`) does not have what has taken it out.
    `about_others` says that there is no pod in it, only what matters to the pods of other texts. `parts` are the files,
    by their real paths, that are judged in it and so not by themselves. `from_cluster` says that somebody has handed it
    over by itself, so that it may be what a cluster says: a file that a search finds is not believed that. `is_context`
    says that nothing in it is judged or counted: only what it says about the pods of others matters. `is_literal` says
    that nothing fills in a `${…}` in it any more.
    """

    origin: Origin
    text: SourceFile
    provenance: Provenance
    kubernetes: str = ""
    namespace: str | None = None
    removed: Callable[[int, Route], tuple[Related, ...]] | None = None
    about_others: bool = False
    parts: frozenset[str] = frozenset()
    from_cluster: bool = False
    is_context: bool = False
    is_literal: bool = False
