"""What Go can decode, by the types of the API; the conformance set holds it to the server's own answers."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from scanning import PACKAGE, POD, ROOT, environment

from hostprocess_lint.pods.api import decoding
from hostprocess_lint.pods.api.decoding import Decoded
from hostprocess_lint.pods.api.formats import is_int_or_string, is_quantity, is_time, is_whole
from hostprocess_lint.pods.api.spelling import field_meant, homes
from hostprocess_lint.pods.api.table import table
from hostprocess_lint.pods.view import View
from hostprocess_lint.rules.targets import NEWEST_KUBERNETES

TABLE = PACKAGE / "pods" / "api" / "types.json"
SPEC = ("spec", "template", "spec")


def decoded(kind: str, data: Any) -> Decoded:
    named = table().named(kind)
    assert named is not None
    return decoding.decoded([(named, View(data, ()))])


def mistyped(kind: str, data: Any) -> list[tuple[object, ...]]:
    return [fault.route for fault in decoded(kind, data).mistyped]


def unknown(kind: str, data: Any) -> list[tuple[object, ...]]:
    return [fault.route for fault in decoded(kind, data).unknown if fault.bounds is None]


@pytest.mark.parametrize(
    "text",
    ["1", "0", ".5", "5.", "1.5Gi", "-1k", "+1e3", "1E", "1E-2", " 512Mi ", "Mi", "e-9", "Ti", "0Ei", "", 1, 1.5],
)
def test_quantities(text: object) -> None:
    assert is_quantity(text) is (text != "")


_DIGITLESS = ("Ei", "-Pi", ".Ei", "e-10", "E-18")


@pytest.mark.parametrize(
    "text", ["1Gib", "1 Gi", "Gi1", "1.5.5", "1e", "1K", "1ki", "--1", "0x1", "\n1", True, [], {}, *_DIGITLESS]
)
def test_no_quantities(text: object) -> None:
    assert not is_quantity(text)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("2024-02-29T09:30:00Z", True),
        ("2024-02-29T9:30:00.5+01:30", True),
        ("2023-02-29T09:30:00Z", False),
        ("0000-02-29T09:30:00Z", True),
        ("0000-02-30T09:30:00Z", False),
        ("2024-02-29T24:00:00Z", False),
        ("2024-02-29T09:30:60Z", False),
        ("2024-02-29 09:30:00Z", False),
        ("2024-02-29T09:30:00", False),
        ("2024-02-29T09:30:00z", False),
        ("", False),
        (1, False),
    ],
)
def test_times(text: object, right: bool) -> None:
    assert is_time(text) is right


@pytest.mark.parametrize(
    ("value", "size", "right"),
    [
        (80.0, "int32", True),  # JSON has 80
        (80.5, "int32", False),
        (2**31, "int32", False),
        (-(2**31), "int32", True),
        (2**63, "int64", False),
        (9223372036854775807.0, "int64", False),  # JSON has …808
        (float("inf"), "int64", False),
        (True, "int32", False),
        ("80", "int32", False),
    ],
)
def test_whole_numbers(value: object, size: str, right: bool) -> None:
    assert is_whole(value, size) is right


def test_int_or_string() -> None:
    values: list[object] = ["50%", 1, 1.0, 1.5, True, [], 2**31]
    assert [is_int_or_string(value) for value in values] == [True] * 3 + [False] * 4


@pytest.mark.parametrize(
    ("kind", "data", "routes"),
    [
        ("Container", {"command": ["a", None], "args": None, "image": 1}, [("image",)]),
        ("Container", {"command": "a.exe"}, [("command",)]),
        ("Container", {"ports": [None, {"containerPort": "80"}]}, [("ports", 1, "containerPort")]),
        ("ObjectMeta", {"labels": {"a": None, "b": 1, "c": True}}, [("labels", "b"), ("labels", "c")]),
        ("ObjectMeta", {"creationTimestamp": None, "managedFields": [{"fieldsV1": 1, "time": "x"}]}, 1),
        ("PodSpec", {"containers": {}, "os": [], "overhead": {"cpu": "x"}}, 3),
        ("Deployment", {"apiVersion": "apps/v1", "metadata": [], "spec": {"template": "x"}, "status": 1}, 3),
    ],
)
def test_what_cannot_be_decoded(kind: str, data: Any, routes: Any) -> None:
    found = mistyped(kind, data)
    assert found == routes if isinstance(routes, list) else len(found) == routes


def test_names_count_with_their_case_and_null_is_a_value_of_a_field() -> None:
    assert unknown("PodSpec", {"hostnetwork": None, "hostNetwork": None}) == [("hostnetwork",)]


def test_what_is_unknown_is_not_looked_into() -> None:
    assert unknown("PodSpec", {"Containers": [{"Image": 1}]}) == [("Containers",)]


def test_mappings_of_any_keys_have_no_unknown_ones() -> None:
    assert unknown("Deployment", {"spec": {"selector": {"matchLabels": {"x": "y"}, "app": "z"}}}) == [
        ("spec", "selector", "app")
    ]


def test_fields_of_other_versions_are_told_with_their_bounds() -> None:
    (found,) = decoded("PodSpec", {"hostnameOverride": "a"}).unknown
    assert found.bounds is not None
    assert [found.bounds.known_to(minor) for minor in (33, 34, 37)] == [False, True, True]


@pytest.mark.parametrize(
    ("key", "kind", "name"),
    [
        ("hostprocess", "WindowsSecurityContextOptions", "hostProcess"),
        ("host_process", "WindowsSecurityContextOptions", "hostProcess"),
        ("userName", "WindowsSecurityContextOptions", "runAsUserName"),
        ("windowOptions", "SecurityContext", "windowsOptions"),
        ("podSecurityContext", "PodSpec", "securityContext"),
        ("limit", "ResourceRequirements", "limits"),
        ("cmd", "Container", "command"),
        ("userName", "Container", None),
        ("x" * 100_000, "Container", None),
    ],
)
def test_what_a_key_means(key: str, kind: str, name: str | None) -> None:
    named = table().named(kind)
    assert named is not None
    assert field_meant(key, named, ()) == name
    assert name is None or field_meant(key, named, (name,)) is None


@pytest.mark.parametrize(
    ("key", "way", "place"),
    [
        ("nodeSelector", (*SPEC, "containers", 0), SPEC),
        ("nodeSelector", ("spec",), SPEC),
        ("labels", ("spec",), None),
        ("runAsNonRoot", SPEC, (*SPEC, "securityContext")),
        ("path", (*SPEC, "containers", 0, "livenessProbe"), (*SPEC, "containers", 0, "livenessProbe", "httpGet")),
        ("port", (*SPEC, "containers", 0, "livenessProbe"), None),  # of four handlers
        ("x", SPEC, None),
    ],
)
def test_where_a_key_belongs(key: str, way: tuple[str, ...], place: tuple[str, ...] | None) -> None:
    root = table().of("apps/v1", "DaemonSet")
    assert root is not None
    found = next(homes(key, root, way), None)
    if key == "labels":
        assert found is not None
        assert found.way == ("spec", "template", "metadata")
    else:
        assert (found.way if found else None) == place


def test_the_table_is_of_the_newest_release_and_whole() -> None:
    data = json.loads(TABLE.read_text(encoding="utf-8"))
    assert tuple(data["kubernetes"]) == NEWEST_KUBERNETES
    waiting, seen = list(data["kinds"].values()), set()
    while waiting:
        kind = table().named(waiting.pop())
        if kind is not None and kind.name not in seen:
            seen.add(kind.name)
            waiting.extend(field.kind for field in kind.fields.values())
            decoded(kind.name, dict.fromkeys(kind.fields))
            mistyped(kind.name, {name: [[]] for name in kind.fields})  # reads each field's type
    assert seen == set(data["types"])


def test_the_table_is_what_its_script_writes() -> None:
    if importlib.util.find_spec("kubernetes_validate") is None:
        pytest.skip("kubernetes-validate is not installed")
    specification = importlib.util.spec_from_file_location("api_types", ROOT / "scripts" / "api_types.py")
    assert specification is not None
    assert specification.loader is not None
    script = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(script)
    assert script.written(script.table()) == TABLE.read_text(encoding="utf-8")


def test_the_table_is_read_only_for_a_pod_that_is_concerned(tmp_path: Path) -> None:
    manifest = tmp_path / "pod.yaml"
    program = (
        "import sys; from hostprocess_lint.doors.cli import main; main(sys.argv[1:]); "
        "print(any(name.startswith('hostprocess_lint.pods.api') for name in sys.modules), file=sys.stderr)"
    )
    for text, read in (
        (POD.replace("hostProcess: true", ""), "True"),
        (POD.partition("  securityContext")[0], "False"),
    ):
        manifest.write_text(text.replace("hostNetwork", "hostPID") if read == "False" else text, encoding="utf-8")
        command = [sys.executable, "-c", program, "scan", str(manifest)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
        assert done.stderr.split()[-1] == read
