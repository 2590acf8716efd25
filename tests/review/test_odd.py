"""Whatever an object says, a review is made of it, and written in every format."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reviewing import bound, container, pod, reviewed, role, rule, thing

from hostprocess_lint.report.review import FORMATS, writer
from hostprocess_lint.review.node import on_the_node

OBJECTS = [
    pod(
        containers=[
            container(
                command=["a"],
                ports=[{"containerPort": 1, "protocol": "UDP"}],
                env=[{"name": "T", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
                envFrom=[{"secretRef": {"name": "s"}}],
                volumeMounts=[{"name": "v", "mountPath": "C:\\v", "readOnly": True}],
            )
        ],
        volumes=[
            {"name": "v", "hostPath": {"path": "C:\\data"}},
            {"name": "t", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}},
        ],
        nodeSelector={"kubernetes.io/os": "windows"},
        tolerations=[{"operator": "Exists"}],
        automountServiceAccountToken=True,
    ),
    thing("ServiceAccount", "agent", "ops", automountServiceAccountToken=False),
    role("r", rule("secrets", resourceNames=["a"]), labels={"for": "r"}),
    role(
        "w",
        aggregationRule={
            "clusterRoleSelectors": [
                {"matchLabels": {"for": "r"}, "matchExpressions": [{"key": "for", "operator": "In", "values": ["r"]}]}
            ]
        },
    ),
    bound("w"),
    thing("Service", "web", "ops", spec={"selector": {"app": "agent"}, "type": "NodePort", "ports": [{"port": 1}]}),
    thing("NetworkPolicy", "p", "ops", "networking.k8s.io/v1", spec={"podSelector": {"matchLabels": {"app": "agent"}}}),
    thing("Namespace", "ops", labels={"pod-security.kubernetes.io/enforce": "privileged"}),
]


def routes(node: Any, way: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The ways to everything in a value."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [way, *(found for step, inner in pairs for found in routes(inner, (*way, step)))]


PLACES = [route for route in routes(OBJECTS) if len(route) > 1 and route[-1] not in ("apiVersion", "kind")]
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@given(st.lists(st.tuples(st.sampled_from(PLACES), ODD), min_size=1, max_size=3))
def test_any_value_anywhere(changes: list[tuple[tuple[str | int, ...], Any]]) -> None:
    objects: Any = copy.deepcopy(OBJECTS)
    for route, value in changes:
        holder = objects
        try:
            for step in route[:-1]:
                holder = holder[step]
            holder[route[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change has taken the place away
    found = reviewed(*objects)
    assert [each.reason for each in found.skipped if "fault of hostprocess-lint" in each.reason] == []
    for name in FORMATS:
        assert writer(name)(found)


def test_a_fault_of_ours_leaves_one_out_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(own: Any, locate: Any) -> Any:
        if own.resource.name == "bad":
            raise RuntimeError("boom")
        return on_the_node(own, locate)

    monkeypatch.setattr("hostprocess_lint.review.cards.on_the_node", failing)
    found = reviewed(pod(), pod(metadata={"name": "bad"}))
    assert [card.resource.name for card in found.cards] == ["agent"]
    assert [each.reason.partition(":")[0] for each in found.skipped] == ["Pod ops/bad"]
    assert json.loads(writer("json")(found))["summary"]["not_looked_at"] == 1
