"""A review in GitHub's Markdown: the figures, a line for each workload, and what was not looked at."""

from __future__ import annotations

from collections.abc import Iterator

from ...finding import Level
from ...review.review import Card, Review, Thing
from ..inert import markdown, markdown_code
from ..prose import account
from ..prose import counted as number
from ..tables import MOST_BYTES, markdown_table, row
from .beside import cluster_markdown
from .comparison import comparison_markdown
from .words import HEADINGS, approved, counts, deployed, pods_in_words, where

_MOST = 12
"""Things of one kind in a cell."""
_ROOM = 15_000
"""For what was not looked at, in a comment."""


def write(review: Review) -> str:
    """Compared with an earlier one it says what has changed, and only the figures of the rest."""
    if review.comparison:
        parts = [
            *comparison_markdown(review.comparison),
            f"### As it is now\n\n{_figures(review)}",
            *_left_out(review, _ROOM),
        ]
    else:
        cluster = cluster_markdown(review, review.cluster) if review.cluster else ()
        parts = [_figures(review), *cluster, *_tables(review), *_left_out(review, MOST_BYTES)]
    return "\n\n".join(["## HostProcess review", *parts]) + "\n"


def _figures(review: Review) -> str:
    found = counts(review)
    where_ = f" in {number(found.environments, 'environment')}" if found.environments else ""
    told = [
        f"**{number(found.workloads, 'workload')}**{where_}",
        f"{found.everything_on_the_node:,} with everything on the node",
        f"{found.api_tokens:,} with an API token",
        f"{found.high_reach:,} whose account may take over the cluster",
    ]
    levels = (found.errors, found.warnings, found.notes)
    by_level = ", ".join(number(count, level.value) for count, level in zip(levels, Level, strict=True))
    return f"{'; '.join(told)}. {by_level}."


def _tables(review: Review) -> Iterator[str]:
    columns = "Workload | Deployed by | Containers | Reach | Findings"
    yield from markdown_table("Workloads", columns, [_card(card) for card in review.cards])


def _left_out(review: Review, room: int) -> Iterator[str]:
    rows = [row(markdown_code(each.path), markdown(each.reason)) for each in review.skipped]
    rows += [
        row(markdown_code(where(each.location)), markdown(_custom(str(each.resource)))) for each in review.not_judged
    ]
    yield from markdown_table("Not looked at", "Where | Why", rows, room=room)


def _custom(resource: str) -> str:
    return f"{resource} says `hostProcess` and is no pod"


def _card(card: Card) -> str:
    containers = "<br>".join(
        f"{markdown_code(each.name)}: {markdown_code(account(each))}, {markdown_code(each.image)}"
        for each in card.containers
    )
    environments = f"{markdown(', '.join(card.environments))}: " if card.environments else ""
    name = f"{markdown(str(card.resource))}<br>{markdown_code(where(card.location))}"
    for said in (approved(card.standing), pods_in_words(card.running)):
        name += f"<br>{markdown(said)}" if said else ""
    return row(name, environments + markdown(deployed(card)), containers, _reach(card), _findings(card))


def _reach(card: Card) -> str:
    """What reaches furthest, by kind; the page and JSON have all of it."""
    lines = []
    for kind, heading in HEADINGS.items():
        things = [thing for thing in card.reach.of(kind) if thing.weight > 1 or kind == "directory"]
        if things:
            more = f" and {len(things) - _MOST} more" if len(things) > _MOST else ""
            lines.append(f"{markdown(heading)}: {', '.join(map(thing_text, things[:_MOST]))}{more}")
    if card.reach.unknown:
        lines.append(f"Not known: {markdown('; '.join(card.reach.unknown))}")
    return "<br>".join(lines)


def thing_text(thing: Thing) -> str:
    text = markdown_code(thing.what)
    return f"**{text}**" if thing.weight == 3 else text


def _findings(card: Card) -> str:
    found = [finding for finding in card.findings if finding.suppressed is None and finding.level is not Level.NOTE]
    rules = dict.fromkeys(f"{finding.rule} {finding.name}" for finding in found)
    return "<br>".join(map(markdown, rules))
