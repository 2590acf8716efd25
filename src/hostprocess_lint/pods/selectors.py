"""Label selectors, as LabelSelectorAsSelector in apimachinery/pkg/apis/meta/v1/helpers.go reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def selects(selector: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    """Whether a label selector matches, which all of its parts do: an empty one matches everything.

    One that is no valid selector, as with an operator that there is not, matches nothing.
    """
    wanted, expressions = selector.get("matchLabels"), selector.get("matchExpressions")
    if isinstance(wanted, dict) and any(labels.get(name) != value for name, value in wanted.items()):
        return False
    listed = [each for each in expressions if isinstance(each, dict)] if isinstance(expressions, list) else []
    return all(_meets(each, labels) for each in listed)


def _meets(expression: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    name, values, operator = (expression.get(part) for part in ("key", "values", "operator"))
    held = labels.get(name) if isinstance(name, str) else None
    if operator in ("In", "NotIn"):
        if not isinstance(values, list) or not values:
            return False
        return (held is not None and held in values) is (operator == "In")
    return operator in ("Exists", "DoesNotExist") and not values and (held is not None) is (operator == "Exists")
