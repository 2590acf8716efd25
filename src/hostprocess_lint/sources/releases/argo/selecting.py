"""The label selectors of generators, which take elements by their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....pods import selectors
from ....pods.view import View
from ..objects import text


def takes_element(selector: Any, parameters: Mapping[str, str]) -> bool:
    """Whether a label selector, of which there may be none, takes an element by its parameters, which are texts."""
    view = View(selector, ())
    labels = view.data.get("matchLabels")
    wanted = {name: text(value) for name, value in labels.items()} if isinstance(labels, dict) else {}
    expressions = [_as_texts(each.data) for each in view.items("matchExpressions")]
    return selectors.selects({"matchLabels": wanted, "matchExpressions": expressions}, parameters)


def _as_texts(expression: Mapping[str, Any]) -> dict[str, Any]:
    values = expression.get("values")
    listed = [text(value) for value in values] if isinstance(values, list) else values
    return {**expression, "key": text(expression.get("key")), "values": listed}
