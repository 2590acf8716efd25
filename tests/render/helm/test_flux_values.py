"""Values of HelmReleases, merged as Flux itself merges them.

What is expected is what `chartutil.ChartValuesFromReferences` of fluxcd/pkg (chartutil 1.28, with `strvals` of Helm 4)
answered for the same ConfigMaps and values.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hostprocess_lint.render.helm.engine.worker import HelmWorker
from hostprocess_lint.render.helm.profiles.layers import release_layers
from hostprocess_lint.render.helm.profiles.profiles import combined
from hostprocess_lint.sourcefile import SourceFile
from hostprocess_lint.sources.releases.flux.helmrelease import helm_release
from hostprocess_lint.sources.releases.objects import Objects, objects_in
from hostprocess_lint.sources.releases.repository import Repository

pytest.importorskip("helm_python")

Given = tuple[str, str]
"""What a ConfigMap holds, and the `targetPath` where it goes, with `!` for a literal; none for a whole file."""


@pytest.mark.parametrize(
    ("values", "given", "expected"),
    [
        ({"a": {"b": "own"}}, [("given", "a.b")], {"a": {"b": "given"}}),
        ({"a": {"b": "own"}}, [("a: {c: 1}", ""), ("given", "a.b")], {"a": {"b": "own", "c": 1}}),
        ({"a": {"b": "own"}}, [("given", "a.b"), ("a: {b: later}", "")], {"a": {"b": "given"}}),
        ({"a": {"b": "own", "c": 1}}, [("x", "z"), ("given", "a.b")], {"a": {"b": "own", "c": 1}, "z": "x"}),
        ({"a": "own"}, [("given", "a")], {"a": "own"}),
        ({"a": [1, 2]}, [("9", "a[0]")], {"a": [9, 2]}),
        ({"a": [1, 2]}, [("9", "a[2]")], {"a": [1, 2]}),
        ({"a": {"l": [1, 2]}}, [("x", "z"), ("9", "a.l[1]")], {"a": {"l": [1, 9]}, "z": "x"}),
        ({"a": [{"b": 1, "c": 2}]}, [("9", "a[0].b")], {"a": [{"b": 9, "c": 2}]}),
        ({}, [("a: [{b: 1, c: 2}, {b: 3}]", ""), ("9", "a[0].b")], {"a": [{"b": 9, "c": 2}, {"b": 3}]}),
        ({}, [("a: [1, 2]", ""), ("9", "a[0]")], {"a": [9, 2]}),
        ({}, [("a: {b: 1}", ""), ("2", "a.b")], {"a": {"b": 2}}),
        ({}, [("2", "a.b"), ("a: {b: 1}", "")], {"a": {"b": 1}}),
        ({}, [("true", "a")], {"a": True}),
        ({}, [("true\n", "a")], {"a": "true\n"}),
        ({}, [("'true'", "a")], {"a": "true"}),
        ({}, [("'true'\n", "a")], {"a": "'true'\n"}),
        ({}, [("1,c=2", "a.b")], {"a": {"b": 1}, "c": 2}),
        ({}, [("{1,x}", "a")], {"a": [1, "x"]}),
        ({}, [("NT AUTHORITY\\SYSTEM", "a")], {"a": "NT AUTHORITYSYSTEM"}),
        ({}, [("NT AUTHORITY\\SYSTEM", "!a")], {"a": "NT AUTHORITY\\SYSTEM"}),
        ({}, [("[1],{2}\n", "!a")], {"a": "[1],{2}\n"}),
        ({}, [("true", "!a\\.b")], {"a.b": "true"}),
        ({}, [("", "a")], {"a": ""}),
        ({"a": None}, [("a: {b: 1}", "")], {"a": None}),
    ],
)
def test_values_are_merged_as_flux_does(
    values: dict[str, Any], given: list[Given], expected: dict[str, Any], tmp_path: Path
) -> None:
    with HelmWorker() as engine:
        layers = release_layers(_release(values, given, tmp_path).given, engine)
    assert combined(layers) == expected


def _release(values: dict[str, Any], given: list[Given], root: Path) -> Any:
    references = [
        {"kind": "ConfigMap", "name": f"given-{number}"}
        | ({"targetPath": path.removeprefix("!"), "literal": path.startswith("!")} if path else {})
        for number, (_, path) in enumerate(given)
    ]
    chart = {"chart": "./charts/agent", "sourceRef": {"kind": "GitRepository", "name": "fleet"}}
    release = {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": "agent", "namespace": "ops"},
        "spec": {"chart": {"spec": chart}, "valuesFrom": references, "values": values},
    }
    held = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"given-{number}", "namespace": "ops"},
            "data": {"values.yaml": text},
        }
        for number, (text, _) in enumerate(given)
    ]
    texts = "\n---\n".join(json.dumps(each) for each in (release, *held))
    objects = Objects(objects_in(SourceFile("release.yaml", texts)))
    (found,) = objects.of("helm.toolkit.fluxcd.io", "HelmRelease")
    return next(helm_release(found, objects, Repository(root)))
