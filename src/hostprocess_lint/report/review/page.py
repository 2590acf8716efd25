"""A review as one page, which loads nothing, needs no script to be read, and takes no text of a manifest for more."""

from __future__ import annotations

import os
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import sha256

from ...outcome import Outcome
from ...review.review import Review
from ..prose import counted as number
from .card import card, findings_list, place
from .flow import NOWHERE, flow
from .markup import Markup, Part, join, prose, tag
from .sections import approvals, cluster, comparison_section
from .words import Counts, counts, with_rights

_OPENED = 3
"""Up to how many cards are open at first."""


def write(review: Review) -> str:
    style, script = _file("page.css"), _file("page.js")
    policy = (
        f"default-src 'none'; style-src 'sha256-{_digest(style)}'; script-src 'sha256-{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    head = [
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"HostProcess review of {', '.join(review.paths) or 'a scan'}"),
        Markup(f"<style>{style}</style>"),
    ]
    body = [tag("a", "To the workloads", href="#workloads", cls="skip"), _header(review), tag("main", _main(review))]
    page = tag("html", tag("head", head), tag("body", body, Markup(f"<script>{script}</script>")), lang="en")
    return f"<!doctype html>\n{page.text}\n"


def _main(review: Review) -> Iterator[Markup]:
    yield _overview(review)
    if review.comparison:
        yield comparison_section(review.comparison)
    if review.cluster:
        yield cluster(review, review.cluster)
    yield _workloads(review)
    if review.listed:
        yield approvals(review.listed)
    if review.findings:
        listed = findings_list(
            (finding for finding in review.findings if finding.suppressed is None), dict(review.pages)
        )
        yield tag("section", tag("h2", "Findings about no single workload"), listed, id="findings")
    yield _not_looked_at(review)
    yield _how_to_read()


def _header(review: Review) -> Markup:
    found = counts(review)
    where = f" in {number(found.environments, 'environment')}" if found.environments else ""
    what = with_rights(review.cards) + where
    paths = [tag("code", path) for path in review.paths if path != "."] or "this directory"
    return tag("header", tag("p", "HostProcess review of ", paths, cls="of"), tag("h1", what))


def _overview(review: Review) -> Markup:
    found = counts(review)
    tiles = [
        tag("li", tag("b", f"{value:,}"), tag("span", said), cls=f"tile w{weight if value else 0}")
        for value, said, weight in list(_figures(found))[:8]
    ]
    drawn = None
    if review.cards:
        shown = tag(
            "div", flow(review.cards), cls="scroll", tabindex=0, role="region", aria_label="Picture of the reach"
        )
        drawn = tag(
            "figure", shown, tag("figcaption", "From where they run over whom they run as to what that reaches.")
        )
    facets = tag("div", _facets(review), cls="facets")
    return tag("section", tag("h2", "At a glance"), tag("ul", tiles, cls="tiles"), drawn, facets, id="overview")


def _figures(found: Counts) -> Iterator[tuple[int, str, int]]:
    if found.not_approved is not None:
        yield found.not_approved, "are not approved", 3
    yield found.everything_on_the_node, "run with everything on the node", 3
    yield found.high_reach, "may take over the cluster with their service account", 3
    yield found.api_tokens, "carry an API token", 2
    yield found.node_directories, "mount directories of the node", 2
    yield found.errors, "errors", 3
    yield found.warnings, "warnings", 2
    yield found.not_looked_at, "could not be looked at", 3
    yield found.notes, "notes", 1


def _facets(review: Review) -> Iterator[Markup | None]:
    cards = review.cards
    yield _facet("Environments", "env", (name for each in cards for name in each.environments or (NOWHERE,)))
    yield _facet("Accounts", "account", (thing.what for each in cards for thing in each.reach.of("account")))
    images = (name for each in cards for name in dict.fromkeys(part.image for part in each.containers))
    yield _facet("Images", "q", images)


def _facet(heading: str, key: str, names: Iterable[str]) -> Markup | None:
    """How many workloads there are of each that has a name; a click shows them only."""
    ranked = sorted(Counter(filter(None, names)).items(), key=lambda item: (-item[1], item[0]))
    if not ranked:
        return None
    most = ranked[0][1]
    rows = [_bar(name, count, most, key) for name, count in ranked]
    shown, rest = rows[:8], rows[8:]
    more = tag("details", tag("summary", f"{len(rest)} more"), tag("ul", rest)) if rest else None
    return tag("section", tag("h3", f"{heading} ({len(ranked)})"), tag("ul", shown), more, cls="facet")


