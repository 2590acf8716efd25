"""The label selectors of generators, which take elements by their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...pods.view import View
from .objects import text


def selects(selector: Any, parameters: Mapping[str, str]) -> bool:
    """Whether a label selector, of which there may be none, takes an element by its parameters."""
    view = View(selector, ())
    labels = view.data.get("matchLabels")
    wanted = labels if isinstance(labels, dict) else {}
    if any(parameters.get(name) != text(value) for name, value in wanted.items()):
        return False
    return all(_holds(each, parameters) for each in view.items("matchExpressions"))


def _holds(expression: View, parameters: Mapping[str, str]) -> bool:
    key, values = text(expression.data.get("key")), expression.data.get("values")
    listed = [text(value) for value in values] if isinstance(values, list) else []
    operator = expression.data.get("operator")
    if operator == "In":
        return parameters.get(key) in listed
    if operator == "NotIn":
        return parameters.get(key) not in listed
    return (key in parameters) is (operator == "Exists")
