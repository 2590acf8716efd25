"""Manifests in the strings of ConfigMaps and Secrets, plain and in base64, as deep as they are followed."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from textwrap import indent

import pytest
from scanning import POD, run, scan_text

from hostprocess_lint.limits import STRINGS_DEEP

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
@pytest.mark.parametrize("depth", range(1, STRINGS_DEEP + 3))
def test_what_lies_deeper_than_is_followed_is_told(kind: str, field: str, depth: int, tmp_path: Path) -> None:
    text = POD
    for _ in range(depth):
        text = holding(text, kind, field)
    (tmp_path / "held.yaml").write_text(text)
    found = json.loads(run("scan", "--format", "json", ".", cwd=tmp_path).stdout)
    assert [each["rule"] for each in found["findings"]] == (["HPC401"] if depth <= STRINGS_DEEP else ["HPC005"])


@pytest.mark.parametrize("data", ["'%%%%'", "aG9zdFByb2Nlc3M", "gICAgA==", "[1]", "null", "{}"])
def test_what_is_no_text_in_base64_holds_no_manifest(data: str) -> None:
    found = scan_text(f"apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ndata: {{a: {data}}}\n# hostProcess\n")
    assert (found.findings, found.workloads, found.skipped) == ((), (), ())


def custom(text: str, version: str = "fleet.cattle.io/v1alpha1") -> str:
    """A custom resource with a text in a block scalar somewhere."""
    resources = f"resources:\n  - name: a\n    content: |\n{indent(text, '      ')}"
    return f"apiVersion: {version}\nkind: Bundle\nmetadata: {{name: held}}\nspec:\n  {resources}"


def test_a_manifest_in_a_string_of_a_custom_resource_is_judged() -> None:
    text = custom(POD)
    found = scan_text(text)
    (finding,) = found.findings
    line = text.splitlines()[finding.location.start[0] - 1]
    assert (finding.rule, "runAsUserName" in line, found.not_judged) == ("HPC401", True, ())


PATCH = """\
apiVersion: v1
kind: Pod
spec: {securityContext: {windowsOptions: {hostProcess: true}}, containers: [{name: a}]}
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"<<- range $ >>\n{POD}", id="a template"),
        pytest.param(f"- object:\n{indent(POD, '    ')}", id="a list"),
        pytest.param("{spec: {securityContext: {windowsOptions: {hostProcess: true}}}}\n", id="no kind"),
        pytest.param(PATCH, id="a patch"),
    ],
)
def test_what_a_string_of_a_custom_resource_says_otherwise_is_named(text: str) -> None:
    found = scan_text(custom(text))
    assert ([str(each.resource) for each in found.not_judged], found.findings) == (["Bundle held"], ())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(custom("hostProcess containers are not allowed\n"), id="prose"),
        pytest.param(custom(POD, "networking.k8s.io/v1"), id="an API of Kubernetes"),
        pytest.param(custom(POD, "kustomize.toolkit.fluxcd.io/v1").replace("Bundle", "Kustomization"), id="a release"),
        pytest.param(
            f"apiVersion: a.example/v1\nkind: A\nmetadata:\n  annotations:\n    last: |\n{indent(POD, '      ')}",
            id="what was applied before",
        ),
    ],
)
def test_what_no_operator_applies_is_no_manifest(text: str) -> None:
    found = scan_text(text)
    assert (found.findings, found.workloads, found.not_judged) == ((), (), ())
