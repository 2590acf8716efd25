"""The parts of the page that not every review has: what has changed, the cluster, and the list of approvals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...review.review import Change, ClusterView, Comparison, Reached, Review
from ...workload import Listed
from .beside import Line, cluster_sentence, lines
from .card import place
from .comparison import comparison_sentence, reached_name
from .markup import Markup, join, prose, tag


def comparison_section(comparison: Comparison) -> Markup:
    """More reach stands first; the name leads to the workload's card where there still is one."""
    said = tag("p", comparison_sentence(comparison, comparison.since))
    listed = tag("ul", [_change(change) for change in comparison.changes], cls="changes")
    left = [tag("li", each) for each in comparison.not_known]
    then = tag("details", tag("summary", f"{len(left)} not looked at then"), tag("ul", left)) if left else None
    return tag("section", tag("h2", "What has changed"), said, listed, then, id="changes")


def _change(change: Change) -> Markup:
    there = change.state != "gone"
    name = tag("a", change.resource, href=f"#{change.id}") if there else tag("span", change.resource)
    chips = [tag("span", each, cls="chip") for each in change.environments]
    by = tag("p", ", ".join(change.by), " ", tag("code", change.place, cls="at"), cls="dim")
    reached = [*_reached("+", change.more), *_reached("−", change.less)]
    otherwise = [tag("li", f"{each.what}: ", _names(each.gone), " → ", _names(each.new)) for each in change.differences]
    state = tag("span", change.state, cls=f"lv state {change.state}")
    return tag("li", state, tag("div", tag("p", name, " ", chips), by, tag("ul", reached, otherwise)))


def _reached(sign: str, reached: Sequence[Reached]) -> Iterator[Markup]:
    for each in reached:
        yield tag("li", f"{sign} {reached_name(each)}", cls=f"w{each[2]}" if sign == "+" else "dim")


def _names(names: Sequence[str]) -> Markup:
    return join([join(", " if number else "", tag("code", name)) for number, name in enumerate(names)] or "none")


def cluster(review: Review, found: ClusterView) -> Markup:
    """What runs that no manifest makes stands first; the names lead to the cards."""
    told = [
        join(tag("h3", heading), tag("ul", [_beside(line) for line in listed], cls="beside"))
        for heading, listed in lines(review, found)
        if listed
    ]
    said = tag("p", "Compared with ", tag("code", found.path), ": ", cluster_sentence(found))
    return tag("section", tag("h2", "The cluster"), said, told, id="cluster")


def _beside(line: Line) -> Markup:
    name = tag("a", line.workload, href=f"#{line.id}")
    said = tag("p", prose(line.said), cls="dim") if line.said else None
    return tag("li", tag("p", name, " ", tag("code", line.place, cls="at")), said)


def approvals(listed: Sequence[Listed]) -> Markup:
    """Each entry with who answers for it, and what became of it."""
    return tag("section", tag("h2", "Approvals"), tag("ul", [_entry(each) for each in listed]), id="approvals")


def _entry(listed: Listed) -> Markup:
    approval = listed.approval
    state = "expired" if listed.expired else "in use" if listed.fits else "fits nothing"
    until = f", until {approval.until}" if approval.until else ""
    said = f" {approval.owner or 'nobody named'}{until}: {approval.reason or 'no reason given'} "
    nearly = tag("span", f" {listed.nearly}", cls="dim") if listed.nearly else None
    good = listed.fits and not listed.expired
    at = place(approval.location) if approval.location else None
    return tag(
        "li", tag("span", state, cls="dim" if good else "refused"), " ", tag("code", approval.entry), said, at, nearly
    )
