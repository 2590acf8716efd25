"""A cluster beside its repository, in sentences: for the page and for Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...review.cluster import cards_of
from ...review.review import Card, ClusterView, Drift, Review
from ..inert import markdown, markdown_code
from ..prose import account
from ..prose import counted as number
from ..tables import markdown_table, row
from .words import pods_in_words, where


class Line(NamedTuple):
    """A workload that is not in the cluster as the repository has it. `id` is its card's."""

    id: str
    workload: str
    said: str
    place: str


def cluster_sentence(cluster: ClusterView) -> str:
    """The figures."""
    made = f"{number(cluster.known, 'workload')} of it {'is' if cluster.known == 1 else 'are'} made by manifests"
    others = [
        f"{number(len(cluster.unmade), 'workload')} by none" if cluster.unmade else "",
        f"{len(cluster.drifts):,} otherwise than the manifest says" if cluster.drifts else "",
        f"{len(cluster.absent):,} of the repository without a pod" if cluster.absent else "",
    ]
    return f"{', '.join((made, *filter(None, others)))}."


def lines(review: Review, cluster: ClusterView) -> Iterator[tuple[str, tuple[Line, ...]]]:
    """Headings, and what stands under them."""
    yield "Runs, and no manifest makes it", tuple(_unmade(card, cluster) for card in cards_of(review, cluster.unmade))
    yield "Runs otherwise than its manifest says", tuple(map(_drift, cluster.drifts))
    absent = (Line(card.id, str(card.resource), "", where(card.location)) for card in cards_of(review, cluster.absent))
    yield "No pod of it is there", tuple(absent)


def cluster_markdown(review: Review, cluster: ClusterView) -> Iterator[str]:
    yield f"### The cluster ({markdown_code(cluster.path)})\n\n{cluster_sentence(cluster)}"
    for heading, told in lines(review, cluster):
        rows = [row(markdown(each.workload), markdown(each.said), markdown_code(each.place)) for each in told]
        yield from markdown_table(heading, "Workload | | Where", rows)


def _unmade(card: Card, cluster: ClusterView) -> Line:
    left = "left by `kubectl debug node`; " if card.id in cluster.debuggers else ""
    running = "; ".join(f"{each.name}: {account(each)}, {each.image}" for each in card.containers)
    return Line(card.id, str(card.resource), f"{left}{pods_in_words(card.running)}: {running}", where(card.location))


def _drift(drift: Drift) -> Line:
    said = "; ".join(
        f"{each.what}: {', '.join(each.gone) or 'none'} in the manifest, {', '.join(each.new) or 'none'} in the cluster"
        for each in drift.differences
    )
    return Line(drift.id, str(drift.resource), said, where(drift.place))
