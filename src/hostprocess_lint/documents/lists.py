"""Lists of objects, as the API machinery reads them (`unstructuredJSONScheme` in unstructured/helpers.go): an object
with `items` is one, whatever its kind, and an item that says neither kind nor version has the list's.
"""

from __future__ import annotations

from typing import Any

ITEMS = "items"


def as_item(item: Any, outer: dict[str, Any]) -> Any:
    """An item of a list with the kind and the version that it has there."""
    if not isinstance(item, dict) or item.get("kind") or item.get("apiVersion"):
        return item
    kind = outer.get("kind")
    inherited = kind.removesuffix("List") if isinstance(kind, str) else ""
    return {**item, "kind": inherited, "apiVersion": outer.get("apiVersion")} if inherited else item
