"""A violation becomes a finding: what a rule said symbolically, with the places in the repository."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..documents.nodes import ScalarNode
from ..finding import Annotation, Finding, Level, Subject, Violation
from ..location import Label, Part, Related
from ..pods.objects import Object
from .merging import unique
from .parsed import Parsed, dotted, finding_identity

if TYPE_CHECKING:
    from ..rules.rule import Rule


def _at_its_key(violation: Violation, parsed: Parsed) -> Violation:
    """A missing field whose key is there, with null, is shown there: that is the line to change."""
    primary, field = violation.primary, violation.field
    if field is None or field == primary.route:
        return violation
    node = parsed.document.node(field)
    if not isinstance(node, ScalarNode) or node.meaning is not None:
        return violation
    moved = Label(field, "is empty", Part.KEY)
    before = primary if primary.text else primary._replace(text="makes it necessary")
    return violation._replace(primary=moved, related=(before, *violation.related))


def concrete(
    rule: Rule, violation: Violation, level: Level, owner: Object, parsed: Parsed, notes: Sequence[Annotation]
) -> Finding:
    """The finding of a rule about an object, of which `notes` are the annotations."""
    violation = _at_its_key(violation, parsed)
    location, chain = parsed.locate(violation.primary)
    related = [
        item if isinstance(item, Related) else Related(item.text, parsed.locate(item)[0]) for item in violation.related
    ]
    route = violation.field or violation.primary.route
    named = finding_identity(rule.id, owner, violation.container, route)
    annotation = next((item for item in notes if item.rule in (rule.id, rule.name)), None) if notes else None
    return Finding(
        rule=rule.id,
        name=rule.name,
        level=level,
        consequence=rule.consequence,
        message=violation.message or rule.title,
        hint=violation.hint or rule.hint,
        resource=owner.named,
        container=violation.container,
        field=dotted(route, owner),
        location=location,
        label=violation.primary.text or rule.label,
        related=unique((*related, *parsed.removed(route), *chain), location),
        source=parsed.rendered.origin,
        identity=named,
        subjects=(Subject(named, annotation),),
    )
