"""Manifests in the strings of ConfigMaps and Secrets, plain and in base64, as deep as they are followed."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from textwrap import indent

import pytest
from scanning import POD, run, scan_text

from hostprocess_lint.pods.embedded import DEEPEST

FIELDS = [("ConfigMap", "data"), ("ConfigMap", "binaryData"), ("Secret", "stringData"), ("Secret", "data")]


def holding(text: str, kind: str, field: str) -> str:
    """An object with a text in one of its fields."""
    if (kind, field) in (("ConfigMap", "binaryData"), ("Secret", "data")):
        text = base64.encodebytes(text.encode()).decode()
    return f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: held}}\n{field}:\n  pod.yaml: |\n{indent(text, '    ')}"


@pytest.mark.parametrize(("kind", "field"), FIELDS)
@pytest.mark.parametrize("written", [POD, f"# a comment\n{POD}", f"---\n{POD}---\n{{}}\n"])
def test_a_manifest_in_a_string_is_judged(kind: str, field: str, written: str, tmp_path: Path) -> None:
    (tmp_path / "held.yaml").write_text(holding(written, kind, field))
    found = json.loads(run("scan", "--format", "json", ".", cwd=tmp_path).stdout)
    assert [each["rule"] for each in found["findings"]] == ["HPC401"]


@pytest.mark.parametrize(("kind", "field"), FIELDS)
@pytest.mark.parametrize("depth", range(1, DEEPEST + 3))
def test_what_lies_deeper_than_is_followed_is_told(kind: str, field: str, depth: int, tmp_path: Path) -> None:
    text = POD
    for _ in range(depth):
        text = holding(text, kind, field)
    (tmp_path / "held.yaml").write_text(text)
    found = json.loads(run("scan", "--format", "json", ".", cwd=tmp_path).stdout)
    assert [each["rule"] for each in found["findings"]] == (["HPC401"] if depth <= DEEPEST else ["HPC005"])


@pytest.mark.parametrize("data", ["'%%%%'", "aG9zdFByb2Nlc3M", "gICAgA==", "[1]", "null", "{}"])
def test_what_is_no_text_in_base64_holds_no_manifest(data: str) -> None:
    found = scan_text(f"apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ndata: {{a: {data}}}\n# hostProcess\n")
    assert (found.findings, found.workloads, found.skipped) == ((), (), ())
