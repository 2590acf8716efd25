"""A review as one JSON object: all that the page shows, and what two reviews are compared by."""

from __future__ import annotations

import json
import os
from typing import Any

from ...finding import Finding, Released
from ...review.review import Card, CardContainer, ClusterView, Comparison, Drift, Reached, Review, Thing
from ..json import approval_entry, identified, located_entry, origin_entry, place_entry, running
from ..jsonreport import json_text
from .words import counts

_DEPTH = 4


def schema() -> dict[str, Any]:
    """What holds of it."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "review.schema.json")
    with open(path, encoding="utf-8") as file:
        found: dict[str, Any] = json.load(file)
    return found


def write(review: Review) -> str:
    return json_text(
        {
            "version": 1,
            "paths": list(review.paths),
            "workloads": [_card(card) for card in review.cards],
            "findings": [_finding(finding) for finding in review.findings],
            "not_judged": [located_entry(item) for item in review.not_judged],
            "skipped": [{"path": skipped.path, "reason": skipped.reason} for skipped in review.skipped],
            "coverage": {outcome.value: count for outcome, count in review.coverage.counts.items()},
            "comparison": compared(review.comparison) if review.comparison else None,
            "cluster": _cluster(review.cluster) if review.cluster else None,
            "summary": counts(review)._asdict(),
        },
        _DEPTH,
    )


def _card(card: Card) -> dict[str, Any]:
    return {
        "id": card.id,
        "resource": identified(card.resource),
        "location": place_entry(card.location),
        "sources": [origin_entry(source) for source in card.sources],
        "releases": [_release(release) for release in card.releases],
        "environments": list(card.environments),
        "deployments": list(card.deployments),
        "containers": [_container(container) for container in card.containers],
        "nodes": list(card.nodes),
        "service_account": card.reach.service_account,
        "reach": [_thing(thing) for thing in card.reach.things],
        "around": [_thing(thing) for thing in card.reach.around],
        "unknown": list(card.reach.unknown),
        **approval_entry(card.standing),
        "running": running(card.running),
        "findings": [_finding(finding) for finding in card.findings],
    }


def _cluster(cluster: ClusterView) -> dict[str, Any]:
    lists = {name: list(getattr(cluster, name)) for name in ("unmade", "debuggers", "absent")}
    return {"path": cluster.path, "known": cluster.known, **lists, "drifts": [_drift(each) for each in cluster.drifts]}


def _drift(drift: Drift) -> dict[str, Any]:
    return {
        "resource": identified(drift.resource),
        "id": drift.id,
        "location": place_entry(drift.place),
        "differences": [
            {"what": each.what, "manifest": list(each.gone), "cluster": list(each.new)} for each in drift.differences
        ],
    }


def _release(release: Released) -> dict[str, Any]:
    return {**release._asdict(), "location": place_entry(release.location)}


def _container(container: CardContainer) -> dict[str, Any]:
    mounts = [mount._asdict() for mount in container.mounts]
    lists = {"ports": list(container.ports), "unknown": list(container.unknown)}
    return {**container._asdict(), "mounts": mounts, "location": place_entry(container.location), **lists}


def _thing(thing: Thing) -> dict[str, Any]:
    places = [place_entry(each) for each in thing.places]
    return {"kind": thing.kind, "what": thing.what, "weight": thing.weight, "note": thing.note, "places": places}


def _finding(finding: Finding) -> dict[str, Any]:
    suppressed = finding.suppressed
    return {
        "rule": finding.rule,
        "name": finding.name,
        "level": finding.level.value,
        "message": finding.message,
        "hint": finding.hint,
        "container": finding.container,
        "location": place_entry(finding.location),
        "fingerprint": finding.fingerprint,
        "suppressed": {"reason": suppressed.reason, "kind": suppressed.kind} if suppressed else None,
    }


def compared(comparison: Comparison) -> dict[str, Any]:
    changes = [
        {
            **change._asdict(),
            "differences": [each._asdict() for each in change.differences],
            "more": [_reached(each) for each in change.more],
            "less": [_reached(each) for each in change.less],
        }
        for change in comparison.changes
    ]
    return {**comparison._asdict(), "changes": changes, "not_known": list(comparison.not_known)}


def _reached(reached: Reached) -> dict[str, Any]:
    kind, what, weight = reached
    return {"kind": kind, "what": what, "weight": weight}
