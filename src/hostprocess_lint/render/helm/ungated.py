"""What templates print where no condition holds them back: for words that they put together and no profile renders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ...location import Span
from .attempts import Attempts, Variant
from .engine.contract import EngineError
from .switching import hosting
from .templates.gotemplate import Segment, assigned, parse_template

_OPENERS = ("if", "with", "range", "define", "block")
_HOLD_BACK = ("else", "fail", "break", "continue")


def hosting_ungated(attempts: Attempts, base: Variant, building: Mapping[str, Span]) -> Iterator[tuple[str, Span]]:
    """Of some templates, by their members, those that render HostProcess once all their branches are taken.

    The engine says so: what it prints then is more than a likeness. One that fails without its conditions says nothing.
    """
    members = dict(attempts.chart.members)
    for name in building:
        text = members[name].text
        if text is not None:  # as it was parsed to find the place
            members[name] = replace(members[name], data=ungated(text).encode("utf-8", "surrogatepass"))
    open_ = Attempts(replace(attempts.chart, members=members), attempts.engine, attempts.budget)
    try:
        variant = open_.variant(base.name, base.profile, base.installation)
    except EngineError:
        return
    found = {attempts.chart.place(f"/{name}").member for name in hosting(variant.rendering)}
    yield from ((name, place) for name, place in building.items() if name in found)


def ungated(text: str) -> str:
    """A template in which each branch is taken: what `with` and `range` are given is never empty."""
    open_: list[str] = []
    pieces = []
    template = parse_template(text)
    for segment in template.segments:
        instead: str | None = None
        if segment.keyword in _OPENERS:
            open_.append(segment.keyword)
            instead = _opened(segment)
        elif segment.keyword == "end" and open_:
            instead = '""' if open_.pop() == "if" else None
        elif segment.keyword in _HOLD_BACK:
            instead = _asked(segment.body.removeprefix("else").strip())
        pieces.append(text[segment.start : segment.end] if instead is None else segment.saying(instead))
    return "".join(pieces)


def _opened(segment: Segment) -> str | None:
    if segment.keyword == "if":
        return _asked(segment.body)
    if segment.keyword not in ("with", "range"):
        return None
    names, assigns, given = segment.body.removeprefix(segment.keyword).rpartition(":=")
    never_empty = '(dict "_" "")' if segment.keyword == "with" else '(list (dict "_" ""))'
    return f"{segment.keyword} {names}{assigns} or ({given}) {never_empty}"


def _asked(body: str) -> str:
    """What is left of `if $x := …`, which is named further on; else nothing."""
    return body.removeprefix("if").strip() if assigned(body) else '""'
