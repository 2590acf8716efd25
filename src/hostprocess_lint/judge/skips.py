"""What could not be looked at: each reason once, and the finding that tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..errors import fault, rule_fault
from ..finding import Level, Origin
from ..location import Location, Precision, Span
from ..outcome import Skipped
from ..rendered import Rendered
from ..sourcefile import SourceFile
from .analysis import left_out
from .merging import Merging

if TYPE_CHECKING:
    from ..rules.rule import Rule


class Skips:
    """What a scan has skipped so far. `rules` gives those selected, `levels` what is said of them otherwise."""

    def __init__(
        self, rules: Callable[[], Sequence[Rule]], levels: Mapping[str, Level | None], merging: Merging
    ) -> None:
        self._rules = rules
        self._levels = levels
        self._merging = merging
        self._found: dict[tuple[str, str, str], Skipped] = {}

    def add(self, skipped: Skipped, origin: Origin | None = None) -> None:
        location = skipped.location or Location(SourceFile(skipped.path, ""), Span(0, 0), Precision.FILE)
        self._found.setdefault((skipped.path, skipped.rule, skipped.reason), skipped._replace(location=location))
        rule = next((rule for rule in self._rules() if rule.id == skipped.rule), None)
        level = self._levels.get(rule.id, skipped.level or rule.level) if rule else None
        if rule is None or level is None:
            return  # what lies outside of the repository may be nobody's concern: it is counted
        source = origin or Origin(skipped.kind, skipped.path)
        self._merging.add(left_out(rule, level, skipped, location, source), 0, ())

    def fault(
        self, error: Exception, item: Rendered, location: Location | None = None, rule: Rule | None = None
    ) -> None:
        """A fault of ours, or of a rule, is told at the source that shows it, and the scan goes on."""
        kind, path = item.origin[:2]
        if location is None and kind == "manifest":
            location = Location(item.text, Span(*item.text.line_span(1)), Precision.FILE)
        if rule is None or rule.is_ours:
            reason, hint = fault(error, rule.id if rule else "")
        else:
            reason, hint = rule_fault(error, rule.id, rule.written_in)
        self.add(Skipped(path, reason, "HPC001" if kind == "manifest" else "HPC002", location, hint, kind=kind))

    def all(self) -> tuple[Skipped, ...]:
        return tuple(self._found.values())
