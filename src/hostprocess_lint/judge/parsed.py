"""A document and where its text comes from: routes become places, and names for people."""

from typing import NamedTuple

from ..documents.document import Document
from ..documents.nodes import ScalarNode
from ..location import Label, Location, Part, Precision, Related, Route, Span
from ..pods.objects import Object
from ..rendered import Rendered


class Parsed(NamedTuple):
    """A document of a rendered text."""

    document: Document
    rendered: Rendered

    def locate(self, label: Label) -> tuple[Location, tuple[Related, ...]]:
        """The place of a label in the repository, and the chain that leads to it."""
        span = self.document.span(label.route, label.part)
        trace = self.rendered.provenance.locate(self.document.number, label.route, label.part, span)
        return self._narrowed(trace.location, label), trace.chain

    def _narrowed(self, location: Location, label: Label) -> Location:
        """The part of a string's place that a label means. A string over several lines is one place: a comment that
        suppresses a finding cannot stand inside of it.
        """
        node = self.document.node(label.route) if label.within else None
        if label.within is None or not isinstance(node, ScalarNode) or location.file is not self.document.text:
            return location
        if "\n" in location.file.text[slice(*location.span)] or location.precision is not Precision.EXACT:
            return location
        from ..documents.retrace import offsets  # here, because few findings point into a string

        found = offsets(location.file.text, node.start, node.end, node.style, node.value)
        if found is None:
            return location
        return location._replace(span=Span(found[label.within.start], found[label.within.end]))

    def as_written(self, route: Route) -> str:
        """The text that made the value at a route, its line, or nothing where only a file is known."""
        location, _ = self.locate(Label(route, part=Part.VALUE))
        return location.file.text[slice(*location.span)] if location.precision is not Precision.FILE else ""

    def removed(self, route: Route) -> tuple[Related, ...]:
        """What has taken a missing field out."""
        ask = self.rendered.removed
        return ask(self.document.number, route) if ask and self.document.entry(route) is None else ()


def name_of(owner: Object) -> Label:
    """What stands for an object as a whole."""
    return Label((*owner.route, "metadata", "name"), part=Part.KEY)


def place_of(owner: Object, parsed: Parsed) -> Location | None:
    """Where an object stands, if that can still be found out after a fault."""
    try:
        return parsed.locate(name_of(owner))[0]
    except Exception:
        return None


def dotted(route: Route, owner: Object) -> str:
    """A route as people write it, from the object on: `spec.containers[0].image`."""
    shown = ""
    for step in route[len(owner.route) :]:
        if isinstance(step, int):
            shown += f"[{step}]"
        elif "." in step:
            shown += f"['{step}']"
        else:
            shown += f".{step}" if shown else step
    return shown


def finding_identity(rule: str, owner: Object, container: str | None, route: Route) -> tuple[str, ...]:
    """What a reader would call the thing, never where it stands: list items count by their names."""
    data: object = owner.data
    named: list[str] = []
    for step in route[len(owner.route) :]:
        if isinstance(data, dict):
            data = data.get(str(step))
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        name = data.get("name") if isinstance(step, int) and isinstance(data, dict) else None
        named.append(name if isinstance(name, str) else str(step))
    return (rule, *owner.named.key, container or "", *named)