def _bar(name: str, count: int, most: int, key: str) -> Markup:
    bar = tag(
        "svg",
        tag("rect", width=f"{100 * count / most:.0f}", height=4, cls="n w1"),
        viewBox="0 0 100 4",
        preserveAspectRatio="none",
        cls="bar",
        aria_hidden="true",
    )
    label = tag("button", tag("span", name), tag("b", count), type="button", data_key=key, data_value=name)
    return tag("li", label, bar)


def _workloads(review: Review) -> Markup:
    cards = [card(each, dict(review.pages), len(review.cards) <= _OPENED) for each in review.cards]
    empty = None if cards else tag("p", "No HostProcess workload was found in what was looked at.")
    nothing = tag("p", "No workload is like that.", id="nothing", hidden=True)
    return tag(
        "section",
        tag("h2", "Workloads"),
        _filters(review),
        empty,
        tag("div", cards, id="cards"),
        nothing,
        id="workloads",
    )


def _filters(review: Review) -> Markup:
    """What the script acts on; without it nothing of this is shown."""
    cards = review.cards
    environments = sorted({name for each in cards for name in each.environments})
    accounts = sorted({thing.what for each in cards for thing in each.reach.of("account")})
    namespaces = sorted({each.resource.namespace or "" for each in cards} - {""})
    standings = {"approved": "approved", "not approved": "not approved"} if review.listed else {}
    orders = {"reach": "what reaches furthest", "levels": "what has most findings", "name": "name"}
    fields = [
        _labelled(
            "Search", tag("input", type="search", id="q", placeholder="name, image, path, rule", autocomplete="off")
        ),
        _labelled("Environment", _select("env", {NOWHERE: NOWHERE, **{name: name for name in environments}})),
        _labelled("Account", _select("account", {name: name for name in accounts})),
        _labelled("Namespace", _select("namespace", {name: name for name in namespaces})),
        _labelled("Approval", _select("approved", standings)) if standings else None,
        _labelled(
            "First comes", tag("select", [tag("option", said, value=key) for key, said in orders.items()], id="sort")
        ),
    ]
    ends = [
        tag("output", id="shown", aria_live="polite"),
        tag("button", "Open all", type="button", id="open"),
        tag("button", "Clear", type="button", id="clear"),
    ]
    return tag("form", fields, tag("div", ends, cls="ends"), id="filters", hidden=True, role="search")


def _labelled(name: str, field: Markup) -> Markup:
    return tag("label", tag("span", name), field)


def _select(key: str, options: dict[str, str]) -> Markup:
    shown = [tag("option", "all", value=""), *(tag("option", said, value=value) for value, said in options.items())]
    return tag("select", shown, id=key)


def _not_looked_at(review: Review) -> Markup:
    """Nothing vanishes: what was left out, why, and what became of everything in scope."""
    rows: list[Part] = [tag("li", tag("code", each.path, cls="at"), " ", prose(each.reason)) for each in review.skipped]
    rows += [
        tag(
            "li",
            place(each.location),
            " ",
            prose(f"{each.resource} says `hostProcess` and is no pod: what its operator makes of it is not judged"),
        )
        for each in review.not_judged
    ]
    listed = tag("ul", rows, cls="skipped") if rows else tag("p", "Everything in scope was looked at.")
    outcomes = [
        join(tag("dt", outcome.words), tag("dd", f"{count:,}"))
        for outcome, count in review.coverage.counts.items()
        if count
    ]
    outside = [
        tag("li", tag("code", each.path, cls="at"), " ", prose(each.reason))
        for each in review.coverage.entries
        if each.outcome in (Outcome.OUTSIDE, Outcome.ACCEPTED, Outcome.EXCLUDED)
    ]
    more = (
        tag("details", tag("summary", f"{len(outside)} outside, accepted or excluded"), tag("ul", outside))
        if outside
        else None
    )
    return tag(
        "section", tag("h2", "Not looked at"), listed, more, tag("dl", outcomes, cls="coverage"), id="not-looked-at"
    )


_READING = """\
A bar stands for each kind of thing: accounts, directories, pipes, the network, ports, Secrets, the API token, RBAC.
It is high where that gives the node or the cluster away, middling where it leads there.

A HostProcess container sees the whole node as far as its account may; directories are those that it mounts.
Whoever owns the node has the kubelet's credentials, and with them a token of every service account whose pods run
there, mounted or not.

What is not in the scan is not known: a role, a namespace or a service account of the cluster may say more.
"""


def _how_to_read() -> Markup:
    said = [tag("p", " ".join(each.split())) for each in _READING.split("\n\n")]
    return tag("section", tag("h2", "How to read this"), said, id="reading")


@lru_cache(maxsize=2)
def _file(name: str) -> str:
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), encoding="utf-8") as file:
        return file.read()


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
