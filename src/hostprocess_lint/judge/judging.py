"""What is rendered becomes a scan: documents × rules → findings, workloads, coverage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from ..outcome import Passed, Scan, Skipped
from .coverage import coverage, looked_at

if TYPE_CHECKING:
    from ..rendered import Rendered
    from ..rules.context import Context
    from ..rules.rule import Rule
    from .findings import ScanFindings


def judge(
    rendered: Iterable[Rendered | Skipped | Passed], rules: Callable[[], Sequence[Rule]], context: Context
) -> Scan:
    """Judges everything that is rendered by every rule.

    `rules` gives those selected; the analysis rules among them speak for what could not be looked at. It is called
    when there is something to say: a scan that has nothing to judge does not wait for the catalogue.
    """
    passed: list[Passed] = []
    found: ScanFindings | None = None
    for item in rendered:
        if isinstance(item, Passed):
            passed.append(item)
        else:
            found = found or _findings(rules, context)
            found.read.add(item)
    if found is None and context.approved_workloads is None and not context.overrides:
        return Scan(
            findings=(),
            workloads=(),
            not_judged=(),
            skipped=(),
            sources=looked_at(passed),
            documents=0,
            coverage=coverage((), passed, ()),
        )
    return (found or _findings(rules, context)).result(passed)


def _findings(rules: Callable[[], Sequence[Rule]], context: Context) -> ScanFindings:
    from .findings import ScanFindings  # here, because most files have nothing to judge

    return ScanFindings(cache(rules), context)
