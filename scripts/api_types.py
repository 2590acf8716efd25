"""Writes the table of the API's types anew, from the schemas that Kubernetes publishes.

`pip install kubernetes-validate==1.37.0` brings those of the releases since 1.25; then `python scripts/api_types.py`.
The table holds what can be reached from the workload kinds: what is written in them, and how it is decoded.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent.parent / "src" / "hostprocess_lint" / "pods" / "api" / "types.json"
OLDEST, NEWEST = 25, 37

KINDS = {
    "v1 Pod": "core.v1.Pod",
    "v1 PodTemplate": "core.v1.PodTemplate",
    "v1 ReplicationController": "core.v1.ReplicationController",
    "apps/v1 Deployment": "apps.v1.Deployment",
    "apps/v1 ReplicaSet": "apps.v1.ReplicaSet",
    "apps/v1 DaemonSet": "apps.v1.DaemonSet",
    "apps/v1 StatefulSet": "apps.v1.StatefulSet",
    "batch/v1 Job": "batch.v1.Job",
    "batch/v1 CronJob": "batch.v1.CronJob",
}
# What Go decodes by code of its own, or as it comes.
SPECIAL = {
    "api.resource.Quantity": "quantity",
    "util.intstr.IntOrString": "int-or-string",
    "meta.v1.Time": "time",
    "meta.v1.MicroTime": "time",
    "meta.v1.FieldsV1": "any",
}
SCALARS = {"boolean": "bool", "string": "string", "number": "double"}

Types = dict[str, dict[str, str]]


def definitions(minor: int) -> dict[str, Any]:
    """The schemas of one release, by their full names."""
    package = importlib.util.find_spec("kubernetes_validate")
    if package is None or package.origin is None:
        raise SystemExit("pip install kubernetes-validate==1.37.0")
    folder = Path(package.origin).parent / "kubernetes-json-schema" / f"v1.{minor}.0-local"
    found = json.loads((folder / "_definitions.json").read_text(encoding="utf-8"))
    schemas: dict[str, Any] = found.get("$defs") or found["definitions"]
    return schemas


def reachable(schemas: dict[str, Any]) -> Types:
    """Name → fields of every type that the workload kinds lead to."""
    found: Types = {}
    waiting = [full_name(schemas, kind) for kind in KINDS.values()]
    while waiting:
        name = waiting.pop()
        short = name.rpartition(".")[2]
        if short in found:
            continue
        fields = schemas[name].get("properties", {})
        found[short] = {field: said(schema) for field, schema in fields.items()}
        waiting.extend(inner for schema in fields.values() for inner in references(schema))
    return found


def full_name(schemas: dict[str, Any], ending: str) -> str:
    (name,) = (name for name in schemas if name.endswith(f".{ending}"))
    return name


def reference(schema: dict[str, Any]) -> str | None:
    """The full name of the type that a schema points at."""
    pointed = schema.get("$ref") or next((each["$ref"] for each in schema.get("allOf", ()) if "$ref" in each), None)
    return re.split("[/]", pointed)[-1] if pointed else None


def special(name: str) -> str | None:
    return next((kind for ending, kind in SPECIAL.items() if name.endswith(f".{ending}")), None)


def references(schema: dict[str, Any]) -> Iterator[str]:
    name = reference(schema)
    if name and not special(name):
        yield name
    for inner in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(inner, dict):
            yield from references(inner)


def said(schema: dict[str, Any]) -> str:
    """A type as the table has it: `string`, `[]Container`, `{}quantity`."""
    name = reference(schema)
    if name:
        return special(name) or name.rpartition(".")[2]
    kinds = [kind for kind in [schema.get("type")] if kind]
    kind = next((each for each in (kinds[0] if kinds and isinstance(kinds[0], list) else kinds) if each != "null"), "")
    if kind == "array":
        return "[]" + said(schema["items"])
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return "{}" + said(schema["additionalProperties"])
    if kind == "integer":
        return str(schema["format"])
    if kind == "string" and schema.get("format") == "byte":
        return "bytes"
    return SCALARS.get(kind, "any")


def table() -> dict[str, Any]:
    """The newest release's types, and those fields that only older ones have; with the first and the last of each."""
    releases = {minor: reachable(definitions(minor)) for minor in range(OLDEST, NEWEST + 1)}
    types: Types = {}
    for known in releases.values():
        for name, fields in known.items():
            types.setdefault(name, {}).update(fields)
    for name, fields in types.items():
        for field, kind in fields.items():
            minors = [minor for minor, known in releases.items() if field in known.get(name, {})]
            since = f" >={minors[0]}" if minors[0] > OLDEST else ""
            until = f" <={minors[-1]}" if minors[-1] < NEWEST else ""
            fields[field] = f"{kind}{since}{until}"
    return {
        "kubernetes": [1, NEWEST],
        "kinds": {kind: name.rpartition(".")[2] for kind, name in KINDS.items()},
        "types": {name: dict(sorted(types[name].items())) for name in sorted(types)},
    }


def written(found: dict[str, Any]) -> str:
    """A type a line, so that a change can be read."""
    types = ",\n".join(f"  {json.dumps(name)}: {json.dumps(fields)}" for name, fields in found["types"].items())
    head = "".join(f"{json.dumps(key)}: {json.dumps(found[key])},\n" for key in ("kubernetes", "kinds"))
    return f'{{\n{head}"types": {{\n{types}\n}}\n}}\n'


if __name__ == "__main__":
    TABLE.write_text(written(table()), encoding="utf-8")
    sys.stderr.write(f"{TABLE}\n")
