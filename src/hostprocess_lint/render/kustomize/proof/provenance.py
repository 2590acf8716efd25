"""Points from a built overlay into its sources; builds it a second time, with marks, when it is first asked."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from ....documents.nodes import MappingNode, Node, ScalarNode, Unreadable, node_span
from ....documents.retrace import offsets
from ....documents.stream import documents
from ....location import Location, Part, Precision, Related, Route, Span, Trace
from ....rendered import Rendered
from ....sourcefile import SourceFile
from ....sources.overlays.closure import Closure
from ....sources.overlays.kustomization import RefusedError
from ....sources.overlays.nodes import descend, entry
from ....sources.overlays.references import Role
from ....sources.overlays.yamltext import compose_all
from ..engine.kustomize import BuildError
from .built import BuiltDocument, align
from .marks import Marking, mark
from .origins import origin, set_by_operation, written_node
from .removals import removers
from .settings import set_by_kustomization
from .texts import Text, TextNode, lines_of, markable_texts

# What is marked, from most to least: scalars with those of patches, scalars of resources, resources only.
_LADDER = ((True, True), (False, True), (False, False))
_START = Span(0, 0)


class OverlayProvenance:
    """Lazy, because most overlays have no finding and a marked build costs as much as the plain one."""

    def __init__(
        self,
        closure: Closure,
        text: str,
        build: Callable[[Mapping[Path, str]], str],
        display: Callable[[Path], str],
    ) -> None:
        self._closure = closure
        self._text = text
        self._build = build
        self._display = display
        self._files: dict[Path, SourceFile] = {}
        self._removed: dict[Route, dict[int, Related]] = {}

    def locate(self, document: int, route: Route, part: Part, span: Span) -> Trace:
        if document >= len(self._documents):
            return Trace(self._overlay_file())
        built = self._documents[document]
        existing = _existing(built.tree, route)
        if existing != route:
            existing, part = (existing, Part.KEY) if existing else (("kind",), Part.PAIR)
        node = descend(built.tree, existing)
        found = (
            set_by_kustomization(self._texts, self._closure, built, existing)
            or origin(built, existing)
            or set_by_operation(self._texts, built, existing)
        )
        if found is None:
            return Trace(self._coarse(built))
        place, precision = found
        inner = inner_span(self._text, node, span, place) if part is not Part.KEY else None
        if inner is None and place.text.role is Role.DATA and node is not None and _is_part(span, node_span(node)):
            precision = Precision.FILE  # a part of a file, and not known which
        trace = self._trace(place, part, precision, inner)
        return Trace(trace.location, (*self._chain(built, existing, place), *trace.chain))

    def prepare(self) -> None:
        """Builds with marks now."""
        _ = self._documents

    def applied(self, path: Path) -> bool:
        """Whether every strategic-merge patch in a file is seen to have reached a document."""
        reached = {(id(spot.text), spot.document) for built in self._documents for spot in built.patches}
        patches = [(text, number) for text in self._texts if text.path == path for number in _merged(text)]
        return all((id(text), number) in reached for text, number in patches)

    def removed(self, document: int, route: Route) -> tuple[Related, ...]:
        """The patch that takes a field out of a document: the first without which a build has the field."""
        if route not in self._removed:
            places = removers(self._closure, self._texts, self._documents, route, self._attempt)
            self._removed[route] = {
                number: Related("removed by this patch", self._location(spot, Part.PAIR, Precision.EXACT, None))
                for number, spot in places.items()
            }
        found = self._removed[route].get(document)
        return (found,) if found else ()

    def _attempt(self, texts: Mapping[Path, str]) -> list[Node]:
        """The documents of another build; none where it fails, or the time is over."""
        try:
            return compose_all(self._build(texts))
        except (BuildError, RefusedError, Unreadable, OSError):
            return []

    @cached_property
    def _texts(self) -> list[Text]:
        return markable_texts(self._closure)

    @cached_property
    def _documents(self) -> list[BuiltDocument]:
        try:
            plain = compose_all(self._text)
        except Unreadable:
            return []
        for patches, values in _LADDER:
            marking = mark(self._closure, self._texts, patches, values)
            documents = align(plain, self._attempt(marking.texts), marking, patches)
            if documents is not None:
                return documents
        return [BuiltDocument(tree, None, (), {}, Marking(), Precision.FILE) for tree in plain]

    def _chain(self, built: BuiltDocument, route: Route, place: TextNode) -> list[Related]:
        chain = []
        listed = place.text.listed
        if listed is not None:
            kustomization, reference = listed
            label = f"patched by this {self._what(kustomization.path.parent, kustomization.is_component)}"
            place_of = self._at(kustomization.path, kustomization.text, node_span(reference.node), Precision.EXACT)
            chain.append(Related(label, place_of))
        base = written_node(built, route)
        if base is not None and isinstance(base.node, ScalarNode) and base.node is not place.node:
            replaced = place.text.role is Role.RESOURCE
            label = "replaced by that value" if replaced else "base value"
            chain.append(Related(label, self._location(base, Part.PAIR, Precision.EXACT, None)))
        return chain

    def _what(self, directory: Path, is_component: bool) -> str:
        if directory == self._closure.directory:
            return "overlay"
        return "component" if is_component else "base"

    def _location(self, place: TextNode, part: Part, precision: Precision, inner: Span | None) -> Location:
        return self._trace(place, part, precision, inner).location

    def _trace(self, place: TextNode, part: Part, precision: Precision, inner: Span | None) -> Trace:
        chart = self._closure.rendered.get(place.text.path)
        if chart is not None:
            return _in_chart(chart, place, part, precision, inner)
        span = place.text.span(inner or _span(place, part))
        if span is None and place.text.inside is not None:
            span, precision = node_span(place.text.inside), Precision.LINE
        return Trace(self._at(place.text.path, place.text.file_text, span or _START, precision))

    def _at(self, path: Path, text: str, span: Span, precision: Precision) -> Location:
        """A place in a file; what a release puts on top is led to where the release is written."""
        kustomization = self._closure.kustomizations.get(path.parent)
        if kustomization is None or kustomization.lead is None or kustomization.path != path:
            return Location(self._file(path, text), span, precision)
        found = kustomization.lead(span)
        return found._replace(precision=max(found.precision, precision, key=list(Precision).index))

    def _coarse(self, built: BuiltDocument) -> Location:
        """The resource's file where that is known, at the resource; else the overlay."""
        if built.home is None:
            return self._overlay_file()
        node = built.home.node
        begin = Span(node.start, node.start) if node else _START
        return self._location(built.home, Part.PAIR, Precision.FILE, begin)

    def _overlay_file(self) -> Location:
        kustomization = self._closure.kustomizations[self._closure.directory]
        if kustomization.lead is not None:
            return kustomization.lead(node_span(kustomization.tree))._replace(precision=Precision.FILE)
        return Location(self._file(kustomization.path, kustomization.text), _START, Precision.FILE)

    def _file(self, path: Path, text: str) -> SourceFile:
        if path not in self._files:
            self._files[path] = SourceFile(self._display(path.relative_to(self._closure.root)), text)
        return self._files[path]


