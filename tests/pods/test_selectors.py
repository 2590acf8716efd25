"""Label selectors: a release's, a role's and a service's are read alike."""

from __future__ import annotations

from typing import Any

import pytest

from hostprocess_lint.pods.selectors import selects
from hostprocess_lint.sources.releases.argo.selecting import takes_element

LABELS = {"env": "prod", "os": "windows"}
SELECTORS: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"matchLabels": {"env": "prod"}}, True),
    ({"matchLabels": {"env": "prod", "os": "linux"}}, False),
    ({"matchLabels": {"zone": "a"}}, False),
    ({"matchExpressions": [{"key": "env", "operator": "In", "values": ["prod", "lab"]}]}, True),
    ({"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}, False),
    ({"matchExpressions": [{"key": "env", "operator": "NotIn", "values": ["prod"]}]}, False),
    ({"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["a"]}]}, True),
    ({"matchExpressions": [{"key": "env", "operator": "Exists"}]}, True),
    ({"matchExpressions": [{"key": "zone", "operator": "DoesNotExist"}]}, True),
    ({"matchExpressions": [{"key": "env", "operator": "DoesNotExist"}]}, False),
    ({"matchLabels": {"env": "prod"}, "matchExpressions": [{"key": "zone", "operator": "Exists"}]}, False),
    # What the API server takes for no selector:
    ({"matchExpressions": [{"key": "env", "operator": "Is", "values": ["prod"]}]}, False),
    ({"matchExpressions": [{"key": "zone", "operator": "exists"}]}, False),
    ({"matchExpressions": [{"key": "zone"}]}, False),
    ({"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": []}]}, False),
    ({"matchExpressions": [{"key": "env", "operator": "Exists", "values": ["prod"]}]}, False),
]


@pytest.mark.parametrize(("selector", "matches"), SELECTORS)
def test_what_a_selector_matches(selector: dict[str, Any], matches: bool) -> None:
    assert selects(selector, LABELS) is matches
    assert takes_element(selector, LABELS) is matches
