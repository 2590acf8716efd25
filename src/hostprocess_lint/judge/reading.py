"""What is rendered becomes objects and facts about all of them, before any of them is judged."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from ..documents.document import Document
from ..documents.firstlook import may_matter
from ..documents.stream import Broken, documents
from ..finding import Kind
from ..outcome import Outcome, Passed, Skipped
from ..pods.objects import Object, lives, objects
from ..pods.templates import holds_object, pods
from ..pods.view import says_key
from ..rendered import Rendered
from ..sourcefile import BOM, SourceFile
from .facts import ScanFacts, is_told_by
from .parsed import Parsed, place_of
from .records import Records
from .skips import Skips
from .strings import strings_of
from .unread import Unread, source_of
from .verdicts import as_meant

if TYPE_CHECKING:
    from ..pods.running import Copies
    from .cluster import Cluster

COMMENT = "hostprocess-lint:"
"""Without this no comment suppresses anything."""

_HOST_PROCESS = frozenset(("hostprocess",))
"""What even an object that only says something about others is judged for."""


class ScanObjects:
    """What the documents of a scan say.

    `objects` are those to judge. `facts`, `cluster`, `copies` and `records` are what is known of all of them. `sources`
    says of each source whether anything in it could be read, `passed` are those that turned out to need no judging.
    `texts` are the files of their own in which a comment may suppress; `documents` counts.
    """

    def __init__(self, skips: Skips) -> None:
        self.objects: list[tuple[Object, Parsed]] = []
        self.facts = ScanFacts()
        self.records = Records()
        self.sources: dict[tuple[Kind, str], bool] = {}
        self.passed: list[Passed] = []
        self.texts: dict[str, SourceFile] = {}
        self.documents = 0
        self._skips = skips
        self._about_others: list[Rendered] = []
        self._context: list[Rendered] = []
        self._unread = Unread(skips)

    @cached_property
    def cluster(self) -> Cluster:
        from .cluster import Cluster  # here and below, because most scans see no cluster

        return Cluster()

    @cached_property
    def copies(self) -> Copies:
        from ..pods.running import Copies

        return Copies()

    def add(self, item: Rendered | Skipped) -> None:
        if isinstance(item, Skipped):
            self._skips.add(item)
        elif item.is_context:
            self._context.append(item)
        elif item.about_others:
            self._about_others.append(item)
        else:
            self._read(item)

    def finish(self) -> None:
        """Reads what is only about others, where there is a HostProcess pod that it could be about: most repositories
        have roles and bindings, and few have such a pod.
        """
        concerned = any(self._is_host_process(owner, parsed) for owner, parsed in self.objects)
        for item in self._about_others:
            if concerned:
                self._read(item)
            else:
                self.sources.setdefault(source_of(item), False)
        for item in self._context if self.objects else ():
            if concerned or not item.about_others:
                self._read_facts(item)
        reason = "no word in it that a HostProcess pod needs"
        for source in [source for source, readable in self.sources.items() if not readable]:
            if source not in self._unread.sources:
                del self.sources[source]
                self.passed.append(Passed(*source, Outcome.IRRELEVANT, reason))

    def _is_host_process(self, owner: Object, parsed: Parsed) -> bool:
        try:
            return any(as_meant(pod).is_host_process for pod in pods(owner))
        except Exception as error:
            self._unread.fault(error, parsed.rendered, place_of(owner, parsed))
            return True  # for all that is known

    def _read(self, item: Rendered) -> None:
        source = source_of(item)
        if item.origin.kind == "manifest" and COMMENT in item.text.text:
            self.texts[item.text.path] = item.text
        own = item.origin.kind == "manifest" and item.origin.path != "-"
        readable, empty = False, True
        try:
            for document in self._documents_of(item):
                if not own or _is_of_a_manifest(document):
                    readable, empty = self._is_read(item, document) or readable, False
        except Exception as error:
            empty = False
            self._unread.fault(error, item)
        if own and empty:
            reason = "no document in it has `apiVersion` and `kind`"
            self.passed.append(Passed(*source, Outcome.IRRELEVANT, reason))
        else:
            self.sources[source] = self.sources.get(source, False) or readable or empty

    def _read_facts(self, item: Rendered) -> None:
        """Reads what a text says about the pods of others. What is broken in it is told where it is judged."""
        try:
            for document in self._documents_of(item):
                if isinstance(document, Document):
                    self._is_read(item, document)
        except Exception as error:
            self._unread.fault(error, item)

    def _is_read(self, item: Rendered, document: Document | Broken) -> bool:
        """Reads a document, and says whether it can be: a fault in one is no reason to keep back those behind it."""
        try:
            self._document(item, document, 0)
        except Exception as error:
            self._unread.fault(error, item)
            return False
        return isinstance(document, Document)

    def _documents_of(self, item: Rendered) -> Iterable[Document | Broken]:
        """The documents of a text; of a list in a JSON file, as kubectl prints it, the items that matter, one by one.

        Copies of a pod are counted there: a cluster has thousands of them.
        """
        if item.origin.kind == "manifest" and item.text.text.lstrip(f"{BOM} \t\r\n").startswith("{"):
            from ..documents.jsontext import json_documents
            from ..pods.running import Copies

            copies, there = Copies(), item.from_cluster
            found = json_documents(item.text, lambda text, data: _may_matter(text) and copies.is_first(data, there))
            if found is not None:
                self.copies.add(copies)
                return found
        return documents(item.text)

    def _document(self, rendered: Rendered, document: Document | Broken, depth: int) -> None:
        self.documents += not rendered.is_context
        if isinstance(document, Broken):
            self._unread.broken(rendered, document)
            return
        parsed = Parsed(document, rendered)
        duplicates, literal = (*document.duplicates, *document.overrides), rendered.is_literal
        for each in objects(document.data, duplicates, (), document.dropped, literal):
            self._object(each.by_default_in(rendered.namespace), parsed, depth)

    def _object(self, owner: Object, parsed: Parsed, depth: int) -> None:
        try:
            self._keep(owner, parsed, depth)
        except Exception as error:
            self._unread.fault(error, parsed.rendered, place_of(owner, parsed))

    def _keep(self, owner: Object, parsed: Parsed, depth: int) -> None:
        rendered = parsed.rendered
        if lives(owner.data, rendered.from_cluster):
            owner = owner._replace(lives=True)
        self.facts.note(owner, parsed)
        if not rendered.is_context:
            self._to_judge(owner, parsed)
        for route, text, found in strings_of(owner, rendered.text.path, depth):
            if found is None:
                self._unread.too_deep(parsed, route)
                continue
            from ..pods.embedded import embedded

            inner = embedded(parsed.document, rendered, route, text)
            for each in found:
                self._document(inner, each, depth + 1)

    def _to_judge(self, owner: Object, parsed: Parsed) -> None:
        is_copy = owner.lives and not self.copies.is_first(owner.data, True)
        if not is_copy and (not is_told_by(owner.resource) or says_key(owner.data, _HOST_PROCESS)):
            self.objects.append((owner, parsed))
        if owner.lives:
            self.cluster.note(owner, parsed)
        self.records.note(owner, parsed)


def _is_of_a_manifest(document: Document | Broken) -> bool:
    """False for a document of a file of other tools: one without `apiVersion` and `kind`."""
    if not isinstance(document, Broken):
        return holds_object(document.data)
    from ..documents.foreign import could_be_object  # here, because most documents can be read

    return could_be_object(document)


def _may_matter(text: str) -> bool:
    """Whether an item of a list could: of a node that is what it says about itself."""
    return may_matter(text.encode("utf-8", "surrogatepass")) or '"nodeInfo"' in text