def _is_part(span: Span, whole: Span) -> bool:
    return span != whole and whole.start <= span.start <= span.end <= whole.end


def _in_data(text: str, built: ScalarNode, span: Span) -> Span | None:
    """A part of a datum in the file that the whole of it is, however the build has quoted it."""
    found = offsets(text, built.start, built.end, built.style, built.value)
    if found is None or not found[0] <= span.start < span.end <= found[-1]:
        return None
    return Span(bisect_left(found, span.start), bisect_left(found, span.end))


def _in_chart(chart: Rendered, place: TextNode, part: Part, precision: Precision, inner: Span | None) -> Trace:
    """What a chart was rendered to, led on to the template, the values or the kustomization that made it."""
    numbers = [document.number for document in documents(chart.text)]
    trace = chart.provenance.locate(numbers[place.document], place.route, part, inner or _span(place, part))
    coarser = max(precision, trace.location.precision, key=list(Precision).index)
    return trace._replace(location=trace.location._replace(precision=coarser))


def _merged(text: Text) -> list[int]:
    """The documents of a text that are strategic-merge patches, not lists of operations."""
    return [number for number, tree in enumerate(text.documents) if isinstance(tree, MappingNode)]


def _existing(tree: Node, route: Route) -> Route:
    """The longest beginning of a route that the document has."""
    while descend(tree, route) is None:
        route = route[:-1]
    return route


def _span(place: TextNode, part: Part) -> Span:
    node = place.node
    if node is None:
        return _START
    if part is Part.KEY and isinstance(node, MappingNode) and node.pairs and _key(place) is None:
        return Span(node.start, node.pairs[0][1].end)
    value = node_span(node)
    key = _key(place)
    if key is None or part is Part.VALUE:
        return value
    is_behind = part is not Part.KEY and value.start >= key.end  # an alias's value may not be
    return Span(key.start, value.end if is_behind else key.end)


def _key(place: TextNode) -> ScalarNode | None:
    if not place.route or isinstance(place.route[-1], int):
        return None
    found = entry(descend(place.text.documents[place.document], place.route[:-1]), str(place.route[-1]))
    return found[0] if found else None


def inner_span(text: str, built: Node | None, span: Span, place: TextNode) -> Span | None:
    """A line inside a literal block of the build as the same line of the text's block, or of the whole data file."""
    written = place.node
    if not isinstance(built, ScalarNode) or not isinstance(written, ScalarNode) or place.text.inside is not None:
        return None
    is_whole = place.text.role is Role.DATA and built.value == written.value == place.text.file_text
    if is_whole and (found := _in_data(text, built, span)) is not None:
        return found
    if built.style != "|" or written.style != "|":
        return None
    if not built.start < span.start <= span.end <= built.end:
        return None
    line = text.count("\n", built.start, span.start) - 1
    begin = text.rfind("\n", 0, span.start) + 1
    lines = lines_of(place.text.file_text[written.start : written.end])
    first = 0 if place.text.role is Role.DATA else 1
    if not 0 <= line + first < len(lines):
        return None
    target = lines[line + first]
    content = text[begin : text.find("\n", begin) if "\n" in text[begin:] else len(text)]
    if content.strip() != target.strip() or not content.strip():
        return None
    outer = written.start + sum(map(len, lines[: line + first]))
    moved = outer + (len(target) - len(target.lstrip())) - begin - (len(content) - len(content.lstrip()))
    return Span(span.start + moved, min(span.end + moved, outer + len(target.rstrip())))
