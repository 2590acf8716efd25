"""Lists of objects, as the API machinery reads them (`unstructuredJSONScheme` in unstructured/helpers.go): an object
with `items` is one, whatever its kind, and an item that says neither kind nor version has the list's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

ITEMS = "items"

_ABOUT_PODS = (
    rb'"kind":\s*"(?:Pod|PodTemplate|ReplicationController|Deployment|ReplicaSet|DaemonSet|StatefulSet|Job|CronJob)'
    rb'(?:List)?"|"containers"'
)


def as_item(item: Any, outer: Mapping[str, Any]) -> Any:
    """An item of a list with the kind and the version that it has there."""
    if not isinstance(item, dict) or item.get("kind") or item.get("apiVersion"):
        return item
    kind = outer.get("kind")
    inherited = kind.removesuffix("List") if isinstance(kind, str) else ""
    return {**item, "kind": inherited, "apiVersion": outer.get("apiVersion")} if inherited else item


def is_more_than_list(outer: Mapping[str, Any]) -> bool:
    """Whether an object with `items` has something else in it: kubectl takes it for a list, and the API server, which
    decodes it by its kind, for the object that it is called.
    """
    return any(isinstance(value, (dict, list)) for key, value in outer.items() if key not in ("metadata", ITEMS))


def without_pods(raw: bytes) -> str | None:
    """What a list out of a cluster holds, where that is nothing which has pods: `12 Node, 3 Namespace`."""
    if not raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") or b'"items"' not in raw or re.search(_ABOUT_PODS, raw):
        return None
    import json

    try:
        outer = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    items = outer.get(ITEMS) if isinstance(outer, dict) else None
    if not isinstance(items, list):
        return None
    found = [as_item(item, outer) for item in items]
    if not all(isinstance(item, dict) and isinstance(item.get("metadata"), dict) for item in found):
        return None
    if not all(item["metadata"].get("uid") for item in found):
        return None  # somebody has written it
    kinds = Counter(str(item.get("kind", "")) for item in found)
    return ", ".join(f"{count:,} {kind}" for kind, count in kinds.items()) or "nothing"
