"""A review for a spreadsheet: a row for each container of each workload."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ...finding import Level
from ...review.review import Card, Review
from ..inert import cell
from ..prose import account
from .words import HEADINGS, WEIGHTS, approved, deployed, pods_in_words, where

_COLUMNS = (
    "workload",
    "environments",
    "approved",
    "pods",
    "deployed by",
    "container",
    "account",
    "image",
    "command",
    "nodes",
)
_OTHERS = ("around", "not known", "errors", "warnings", "notes", "place")


def write(review: Review) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow((*_COLUMNS, *(heading.lower() for heading in HEADINGS.values()), *_OTHERS))
    for card in review.cards:
        writer.writerows(map(cell, row) for row in _rows(card))
    return text.getvalue()


def _rows(card: Card) -> Iterator[tuple[str, ...]]:
    reach = (_listed(card, kind) for kind in HEADINGS)
    counted = [finding.level for finding in card.findings if finding.suppressed is None]
    levels = [str(counted.count(level)) for level in Level]
    around = "; ".join(f"{thing.kind}: {thing.what} ({thing.note})" for thing in card.reach.around)
    tail = (*reach, around, "; ".join(card.reach.unknown), *levels, where(card.location))
    for container in card.containers:
        head = (
            str(card.resource),
            ", ".join(card.environments),
            approved(card.standing),
            pods_in_words(card.running),
            deployed(card),
            container.name,
        )
        yield (*head, account(container), container.image, container.command, "; ".join(card.nodes), *tail)


def _listed(card: Card, kind: str) -> str:
    return "; ".join(f"{thing.what} [{WEIGHTS[thing.weight]}]" for thing in card.reach.of(kind))
