"""Flux Operator: the objects that a `ResourceSet` makes of its inputs.

Each of `resources`, and `resourcesTemplate` as a whole, is a template that is filled in for each of the inputs
(`BuildResourceSet` of https://github.com/controlplaneio-fluxcd/flux-operator). What only a server knows in it is
unknown, as a variable is that something fills in later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ....documents.document import Document
from ....documents.stream import documents
from ....limits import GIVEN_ENTRIES, OUTPUT_BYTES
from ....location import Location, Part, Precision, Route, Span, Trace
from ....pods.objects import objects
from ....pods.printed import UNKNOWN, extent
from ....pods.templates import RESOURCE_SET
from ....pods.view import View
from ....sourcefile import SourceFile
from ..filled import Expand
from ..firstlook import may_deploy
from ..kinds import is_release
from ..objects import ObjectInFile, Objects, text
from ..release import Unknowable
from .inputs import Inputs, inputs_of
from .templated import Filler

_TEMPLATE = "resourcesTemplate"
_RECONCILE = "fluxcd.controlplane.io/reconcile"


def with_resources(found: Iterable[ObjectInFile], known: Objects, expand: Expand) -> Iterator[ObjectInFile]:
    """Some objects, and those that the ResourceSets among them make of what is known."""
    for each in found:
        yield each
        if (each.group, each.kind) == RESOURCE_SET:
            yield from (made for made in _made(each, known, expand) if isinstance(made, ObjectInFile))


def unfilled(found: ObjectInFile, known: Objects, expand: Expand) -> Iterator[Unknowable]:
    """What of the releases that a ResourceSet makes is not known, and inputs that are not read."""
    yield from inputs_of(found, known).unknown
    if len(found.spec.listed("inputs")) > GIVEN_ENTRIES:
        yield Unknowable(f"{found.title}: more inputs than are read", found.at((*found.spec.route, "inputs")), "HPC005")
    said: set[tuple[object, ...]] = set()
    for each in _made(found, known, expand):
        if isinstance(each, Unknowable) and (key := (each.reason, each.location.key)) not in said:
            said.add(key)
            yield each


class _Filling(NamedTuple):
    """A template, the way to it, and the inputs that it is filled in with; None where they are not known."""

    route: Route
    template: Any
    inputs: Mapping[str, Any] | None


def _made(found: ObjectInFile, known: Objects, expand: Expand) -> Iterator[ObjectInFile | Unknowable]:
    """The objects, each once, and why one that is a release is not known wholly."""
    seen: set[tuple[str, str, str | None, str]] = set()
    for filling in _fillings(found, inputs_of(found, known)):
        if filling is None:
            reason = f"{found.title}: more than {OUTPUT_BYTES // 2**20} MiB: not all is read"
            yield Unknowable(reason, found.at(found.spec.route), "HPC005")
            return
        filler = Filler(expand, filling.inputs)
        made = list(_filled(found, filling, filler))
        for each in made:
            metadata = View(each.view.data.get("metadata"), ())
            key = (each.group, each.kind, each.namespace, each.name)
            if key not in seen and metadata.text("annotations", _RECONCILE) != "disabled":
                seen.add(key)
                yield each
        written = isinstance(filling.template, str) and may_deploy(
            "", filling.template.encode("utf-8", "surrogatepass")
        )
        if filling.inputs is not None and (written or any(_deploys(each) for each in made)):
            for route, reason, rule in filler.unfilled:
                yield Unknowable(f"{found.title}: {reason}", found.at(route), rule)


def _deploys(found: ObjectInFile) -> bool:
    return is_release(found.object.resource.api_version, found.kind)


def _filled(found: ObjectInFile, filling: _Filling, filler: Filler) -> Iterator[ObjectInFile]:
    if not isinstance(filling.template, str):
        for each in objects(filler.data(filling.template, filling.route), (), filling.route):
            yield replace(found, object=each, is_literal=False)
        return
    made = SourceFile(found.file.path, filler.text(filling.template, filling.route))
    place = _OfTemplate(found, filling.route, filling.template, made)
    read = documents(made) if made.text != UNKNOWN else ()
    for document in (each for each in read if isinstance(each, Document)):
        for one in objects(document.data):
            yield ObjectInFile(made, document, one, place)


def _fillings(found: ObjectInFile, inputs: Inputs) -> Iterator[_Filling | None]:
    """Each template with each of the inputs; None at the end where all of it could come to more than a build may."""
    left = OUTPUT_BYTES
    sets: list[Mapping[str, Any] | None] = list(inputs.sets or ([] if inputs.unknown else [{}]))
    sets += [None] if inputs.unknown else []
    sized = [(each, extent(each or {})[0]) for each in sets]
    for route, template in _templates(found):
        length, actions = extent(template)
        for each, most in sized:
            left -= length + actions * most
            if left < 0:
                yield None
                return
            yield _Filling(route, template, each)


def _templates(found: ObjectInFile) -> Iterator[tuple[Route, Any]]:
    for view in (found.spec, *found.spec.items("steps")):
        for index, template in enumerate(view.listed("resources")):
            yield (*view.route, "resources", index), template
        if written := text(view.data.get(_TEMPLATE)):
            yield (*view.route, _TEMPLATE), written


@dataclass(frozen=True, slots=True)
class _OfTemplate:
    """Places in what a template became that is a string: the line of the template that is alike, or the string."""

    found: ObjectInFile
    key: Route
    template: str
    made: SourceFile

    def locate(self, document: int, route: Route, part: Part, span: Span) -> Trace:
        line = self.made.line(self.made.position(span.start)[0])
        alike = [number for number, each in enumerate(self.template.split("\n"), 1) if _may_become(each, line)]
        place = self.found.string(self.key)
        return Trace(place.line(alike[0]) if len(alike) == 1 else self._whole())

    def _whole(self) -> Location:
        return self.found.at(self.key, Part.KEY)._replace(precision=Precision.LINE)


def _may_become(line: str, made: str) -> bool:
    """Whether a line that was made begins with what a line of the template has before its first action, or is it."""
    before, action, _ = line.partition("<<")
    return bool(before.strip()) and (made.startswith(before) if action else line == made)
