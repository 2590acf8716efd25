"""One document with Fleet's options of a bundle, and where its entries are: a `fleet.yaml`, or an object with the same.

Which of several views of it says a field is that of fleet's `options.Merge`: a target comes over what is for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ....documents.document import Document
from ....location import Location, Route
from ....pods.view import View
from ....rendered import Provenance
from ....sourcefile import SourceFile
from ..objects import Objects, text
from ..places import AtEntry, InDocument, led
from ..release import Unknowable
from ..repository import Repository


@dataclass(frozen=True, slots=True)
class Bundle:
    """The document, the directory that the bundle is made of, if there is one, and what it may refer to.

    `name` is that of the release where nothing else is said; `title` is what reports call it if not by the name.
    """

    file: SourceFile
    document: Document
    directory: Path | None
    repository: Repository
    objects: Objects
    name: str
    title: str = ""
    provenance: Provenance | None = None

    def not_known(self, reason: str, route: Route, rule: str = "") -> Unknowable:
        return Unknowable(reason, self.at(route), rule) if rule else Unknowable(reason, self.at(route))

    def at(self, route: Route) -> Location:
        return led(self.file, self.document, self.provenance, route)

    def mapping(self, route: Route) -> InDocument:
        return InDocument(self.file, self.document, route, self.provenance)

    def entry(self, route: Route) -> AtEntry:
        return AtEntry(self.file, self.document, route, self.provenance)

    def first(self, views: tuple[View, ...], *path: str) -> tuple[str, Route] | None:
        """A field of the target, or else of all."""
        for view in reversed(views):
            found = view.written(*path)
            if found is not None and text(found.value):
                return text(found.value), found.route
        return None
