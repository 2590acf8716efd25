"""A SARIF file of another scanner gets suppressions where nobody can follow it; every other byte stays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ..documents.jsonregions import ValueRegion, elements, members, whole
from ..errors import UsageError
from .artifacts import file_of
from .places import Places, covers
from .reasons import TOOLS, Reason


class Triaged(NamedTuple):
    """The new text, how many results it has, and how many of them are suppressed now."""

    text: str
    results: int
    suppressed: int


class _Result(NamedTuple):
    """A result that could be suppressed: where it stands in the text, and where in the tree what it is about."""

    region: ValueRegion
    reason: Reason
    lines: tuple[tuple[str, int | None, int | None], ...]


def triaged(text: str, name: str, root: str, judged: Callable[[], Places]) -> Triaged:
    """`judged` is asked where there is a result that could be about a HostProcess workload. Raises UsageError."""
    try:
        runs = list(_runs(text))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name}: it is no SARIF: {error}") from None
    results = [(run.value, result) for run, listed in runs for result in listed]
    candidates = [found for run, result in results if (found := _candidate(result, run, root))]
    known = judged() if candidates else {}
    chosen = [found for found in candidates if all(covers(known.get(file), *lines) for file, *lines in found.lines)]
    parts, at = [], 0
    for found in chosen:
        offset, insertion = _insertion(text, found.region, _suppression(found.reason))
        parts += [text[at:offset], insertion]
        at = offset
    return Triaged("".join([*parts, text[at:]]), len(results), len(chosen))


def _runs(text: str) -> Iterator[tuple[ValueRegion, list[ValueRegion]]]:
    """The runs of a log with their results. Raises ValueError."""
    log = whole(text)
    runs = dict(members(text, log)).get("runs") if isinstance(log.value, dict) else None
    if runs is None or not isinstance(runs.value, list):
        raise ValueError("an object with `runs` is expected")
    for run in elements(text, runs):
        if isinstance(run.value, dict):
            results = dict(members(text, run)).get("results")
            yield run, list(elements(text, results)) if results and isinstance(results.value, list) else []


def _candidate(region: ValueRegion, run: dict[str, Any], root: str) -> _Result | None:
    """What a result is about, if it is one that can be suppressed."""
    result = region.value
    if not isinstance(result, dict) or result.get("kind", "fail") != "fail" or result.get("suppressions", []) != []:
        return None
    driver = _at(run, "tool", "driver")
    reason = _reason(_at(driver, "name"), _rule(result, driver))
    locations = result.get("locations")
    if reason is None or not isinstance(locations, list) or not locations:
        return None
    lines = []
    for location in locations:
        physical = _at(location, "physicalLocation")
        file = file_of(_at(physical, "artifactLocation"), run, root)
        if file is None:
            return None
        start, end = (_at(physical, "region", key) for key in ("startLine", "endLine"))
        lines.append((file, start if type(start) is int else None, end if type(end) is int else None))
    return _Result(region, reason, tuple(lines))


def _rule(result: dict[str, Any], driver: Any) -> Any:
    """The id of a result's rule, which may be named by its number among the driver's."""
    index, rules = result.get("ruleIndex", _at(result, "rule", "index")), _at(driver, "rules")
    listed = rules[index] if isinstance(rules, list) and type(index) is int and 0 <= index < len(rules) else None
    return result.get("ruleId") or _at(result, "rule", "id") or _at(listed, "id")


def _reason(driver: Any, rule: Any) -> Reason | None:
    if not isinstance(driver, str) or not isinstance(rule, str):
        return None
    return next((tool.reason(rule) for tool in TOOLS if tool.name.lower() == driver.lower()), None)


def _at(data: Any, *path: str) -> Any:
    for step in path:
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _suppression(reason: Reason) -> str:
    given = {"kind": "external", "status": "accepted", "justification": f"{reason.sentence}: {reason.url}"}
    return json.dumps(given)


def _insertion(text: str, result: ValueRegion, suppression: str) -> tuple[int, str]:
    """Where to insert what: into the list that is there and empty, else as a last key, set as the first one is."""
    written = list(members(text, result))
    there = dict(written).get("suppressions")
    if there is not None:
        return there.start + 1, suppression
    inner = text[result.start + 1 : result.end]
    gap = inner[: len(inner) - len(inner.lstrip())]
    return written[-1][1].end, f',{gap}"suppressions": [{suppression}]'
