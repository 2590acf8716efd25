"""One finding for each line that somebody has to change, however often the line is rendered, read or inherited."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..finding import Finding, Origin
from ..location import Location, Precision, Related, Route

_PRECISE = list(Precision)


class _Entry(NamedTuple):
    """A finding, and the document and the way in there to the field that it is about."""

    finding: Finding
    document: int
    route: Route

    @property
    def order(self) -> tuple[object, ...]:
        """What decides which of several speaks for all, not which came first: those of one order read alike."""
        found, steps = self.finding, tuple((isinstance(step, str), step) for step in self.route)
        source = found.source
        return (found.level.rank, source.path, self.document, steps, source.variant or "", found.message)


class Merging:
    """The findings so far. The same ones come out whatever the order is in which they go in."""

    def __init__(self) -> None:
        self._groups: dict[tuple[object, ...], list[_Entry]] = {}

    def add(self, finding: Finding, document: int, route: Route) -> None:
        """Keeps a finding about a field, which is counted by its document and its way in there."""
        location, field = finding.location, _field(finding, route)
        key: tuple[object, ...] = (finding.rule, location.precision is Precision.EXACT, location.key, field)
        if location.precision is Precision.FILE:
            key = (*key, finding.resource, finding.field)
        self._groups.setdefault(key, []).append(_Entry(finding, document, route))

    def findings(self) -> tuple[Finding, ...]:
        """The merged findings, in the order of reports."""
        merged = [_merged(entries) for entries in self._folded()]
        return tuple(sorted(merged, key=lambda finding: finding.order))

    def locations(self) -> Iterator[Location]:
        """Every place that a finding stands at."""
        yield from (entry.finding.location for entries in self._groups.values() for entry in entries)

    def _folded(self) -> Iterable[list[_Entry]]:
        """The groups, with those that know a line only in the one that knows the place in it."""
        if all(entries[0].finding.location.precision is not Precision.LINE for entries in self._groups.values()):
            return self._groups.values()
        exact: dict[tuple[object, ...], tuple[object, ...]] = {}
        for key in sorted(self._groups, key=lambda key: (str(key[0]), key[2])):
            head = self._groups[key][0].finding
            if head.location.precision is Precision.EXACT and head.resource is not None:
                exact.setdefault(_line(head, key[3]), key)
        kept: dict[tuple[object, ...], list[_Entry]] = {key: [] for key in self._groups}
        for key, entries in self._groups.items():
            head = entries[0].finding
            coarse = head.location.precision is Precision.LINE
            kept[exact.get(_line(head, key[3]), key) if coarse else key] += entries
        return [entries for entries in kept.values() if entries]


def _field(finding: Finding, route: Route) -> str:
    """What a finding is about, in a word: two at one place are two if what they ask for is another field.

    One about the scan itself is about its reason.
    """
    if finding.resource is None:
        return finding.message
    return next((step for step in reversed(route) if isinstance(step, str)), "")


def _line(finding: Finding, field: object) -> tuple[object, ...]:
    return (finding.rule, finding.location.path, finding.location.start[0], field)


def _merged(entries: Sequence[_Entry]) -> Finding:
    """The worst of the findings, which names all whom the others concern."""
    if len(entries) == 1:
        return entries[0].finding
    found = [entry.finding for entry in sorted(entries, key=lambda entry: entry.order)]
    head = found[0]
    place = min(found, key=lambda finding: _PRECISE.index(finding.location.precision))
    related = [item for finding in found for item in finding.related]
    return head._replace(
        location=place.location,
        label=place.label,
        container=head.container if len({finding.container for finding in found}) == 1 else None,
        related=unique(related, place.location),
        source=joined_origins([finding.source for finding in found]),
        subjects=tuple(dict.fromkeys(subject for finding in found for subject in finding.subjects)),
    )


def unique(related: Iterable[Related], primary: Location) -> tuple[Related, ...]:
    """Each label at each place once, and nothing that the primary location shows already."""
    found = {(item.label, item.location.key): item for item in related if item.location.key != primary.key}
    return tuple(found.values())


def joined_origins(origins: Sequence[Origin]) -> Origin:
    """The first origin, with all profiles and releases of that source."""
    if not origins[0].releases and all(origin == origins[0] for origin in origins):
        return origins[0]
    releases = {released: None for origin in origins if origin[:2] == origins[0][:2] for released in origin.releases}
    first = origins[0]._replace(releases=tuple(releases))
    variants = {origin.variant for origin in origins if origin[:2] == first[:2]}
    if None in variants:
        return first._replace(variant=None)
    ordered = sorted((variant or "" for variant in variants), key=lambda name: (not name.startswith("default"), name))
    return first._replace(variant=", ".join(ordered))
